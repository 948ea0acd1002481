import type { ClusterIdentity } from './cluster-identity.ts';
import type { ToolClaim } from './tool.ts';

/** Who asks, as far as it is known. Only `tool` (hashed by `run`) is more than a claim. */
export interface Caller {
  /** Who sits at the machine (the operating system's user name), or the cluster's name for the person. */
  person: string;
  /** The id of the door token that was shown. */
  token: string;
  claim: ToolClaim;
  /** `Kubectl-Session`, one per kubectl call since 1.22. */
  session?: string;
  /** `Kubectl-Command`. */
  command?: string;
  /** The process that sent it, where this machine can tell (`ClientProcess.id`). */
  process?: string;
  tool?: { name: string; version?: string; sha256: string };
  agent?: boolean;
}

/** Everything that one action of a person or program sent: one request or many. */
export interface Act {
  id: string;
  context: string;
  /** Which cluster the context named then. Absent in older records. */
  cluster?: ClusterIdentity;
  caller: Caller;
  /** Milliseconds since 1970. */
  startedAt: number;
  lastAt: number;
  /** Destructive requests so far. */
  soFar: number;
  /** How many there will be, where it can be foreseen from the same session's earlier LIST. */
  expected?: number;
  /** What people read in the log: "delete StatefulSet shop/kafka". */
  title: string;
}

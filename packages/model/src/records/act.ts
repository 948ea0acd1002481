import { z } from 'zod';
import { number, text, time } from './words.ts';

/** Which cluster it is, whatever a context calls it today. */
export const clusterIdentitySchema = z.object({
  /** UID of the namespace `kube-system`: it lives and dies with the cluster. Absent where it may not be read. */
  uid: text.optional(),
  /** Hash of the server's address and CA: says less, since both can be moved and renewed. */
  address: text,
});
export type ClusterIdentity = z.output<typeof clusterIdentitySchema>;

/** What a client says of itself. A User-Agent is only a claim: k9s sends none of its own. */
export const toolClaimSchema = z.object({
  userAgent: text,
  name: text.optional(),
  version: text.optional(),
});
export type ToolClaim = z.output<typeof toolClaimSchema>;

/** Who asks, as far as it is known. Only `tool` (hashed by `run`) is more than a claim. */
export const callerSchema = z.object({
  /** Who sits at the machine (the operating system's user name), or the cluster's name for the person. */
  person: text,
  /** The id of the door token that was shown. */
  token: text,
  claim: toolClaimSchema,
  /** `Kubectl-Session`, one per kubectl call since 1.22. */
  session: text.optional(),
  /** `Kubectl-Command`. */
  command: text.optional(),
  /** The process that sent it, where this machine can tell (`ClientProcess.id`). */
  process: text.optional(),
  tool: z.object({ name: text, version: text.optional(), sha256: text }).optional(),
  agent: z.boolean().optional(),
});
export type Caller = z.output<typeof callerSchema>;

/** Everything that one action of a person or program sent: one request or many. */
export const actSchema = z.object({
  id: text,
  context: text,
  /** Which cluster the context named then. Absent in older records. */
  cluster: clusterIdentitySchema.optional(),
  caller: callerSchema,
  startedAt: time,
  lastAt: time,
  /** Destructive requests so far. */
  soFar: number,
  /** How many there will be, where it can be foreseen from the same session's earlier LIST. */
  expected: number.optional(),
  /** What people read in the log: "delete StatefulSet shop/kafka". */
  title: text,
});
export type Act = z.output<typeof actSchema>;

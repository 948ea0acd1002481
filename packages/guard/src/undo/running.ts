import type { KubeObject, ObjectRef, OwnerReference, ResourceInfo } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import type { Waiting } from './wait.ts';

/** What one run carries from step to step. */
export interface Run {
  cluster: Cluster;
  as?: As;
  waiting: Waiting;
  /** What is waited for, where that takes longer than a moment: one line of text. */
  tell(text: string): void;
  /** UID before the act → UID now. */
  uids: Map<string, string>;
  /** The same of what this run has made, and nobody else. */
  made: Map<string, string>;
  /** UIDs of all that was kept for the act, and of what a softening left of it. */
  kept: ReadonlySet<string>;
  /** UIDs before the act whose object did not come back. */
  missing: Set<string>;
  /** UIDs before the act of what is not made for the sake of others, and of what that would have made. */
  unmade: Set<string>;
  /** Names of volumes that went while the undo ran. */
  missingVolumes: Set<string>;
  /** Namespaces that did not go, so that nothing can be made in them. */
  closed: Set<string>;
  softenings: SoftenRecord[];
  /** UIDs before the act of what is still to be created. */
  coming: Set<string>;
  /** What came before its owner, by that one's UID before the act: it is named as soon as it is there. */
  unnamed: Map<string, Unnamed[]>;
}

interface Unnamed {
  info: ResourceInfo;
  ref: ObjectRef & { uid: string };
  reference: OwnerReference;
  snapshot: KubeObject;
}

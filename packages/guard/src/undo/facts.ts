import type { KubeObject } from '@toolcrib/kube';
import type { LossClass, SoftenRecord } from '@toolcrib/model';
import type { LiveView } from './live.ts';

/** What the planning of one object may look at. */
export interface PlanFacts {
  live: LiveView;
  /** Snapshot objects by UID. */
  byUid: ReadonlyMap<string, KubeObject>;
  /** UIDs of what will be created again, as far as planned. */
  created: ReadonlySet<string>;
  /** UID before the act → UID of the same object that stands there again. */
  again: ReadonlyMap<string, string>;
  /** UIDs of what is scaled back. */
  scaled: ReadonlySet<string>;
  /** What was said of each object when its loss was kept, by UID; nothing in old records. */
  promised: ReadonlyMap<string, LossClass>;
  /** When the first snapshot of the act was taken; milliseconds since 1970. */
  takenAt: number;
  softenings: readonly SoftenRecord[];
  /** UIDs of what a request that was not understood named: what it changed there is not known. */
  notUnderstood: ReadonlySet<string>;
  /** UIDs of kept Pods that nobody controlled → what was created, stands, and has taken them over. */
  takenOver: ReadonlyMap<string, KubeObject>;
  /** UIDs of what was given to owners that do not stand. */
  disowned: ReadonlySet<string>;
}

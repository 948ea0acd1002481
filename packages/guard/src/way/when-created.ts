import type { SoftenRecord } from '@toolcrib/model';

/** What becomes of softened deletes once the cluster has taken a create of the same workload. */
export interface WhenCreated {
  /** Their records as they are then. */
  adopted: SoftenRecord[];
  /** What they left stands beside the new one, and goes. */
  ends: SoftenRecord[];
}

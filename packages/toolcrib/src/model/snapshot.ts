import type { KubeObject } from '@toolcrib/kube';
import type { Promised } from './comeback.ts';

/** The objects of a radius, kept before the request was forwarded. Encrypted at rest. */
export interface Snapshot {
  id: string;
  actId: string;
  requestId: string;
  /** Milliseconds since 1970. */
  takenAt: number;
  context: string;
  /** Whole objects as the API gave them, status included; targets first, then owners before what they own. */
  objects: KubeObject[];
  /** What the radius said of what goes, so that an undo keeps to it. Absent in old records. */
  promised?: Promised[];
}

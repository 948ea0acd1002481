// Step: door
import type { KubeObject } from '@toolcrib/kube';
import type { Decision } from '@toolcrib/model';
import type { Judged } from '../effects/subject.ts';
import type { Asked } from './asking.ts';
import type { LiveAct } from './live-act.ts';
import type { Seen } from './seen.ts';

/** All that is known of a request by the time it was decided on. */
export interface Step extends Asked {
  subject: Judged;
  seen: Seen;
  live: LiveAct;
  decision: Decision;
  key: string;
  /** What its act is going to delete after it, whole, as far as it is read ahead. */
  next?: Promise<readonly KubeObject[]>;
}

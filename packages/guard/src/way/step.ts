// Step: door
import type { KubeObject } from '@toolcrib/kube';
import type { Decision, Net } from '@toolcrib/model';
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

/** In which form a request goes on. */
export interface Form {
  as: 'as-sent' | 'softened';
  /** What a person was shown and said yes to by its name: a net with holes, or none. Absent: a whole one, or not at all. */
  withoutNet?: Net;
  /** When a person said yes to it. Milliseconds since 1970. */
  approvedAt?: number;
  /** The code of that yes. */
  code?: string;
  /** The journal is known to be unwritable: don't try, say why. */
  because?: unknown;
}

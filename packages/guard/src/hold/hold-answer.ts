import type { AnsweredFrom } from '@toolcrib/model';

/** How a held request may go on. */
export type HoldAnswer =
  | Yes
  | No
  | { as: 'expired' }
  | { as: 'gone' }
  /** The guard ends, or has no claim to it any more: its code is worth nothing. */
  | { as: 'closed' };

export interface Yes {
  as: 'as-sent' | 'softened';
  by: string;
  withoutNet: boolean;
  from?: AnsweredFrom;
}

export interface No {
  as: 'denied';
  by: string;
  from?: AnsweredFrom;
}

/** Who sends a held request again: a pass and its envelope are used by one and the same. */
export interface Try {
  actId: string;
  /** As `commandOf` tells it. */
  session: string;
}

import type { LeaseNews } from '@toolcrib/guard/lease/lease';
import type { AnsweredFrom, Hold, ToolcribErrorCode } from '@toolcrib/model';
import type { AnswerBody } from '../laptop/api/schema.ts';

/** What somebody said to a hold. */
export interface Answer extends AnswerBody {
  /** Who the connection says that it is. */
  by: string;
}

/** From a thread that judges to the one that people ask: what lies at its desk, and what it has settled. */
export type FromDesk =
  | { type: 'hold'; hold: Hold }
  /** How many requests of an earlier life are unsettled; -1 where that can't be told. */
  | { type: 'unsettled'; count: number }
  /** It is in hand, and may count from now on, however long it takes to write it down. */
  | { type: 'answering'; call: number }
  | { type: 'answered'; call: number; hold: Hold }
  | { type: 'not-answered'; call: number; code: ToolcribErrorCode; message: string; next?: string };

/** The other way. */
export type ToDesk =
  /** First of all: what lay at the desk of its forerunner, and the policy that counts while the file is broken. */
  | { type: 'begin'; holds: Hold[]; policy?: string; lease: LeaseNews }
  /** The guard's lease, as it is now. */
  | { type: 'lease'; news: LeaseNews }
  /** @property until ms since 1970: not taken any more after that, since whoever gave it was told that it was not */
  | { type: 'answer'; call: number; code: string; body: Answer; from?: AnsweredFrom; until: number };

/** How long an answer waits for a thread that is busy. Milliseconds. */
export const ANSWER_LIMIT = 5_000;

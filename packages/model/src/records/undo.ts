import { z } from 'zod';
import { text, time } from './words.ts';

export const undoSchema = z.object({
  id: text,
  actId: text,
  at: time,
  by: text,
  kind: z.enum(['undo', 'finish']),
  /**
   * `conflict`: something else stands under the name now, or it was changed since; it was left as it is.
   * `skipped`: somebody else's (a living controller's, a finished Job), or asked to be left. `unknown`: it stands, and may
   * still be taken; to be asked again.
   */
  results: z.array(
    z.object({
      what: text,
      result: z.enum(['done', 'unchanged', 'skipped', 'conflict', 'failed', 'unknown']),
      note: text.optional(),
    }),
  ),
  /** What was made again: the UID that it had, and the one that it has. An undo of an earlier act finds it by that. */
  made: z.array(z.object({ was: text, now: text })).optional(),
});
export type UndoRecord = z.output<typeof undoSchema>;

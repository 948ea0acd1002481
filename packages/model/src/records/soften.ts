import { z } from 'zod';
import { as, guard, number, refWithUid, text, time } from './words.ts';

/** A softened delete on its way: the workload goes, its Pods stay until `finishAfter`. */
export const softenSchema = z.object({
  actId: text,
  requestId: text,
  context: text,
  /** Who carries it on, and finishes it. */
  guard,
  /** The owner that was asked to go. */
  owner: refWithUid,
  /** Objects left behind, by UID, to be finished or re-adopted. */
  left: z.array(refWithUid),
  /** `gracePeriodSeconds` of the request as sent, for the finish. */
  gracePeriodSeconds: number.optional(),
  /** The client acted as somebody else: finish, resume and undo go out with no more rights than that. */
  as: as.optional(),
  /** `retain-first` is never finished by itself: what it keeps is data. */
  finishAfter: time,
  /** Its undo was asked for: from then on the guard does not finish it by itself any more. */
  undoAsked: time.optional(),
  /** Default `orphan-first`. */
  how: z.enum(['orphan-first', 'retain-first']).optional(),
  /** A StatefulSet's `whenDeleted`: whether the finish takes its claims too. */
  claims: z.enum(['Delete', 'Retain']).optional(),
  /** `orphan-first`: our finalizer is on the owner, so from here on the delete may have been sent. */
  held: z.boolean().optional(),
  /** `retain-first`: the volumes that were, or were about to be, set to Retain, and what they had before. */
  volumes: z.array(z.object({ name: text, uid: text, reclaimPolicy: text })).optional(),
  /** `undone` by who adopted what was left: our marks may still be on it. */
  marked: z.boolean().optional(),
  /** `started` is under way or was cut off, and is resumed by itself; `failed`: it took nothing, `note` says why. */
  state: z.enum(['started', 'softened', 'finished', 'undone', 'failed']),
  note: text.optional(),
});
export type SoftenRecord = z.output<typeof softenSchema>;

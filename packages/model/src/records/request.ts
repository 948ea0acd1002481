import { z } from 'zod';
import { decisionSchema } from './decision.ts';
import { effectSchema } from './effect.ts';
import { unseenKindSchema } from './radius.ts';
import { as, guard, number, text, texts, time } from './words.ts';

/**
 * What became of one request.
 * `held` waits for a person; `kept` its snapshot is durable and it may be on its way; `without-net` let go by a person
 * although it could not be kept; `answered` the cluster answered (`status`) with a certain yes or no; `softened` carried
 * out in softened form; `refused` never sent, by a decision; `not-sent` allowed, and never sent all the same (its client
 * had gone); `failed` its softening came to nothing (older journals: no answer came). Where no answer came, or one that is
 * no certain no, or the guard ended meanwhile, it is `unsettled` (see `unsure`) until the cluster was asked:
 * `carried-out` or `not-carried-out`, with the reason in `note`.
 */
export const requestStateSchema = z.enum([
  'held',
  'kept',
  'without-net',
  'answered',
  'softened',
  'refused',
  'not-sent',
  'failed',
  'carried-out',
  'not-carried-out',
  'unsettled',
]);
export type RequestState = z.output<typeof requestStateSchema>;

/** Why nobody knows what became of a request, and until when that is so. */
export const unsureSchema = z.object({
  why: text,
  /** Until then it may still be carried out: that its object stands says nothing before. */
  until: time,
  /** The first look after that which found it not carried out; a second one decides. */
  looked: time.optional(),
});
export type Unsure = z.output<typeof unsureSchema>;

export const requestSchema = z.object({
  id: text,
  actId: text,
  /** Who sends it, or has to find out what became of it. */
  guard,
  at: time,
  method: text,
  /** Path with query, as sent. */
  path: text,
  effect: effectSchema,
  decision: decisionSchema,
  state: requestStateSchema,
  /** The HTTP status that the client got, once it got one. */
  status: number.optional(),
  /** UIDs of the targets as they stood. */
  targetUids: texts,
  snapshotId: text.optional(),
  /** What could go with it and was not seen, and so is not in the snapshot. Absent where everything was seen. */
  unseen: z.array(unseenKindSchema).optional(),
  /** The client acted as somebody else: an undo goes out with no more rights than that. */
  as: as.optional(),
  /**
   * Judged and kept before it was asked for, since its act was seen to come to it; it may have been sent since. Away once
   * it is known what became of it, and the whole record is forgotten where its request never came.
   */
  ahead: z.literal(true).optional(),
  /** Set once the cluster's answer told nothing for certain. */
  unsure: unsureSchema.optional(),
  note: text.optional(),
});
export type RequestRecord = z.output<typeof requestSchema>;

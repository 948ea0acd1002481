import { z } from 'zod';
import { lossSchema } from './radius.ts';
import { kubeObject, text, time } from './words.ts';

/** What was said of one object when its loss was kept. */
export const promisedSchema = z.object({ uid: text, loss: lossSchema });
export type Promised = z.output<typeof promisedSchema>;

/** The objects of a radius, kept before the request was forwarded. Encrypted at rest. */
export const snapshotSchema = z.object({
  id: text,
  actId: text,
  requestId: text,
  takenAt: time,
  context: text,
  /** Whole objects as the API gave them, status included; targets first, then owners before what they own. */
  objects: z.array(kubeObject),
  /** What the radius said of what goes, so that an undo keeps to it. Absent in old records. */
  promised: z.array(promisedSchema).optional(),
});
export type Snapshot = z.output<typeof snapshotSchema>;

import { z } from 'zod';
import { verdictSchema } from '../verdict.ts';

/** One thing to have before an internal tool can be open source. */
export const itemSchema = z.object({
  id: z.string(),
  title: z.string(),
  verdict: verdictSchema,
  reason: z.string(),
  /** The command that mends it; absent where nothing is to be done. */
  mend: z.string().optional(),
});
export type Item = z.output<typeof itemSchema>;

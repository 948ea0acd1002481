import { undoSchema } from '@toolcrib/model/records/undo';
import { z } from 'zod';

/** What is told while an act is brought back, or finished. */
export const progressSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('result'),
    done: z.number(),
    of: z.number(),
    result: undoSchema.shape.results.element,
  }),
  /** It takes longer than a moment, and this is what is waited for. */
  z.object({ type: z.literal('waits'), text: z.string() }),
]);
export type Progress = z.output<typeof progressSchema>;

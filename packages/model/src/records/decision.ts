import { z } from 'zod';
import { text } from './words.ts';

/** How a hold's target could be let through reversibly, or why it could not. */
export const softeningSchema = z.discriminatedUnion('possible', [
  z.object({ possible: z.literal(true), how: z.enum(['orphan-first', 'retain-first']) }),
  z.object({ possible: z.literal(false), why: text }),
]);
export type Softening = z.output<typeof softeningSchema>;

export const decisionVerbSchema = z.enum(['allow', 'warn', 'hold', 'deny']);
export type DecisionVerb = z.output<typeof decisionVerbSchema>;

export const decisionSchema = z.object({
  then: decisionVerbSchema,
  /** The rule that decided, or the built-in reason (`default`, `dry-run`, `replaced-pod`, `not-understood` …). */
  rule: text,
  /** One sentence for the person. */
  reason: text,
  softening: softeningSchema.optional(),
  /** In observe and warn mode: what enforce would have said. */
  wouldBe: decisionVerbSchema.optional(),
});
export type Decision = z.output<typeof decisionSchema>;

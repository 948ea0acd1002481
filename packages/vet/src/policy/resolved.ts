import { z } from 'zod';
import { sha256Hex } from '../facts/evidence.ts';
import { verdictSchema } from '../verdict.ts';

const numbersSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

export const exceptionSchema = z.strictObject({
  tool: z.string().min(1),
  criterion: z.string().min(1),
  reason: z.string().min(1),
  approvedBy: z.string().min(1),
  /** The last day on which it holds, `YYYY-MM-DD` in UTC. A day that no calendar has would never come. */
  expires: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/)
    .refine(isDay, 'there is no such day'),
});
export type Exception = z.infer<typeof exceptionSchema>;

export const resultSchema = z.strictObject({
  criterion: z.string(),
  verdict: verdictSchema,
  reason: z.string(),
  numbers: numbersSchema,
  evidence: z.array(z.string()),
  /** Whether the policy lets this criterion decide. */
  required: z.boolean(),
  /** Set where an exception of the policy waives it today. */
  waived: exceptionSchema.optional(),
});
/** One criterion's result with what the policy makes of it. */
export type JudgedResult = z.infer<typeof resultSchema>;

export const ruleSchema = z.strictObject({
  name: z.string().min(1),
  /** CEL that must be true. */
  require: z.string().min(1),
  reason: z.string().min(1),
});

/** The policy as it applied to one subject: all that judging needs, so that a pack stands alone. */
export const resolvedPolicySchema = z.strictObject({
  /** The file it was read from, as the person named it, and the hash of its bytes; for the reader, judging needs neither. */
  source: z.strictObject({ path: z.string(), sha256: sha256Hex }).optional(),
  job: z.string().optional(),
  profile: z.string(),
  require: z.array(z.string()),
  inform: z.array(z.string()),
  thresholds: z.record(z.string(), z.unknown()),
  rules: z.array(ruleSchema),
  exceptions: z.array(exceptionSchema),
});
export type ResolvedPolicy = z.infer<typeof resolvedPolicySchema>;

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

import { PackageURL } from 'packageurl-js';
import { z } from 'zod';
import { FACTS, type FactType, isFactType } from './facts/index.ts';

/** Lower-case hex of a SHA-256. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
/** RFC 3339 in UTC. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/)
  .refine((text) => Number.isFinite(Date.parse(text)), 'there is no such moment');

/** What is vetted. `version` is absent where no version was chosen (a clone as it stands). */
export const subjectSchema = z.strictObject({
  /** Without version: `pkg:github/derailed/k9s`; `pkg:generic/NAME` where nothing better is known. */
  purl: z.string().startsWith('pkg:').refine(isPurl, 'is no package URL'),
  name: z.string().min(1),
  version: z.string().min(1).optional(),
});
export type Subject = z.infer<typeof subjectSchema>;

export const evidenceSchema = z.strictObject({
  id: z.string().min(1),
  subject: z.string(),
  source: z.strictObject({ kind: z.string(), location: z.string(), command: z.string().optional() }),
  collectedAt: instant,
  sha256: sha256Hex,
  type: z.string(),
  value: z.unknown(),
});

/**
 * Why a kind of fact could not be had. A gap is evidence too: it is what an *unknown* gives as its reason, and it
 * is kept in the pack so that the second reader sees the same hole.
 */
export const gapSchema = z.strictObject({
  source: z.string(),
  /** Types of fact that are missing for this reason. */
  types: z.array(z.string()).min(1),
  reason: z.string().min(1),
});
export type Gap = z.infer<typeof gapSchema>;

const verdict = z.enum(['pass', 'fail', 'unknown']);
export const numbersSchema = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

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
  verdict,
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

/**
 * The evidence pack: one canonical JSON file (RFC 8785 and a newline). `sha256` is over the canonical JSON of all
 * other members; it catches damage, not forgery: forging is caught by reading the sources again.
 */
export const packSchema = z
  .strictObject({
    apiVersion: z.literal('toolcrib.dev/v1alpha1'),
    kind: z.literal('EvidencePack'),
    subject: subjectSchema,
    /** How the person named it; enough to collect the same again. */
    asked: z.strictObject({ spec: z.string(), git: z.string().optional(), files: z.array(z.string()) }),
    assessedAt: instant,
    policy: resolvedPolicySchema,
    evidence: z.array(evidenceSchema),
    gaps: z.array(gapSchema),
    results: z.array(resultSchema),
    verdict,
    sha256: sha256Hex,
  })
  .superRefine((pack, context) => {
    for (const [index, fact] of pack.evidence.entries()) {
      const path = ['evidence', index, 'value'];
      if (!isFactType(fact.type)) {
        context.addIssue({ code: 'custom', path, message: `unknown type of fact "${fact.type}"` });
        continue;
      }
      const parsed = FACTS[fact.type].safeParse(fact.value);
      if (parsed.success) continue;
      for (const issue of parsed.error.issues.slice(0, 5))
        context.addIssue({ code: 'custom', path: [...path, ...issue.path], message: issue.message });
    }
  });
export type EvidencePack = z.infer<typeof packSchema>;

function isPurl(text: string): boolean {
  try {
    return PackageURL.fromString(text).version == null;
  } catch {
    return false;
  }
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}

export type { FactType };

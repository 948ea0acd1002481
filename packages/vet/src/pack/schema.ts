import { z } from 'zod';
import { evidenceSchema, gapSchema, instant, sha256Hex, subjectSchema } from '../facts/evidence.ts';
import { FACTS, isFactType } from '../facts/index.ts';
import { resolvedPolicySchema, resultSchema } from '../policy/resolved.ts';
import { verdictSchema } from '../verdict.ts';

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
    verdict: verdictSchema,
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

import { z } from 'zod';
import { changeSchema, ownPolicySchema, packVerificationSchema } from '../pack/outcome.ts';
import { packSchema } from '../pack/schema.ts';
import { resolvedPolicySchema } from '../policy/resolved.ts';
import { itemSchema } from '../publish/outcome.ts';
import { verdictSchema } from '../verdict.ts';

export { sbomDiffSchema, sbomReportSchema } from '../sbom/outcome.ts';
export { verificationSchema as signatureSchema } from '../verify/verification.ts';

/** A policy file that stands beside what is judged, so that it does not count: whose it is, and what counts instead. */
const passedOverSchema = z.object({ file: z.string(), of: z.string(), instead: z.string() });
export type PassedOver = z.output<typeof passedOverSchema>;

/** What came of vetting tools. */
export const vettedSchema = z.object({
  /** In the order in which they were named. */
  packs: z.array(packSchema),
  /** The worst of them. */
  verdict: verdictSchema,
  /** Since the older pack, where one was named. `assessedAt`: when that was made, RFC 3339. */
  since: z.object({ assessedAt: z.string(), changes: z.array(changeSchema) }).optional(),
  /** Files that were written. */
  kept: z.array(z.string()),
  passedOver: z.array(passedOverSchema),
});
export type Vetted = z.output<typeof vettedSchema>;

/** One pack, held against its sources and against the reader's own policy. */
const verifiedPackSchema = packVerificationSchema.extend({
  path: z.string(),
  /** What the reader demands, and by which policy. */
  ownPolicy: ownPolicySchema.omit({ unread: true }).extend({ path: z.string() }),
  /** It is older than that: days. */
  maxAgeDays: z.number().optional(),
});
export type VerifiedPack = z.output<typeof verifiedPackSchema>;

export const verifiedPacksSchema = z.object({
  packs: z.array(verifiedPackSchema),
  /** The worst of them. */
  verdict: verdictSchema,
});
export type VerifiedPacks = z.output<typeof verifiedPacksSchema>;

/** What a tool of one's own lacks before it can be open source. */
export const publishableSchema = z.object({
  name: z.string(),
  items: z.array(itemSchema),
  policy: resolvedPolicySchema,
  verdict: verdictSchema,
  passedOver: z.array(passedOverSchema),
});
export type Publishable = z.output<typeof publishableSchema>;

/** What a tool is judged by. */
export const criteriaSchema = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    /** What exactly is measured. */
    definition: z.string(),
    /** The cited one. */
    threshold: z.record(z.string(), z.unknown()),
    /** Where that is from. */
    source: z.object({ title: z.string(), url: z.string() }),
    passes: z.string(),
    from: z.string(),
  }),
);
export type Criteria = z.output<typeof criteriaSchema>;

/** The trust root in use: whom to believe that a signer is who he says. */
export const rootSchema = z.object({
  origin: z.string(),
  /** RFC 3339. */
  asOf: z.string(),
  /** Whole days since then. */
  ageDays: z.number(),
  sha256: z.string(),
});
export type Root = z.output<typeof rootSchema>;

export const renewedRootSchema = z.object({
  /** The file. */
  kept: z.string(),
  asOf: z.string(),
});
export type RenewedRoot = z.output<typeof renewedRootSchema>;

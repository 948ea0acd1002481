import { PackageURL } from 'packageurl-js';
import { z } from 'zod';

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

function isPurl(text: string): boolean {
  try {
    return PackageURL.fromString(text).version == null;
  } catch {
    return false;
  }
}

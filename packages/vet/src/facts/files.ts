import { z } from 'zod';

const count = z.number().int().nonnegative();

export const FILE_FACTS = {
  /** What an OSV export, folder or answer says of this package. */
  'osv.records': z.strictObject({
    /** All records in the file, of whatever package. */
    records: count,
    /** Newest `modified` of all of them: how old the data may be. */
    newest: z.string().nullable(),
    /** Why records of this package may be missing from it; null: nothing speaks for that. */
    partial: z.string().nullable(),
    ofPackage: z.array(
      z.strictObject({
        id: z.string(),
        aliases: z.array(z.string()),
        summary: z.string(),
        published: z.string().nullable(),
        withdrawn: z.boolean(),
        severity: z.string().nullable(),
        /** Whether the chosen version is in it; `unknown` where its ranges can't be read for that version. */
        affects: z.enum(['yes', 'no', 'unknown']),
        fixed: z.array(z.string()),
      }),
    ),
  }),
  /** https://api.scorecard.dev: a claim of others, kept with its date; -1 is inconclusive. */
  'scorecard.result': z.strictObject({
    date: z.string(),
    repository: z.string(),
    commit: z.string(),
    score: z.number(),
    checks: z.record(z.string(), z.strictObject({ score: z.number(), reason: z.string() })),
  }),
  /** https://docs.deps.dev/api/v3 GetVersion. */
  'depsdev.version': z.strictObject({
    system: z.string(),
    name: z.string(),
    version: z.string(),
    publishedAt: z.string().nullable(),
    deprecated: z.boolean().nullable(),
    licences: z.array(z.string()),
    advisories: z.array(z.string()),
    provenances: count,
  }),
  'sbom.file': z.strictObject({
    format: z.enum(['cyclonedx', 'spdx']),
    specVersion: z.string(),
    /** What it says it describes, as `name@version` or a purl. */
    describes: z.string().nullable(),
    components: count,
  }),
} as const;

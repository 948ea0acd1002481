import { z } from 'zod';

const count = z.number().int().nonnegative();

export const NPM_FACTS = {
  'npm.package': z.strictObject({
    name: z.string(),
    latest: z.string().nullable(),
    maintainers: z.array(z.string()),
    repository: z.string().nullable(),
    versions: count,
    deprecatedVersions: count,
    /** Why the registry's times are not believed; null: nothing speaks against them. */
    timesDoubt: z.string().nullable(),
    /** Why a missing signature or attestation says nothing here; null: this registry hands them on. */
    signaturesDoubt: z.string().nullable(),
    /** Oldest first; without those of which no time is known. */
    releases: z.array(z.strictObject({ version: z.string(), at: z.string(), prerelease: z.boolean() })),
    complete: z.boolean(),
  }),
  'npm.version': z.strictObject({
    version: z.string(),
    publishedAt: z.string().nullable(),
    /** The deprecation message. */
    deprecated: z.string().nullable(),
    /** As the manifest says it. */
    licence: z.string().nullable(),
    integrity: z.string().nullable(),
    /** Key ids of registry signatures: declared here, verified nowhere yet. */
    signatures: z.array(z.string()),
    /** Predicate type of the declared provenance. */
    provenance: z.string().nullable(),
    installScripts: z.array(z.string()),
    dependencies: count,
  }),
} as const;

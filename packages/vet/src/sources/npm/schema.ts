import { z } from 'zod';

/** Old packages hold whatever npm once let through; what has the wrong shape counts as not said. */
const text = z.string().optional().catch(undefined);

const version = z.object({
  deprecated: z.union([z.string(), z.boolean()]).optional().catch(undefined),
  license: z
    .union([z.string(), z.object({ type: z.string() })])
    .optional()
    .catch(undefined),
  scripts: z.record(z.string(), z.unknown()).optional().catch(undefined),
  dependencies: z.record(z.string(), z.unknown()).optional().catch(undefined),
  dist: z
    .object({
      integrity: text,
      signatures: z
        .array(z.object({ keyid: z.string() }))
        .optional()
        .catch(undefined),
      attestations: z
        .object({ provenance: z.object({ predicateType: z.string() }).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .default({}),
});

/** The registry's document of one package, as far as it is used (npm/registry, docs/responses/package-metadata.md). */
export const packumentSchema = z.object({
  name: z.string(),
  'dist-tags': z.record(z.string(), z.string()).default({}),
  versions: z.record(z.string(), version),
  time: z.record(z.string(), z.unknown()).optional().catch(undefined),
  maintainers: z
    .array(z.union([z.string(), z.object({ name: z.string() })]))
    .optional()
    .catch(undefined),
  repository: z
    .union([z.string(), z.object({ url: z.string() })])
    .optional()
    .catch(undefined),
});
export type Packument = z.infer<typeof packumentSchema>;

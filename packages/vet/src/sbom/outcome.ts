import * as z from 'zod';
import { verdictSchema } from '../verdict.ts';

/** NTIA, The Minimum Elements For a Software Bill of Materials (2021-07-12), data fields. */
const elementSchema = z.enum([
  'supplier',
  'component name',
  'version',
  'other unique identifiers',
  'dependency relationship',
  'author of SBOM data',
  'timestamp',
]);
export type Element = z.output<typeof elementSchema>;

const missingElementSchema = z.object({
  element: elementSchema,
  /** How many components lack it; absent where the document as a whole does. */
  count: z.number().optional(),
  /** Names of the first few. */
  components: z.array(z.string()),
});
export type MissingElement = z.output<typeof missingElementSchema>;

/** Whether it describes the artefact that it should. */
const matchSchema = z.object({ verdict: verdictSchema, reason: z.string() });
export type SbomMatch = z.output<typeof matchSchema>;

/** What OSV data that the person gave (file, folder, export) says of the subject and the components. */
const vulnerabilitiesSchema = z.object({
  found: z.array(
    z.object({
      component: z.string(),
      id: z.string(),
      summary: z.string(),
      /** `unknown`: the record is of this package, but its ranges cannot be compared with this version. */
      affects: z.enum(['yes', 'unknown']),
    }),
  ),
  /** How many were looked for, of `total`. */
  asked: z.number(),
  /** The components, and the subject. */
  total: z.number(),
  /** Components of which the data given says nothing either way, by why; with the names of the first few. */
  unasked: z.array(z.object({ why: z.string(), count: z.number(), components: z.array(z.string()) })),
  records: z.number(),
});
export type Vulnerabilities = z.output<typeof vulnerabilitiesSchema>;

export const sbomReportSchema = z.object({
  file: z.string(),
  format: z.string(),
  schema: z.string(),
  components: z.number(),
  missing: z.array(missingElementSchema),
  match: matchSchema,
  /** How many components have each. */
  licences: z.record(z.string(), z.number()),
  /** Absent where no data was given. */
  vulnerabilities: vulnerabilitiesSchema.optional(),
  verdict: verdictSchema,
});
export type SbomReport = z.output<typeof sbomReportSchema>;

const changeSchema = z.object({ component: z.string(), from: z.array(z.string()), to: z.array(z.string()) });
export type ComponentChange = z.output<typeof changeSchema>;

export const sbomDiffSchema = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  /** Same component, another version. */
  changed: z.array(changeSchema),
  /** Same component, another licence: it was corrected, or the component was relicensed. */
  licences: z.array(changeSchema),
  /** Same component and version, other bytes: digests as `sha256:…`. */
  digests: z.array(changeSchema),
  /** Same component, from another place: what its purl says of registry, repository or download. */
  origins: z.array(changeSchema),
});
export type SbomDiff = z.output<typeof sbomDiffSchema>;

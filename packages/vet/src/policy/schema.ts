import { z } from 'zod';
import { CRITERIA } from '../criteria/index.ts';
import { exceptionSchema, ruleSchema } from './resolved.ts';

const criterionId = z.enum(CRITERIA.map(({ id }) => id) as [string, ...string[]]);

/** Each criterion's threshold by its id; what is left out keeps the cited default. */
const thresholds = z
  .strictObject(Object.fromEntries(CRITERIA.map(({ id, threshold }) => [id, threshold.optional()])))
  .default({});

const profile = z.strictObject({
  /** What tools of this profile can do, for the reader. */
  description: z.string().optional(),
  /** Criteria that decide the verdict. */
  require: z.array(criterionId).min(1),
  /** Criteria that are shown and decide nothing; all others are left out. */
  inform: z.array(criterionId).default([]),
  thresholds,
  rules: z.array(ruleSchema).default([]),
});

/** `policies/trust.yaml`. */
export const trustPolicySchema = z.strictObject({
  apiVersion: z.literal('toolcrib.dev/v1alpha1'),
  kind: z.literal('TrustPolicy'),
  spec: z.strictObject({
    thresholds,
    profiles: z.record(z.string().min(1), profile),
    /** The profile of a tool of which nothing else is said. */
    default: z.string().min(1),
    /** Which profile a job's tools must meet. */
    jobs: z.record(z.string().min(1), z.string().min(1)).default({}),
    exceptions: z.array(exceptionSchema.extend({ criterion: criterionId })).default([]),
  }),
});
export type TrustPolicyFile = z.infer<typeof trustPolicySchema>;

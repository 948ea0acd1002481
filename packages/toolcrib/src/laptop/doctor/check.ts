import { z } from 'zod';
import type { GuardStatus } from '../api/schema.ts';
import type { Here } from '../here.ts';
import type { Person } from '../person-kubeconfig.ts';

const findingSchema = z.object({
  /**
   * `guarded`: it was looked at, and goes through the guard. `finding`: something goes round it, or would. `unknown`: it
   * could not be told, and is never taken for guarded. `note`: worth knowing, and neither.
   */
  state: z.enum(['guarded', 'finding', 'unknown', 'note']),
  /** One sentence. */
  text: z.string(),
  /** What a person can do about it. */
  next: z.string().optional(),
});
export type Finding = z.output<typeof findingSchema>;

export const diagnosisSchema = z.object({
  /** `not-told` where nothing was found and something could not be found out. */
  verdict: z.enum(['all-guarded', 'findings', 'not-told']),
  checks: z.array(z.object({ name: z.string(), findings: z.array(findingSchema) })),
});
export type Diagnosis = z.output<typeof diagnosisSchema>;

/** What the checks look at; the edge is handed in, so that tests can hold it still. */
export interface Patient extends Here {
  /** undefined where it does not answer. */
  guard?: GuardStatus;
  /** The person's clusters over all terminals; undefined where their files can't be read. */
  person?: Person;
}

/** One question that `doctor` asks. A file each in this folder, and a line in the registry. */
export interface Check {
  /** A few words: the heading under which its findings stand. */
  name: string;
  /** Never throws for what it finds; what it can't find out is `unknown`. */
  look(patient: Patient): Promise<Finding[]>;
}

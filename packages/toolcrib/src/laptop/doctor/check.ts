import { z } from 'zod';
import type { GuardStatus } from '../api/schema.ts';
import type { Here } from '../here.ts';
import type { Person } from '../person-kubeconfig.ts';

const findingSchema = z.object({
  /**
   * `guarded`: it was looked at, and goes through the guard. `finding`: something goes round it, or would. `fine` and `fault`
   * are of what the guard needs, and say nothing of the way: it is as it should be, or is not. `unknown`: it could not be
   * told, and is never taken for one of these. `note`: worth knowing, and none of them.
   */
  state: z.enum(['guarded', 'fine', 'finding', 'fault', 'unknown', 'note']),
  /** One sentence. */
  text: z.string(),
  /** What a person can do about it. */
  next: z.string().optional(),
});
export type Finding = z.output<typeof findingSchema>;

export const diagnosisSchema = z.object({
  /** `not-told` where nothing was found and whether this terminal is guarded could not be found out. */
  verdict: z.enum(['all-guarded', 'findings', 'not-told']),
  /** Whether what is started here goes through the guard, as requests showed it. */
  terminal: z.enum(['guarded', 'outside', 'unknown']),
  checks: z.array(
    z.object({
      name: z.string(),
      /** What it could not find out leaves the verdict as it is. */
      aside: z.boolean(),
      findings: z.array(findingSchema),
    }),
  ),
});
export type Diagnosis = z.output<typeof diagnosisSchema>;

/** What the checks look at; the edge is handed in, so that tests can hold it still. */
export interface Patient extends Here {
  /** undefined where it does not answer. */
  guard?: GuardStatus;
  /** Why it does not, where that is not simply that none runs. */
  silence?: string;
  /** The person's clusters over all terminals; undefined where their files can't be read. */
  person?: Person;
  /** How much of the journal is still needed: opened for that. @throws ToolcribError where it can't be read */
  holdings(): Promise<{ snapshots: number; unfinished: number }>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** One question that `doctor` asks. A file each in this folder, and a line in the registry. */
export interface Check {
  /** A few words: the heading under which its findings stand. */
  name: string;
  /**
   * It asks about something else than whether this terminal is guarded: what it can't find out is told, and leaves the
   * verdict as it is. What it finds counts all the same.
   */
  aside?: true;
  /**
   * Its texts are in our own words, with names in them: a report for others has them, without the names. Absent: they may quote
   * what the person wrote, and a report has only their states.
   */
  ownWords?: true;
  /** Never throws for what it finds; what it can't find out is `unknown`. */
  look(patient: Patient): Promise<Finding[]>;
}

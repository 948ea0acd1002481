import type { Step } from './step.ts';

/** A place where the two differ. */
export interface Difference {
  /** `2: GET /api/v1/…: body.status.phase`; the number is the observation's. */
  path: string;
  /** Of the observation, from 0; -1 where no observation is meant. */
  at: number;
  testbed: unknown;
  sandbox: unknown;
}

export type Outcome = 'identical' | 'accepted' | 'unserved' | 'failed';

export interface Result {
  step: Step;
  outcome: Outcome;
  differences: Difference[];
  /** Of an accepted step, from the list; of one that is not served, what was not. */
  reason?: string;
  milliseconds: number;
}

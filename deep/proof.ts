/** What a proof hands back: how many cases were checked, and each that did not hold. */
export interface ProofResult {
  checked: number;
  failures: { name: string; why: string }[];
  /** Further counts for the table: what, how many (or a sentence). */
  rows?: [what: string, value: string | number][];
}

export interface ProofRun {
  /** The whole run follows from it: the same seed gives the same cases. */
  seed: number;
  /** How many cases are to be checked. */
  count: number;
  /** One line for the person who waits; shown on standard error. */
  progress(line: string): void;
}

/** A large proof: CI runs `sample` cases of a fixed seed, `npm run deep -- NAME` runs `full`. A file NAME.ts in deep/ each. */
export interface Proof {
  /** What holds where it passes: one sentence, for the table. */
  claim: string;
  /** What a case is, in the plural: "requests". */
  unit: string;
  full: number;
  sample: number;
  /** Minutes on two cores that the sample may take in CI, as docs/ci-budget.md lists it. */
  sampleMinutes: number;
  /** @throws where it can't be run at all (a missing program): never a pass */
  run(options: ProofRun): Promise<ProofResult>;
}

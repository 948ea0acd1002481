/** Three-valued on purpose: **unknown never passes**. */
export type Verdict = 'pass' | 'fail' | 'unknown';

/** What one criterion says of one subject, with the numbers it was decided on. */
export interface CriterionResult {
  criterion: string;
  verdict: Verdict;
  /** One sentence for a person: what was found and what was wanted. */
  reason: string;
  /** The figures behind the reason, by name, with units in the name (`ageDays`, `contributors`). */
  numbers: Record<string, number | string | boolean | null>;
  /** Ids of the evidence it stands on. */
  evidence: string[];
}

/** The verdict over several: fail beats unknown beats pass; of nothing, nothing is known. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  if (verdicts.length === 0 || verdicts.includes('unknown')) return 'unknown';
  return 'pass';
}

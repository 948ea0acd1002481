import type { Verdict } from '@toolcrib/model';
import type { goodFacts } from '../evidence.ts';
import type { Thresholds } from '../verdicts.ts';

export type Facts = ReturnType<typeof goodFacts>;

/**
 * One input changed, one verdict flipped, every other the same. `spoil` changes the facts of the good tool; `threshold`
 * is an input too. `also` names what rests on the very same input and must flip with it; `given` holds before and after.
 */
export interface Flip {
  criterion: string;
  to: Verdict;
  why: string;
  spoil?: (facts: Facts) => void;
  threshold?: object;
  also?: Record<string, Verdict>;
  given?: Thresholds;
}

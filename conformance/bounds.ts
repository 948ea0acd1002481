import type { Outcome, Result } from './result.ts';
import type { Category } from './step.ts';

/** What the comparison is worth at least; a playbook that falls below is no proof. */
export const BOUNDS = { steps: 160, inCategory: 8, acceptedPercent: 5, unservedPercent: 20 } as const;

/** @returns which bounds a run of the whole playbook breaks, a line each */
export function brokenBounds(
  categories: readonly Pick<Category, 'name' | 'steps'>[],
  results: readonly Pick<Result, 'outcome'>[],
): string[] {
  const broken: string[] = [];
  if (results.length < BOUNDS.steps)
    broken.push(`${results.length} steps; at least ${BOUNDS.steps} are asked for`);
  for (const { name, steps } of categories) {
    if (steps.length < BOUNDS.inCategory)
      broken.push(`${name}: ${steps.length} steps; at least ${BOUNDS.inCategory} are asked for`);
  }
  const most = (outcome: Outcome, percent: number, words: string) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    if (count * 100 > percent * results.length)
      broken.push(`${count} of ${results.length} steps are ${words}; at most ${percent} % may be`);
  };
  most('accepted', BOUNDS.acceptedPercent, 'accepted');
  most('unserved', BOUNDS.unservedPercent, 'not served yet');
  return broken;
}

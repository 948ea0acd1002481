import { CRITERIA } from '../criteria/index.ts';
import type { Criteria } from './outcome.ts';

/** Every criterion in the order of the reports, with its cited threshold. */
export function criteria(): Criteria {
  return CRITERIA.map(({ id, title, definition, threshold, source, passes, from }) => ({
    id,
    title,
    definition,
    threshold: threshold.parse({}) as Criteria[number]['threshold'],
    source,
    passes,
    from,
  }));
}

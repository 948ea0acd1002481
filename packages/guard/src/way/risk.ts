// Step: radius
import { unreadWhy } from '../effects/index.ts';
import { summary } from '../radius/index.ts';
import type { Step } from './step.ts';

/** What a person reads of the risk: never a small number where nothing is known. */
export function riskOf({ subject, seen }: Step): string {
  const why = unreadWhy(subject.effect);
  if (why === undefined) return summary(seen.radius);
  return `can't be read (${why.replace(/\.$/, '')}), so it is not known what it would do`;
}

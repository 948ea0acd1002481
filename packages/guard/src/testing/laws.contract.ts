import { lawsNotSoftenedContract } from './laws.not-softened.contract.ts';
import { lawsWindowContract } from './laws.window.contract.ts';
import { openedOnce } from './opened-once.ts';
import type { OpenTarget } from './target.ts';

/** What may be softened and what may not, and what the window must survive. Proved by plain requests. */
export function lawsContract(open: OpenTarget): void {
  const shared = openedOnce(open);
  lawsNotSoftenedContract(shared);
  lawsWindowContract(shared);
}

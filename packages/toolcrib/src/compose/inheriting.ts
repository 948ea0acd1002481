import type { LeaseNews } from '@toolcrib/guard/lease/lease';

/**
 * Sees to what guards have left that have ended: their holds are closed, and what was on its way is looked for in each context.
 * @param deps.found told once for each time that there is more than before
 * @returns to be told of the lease each time that it was renewed
 */
export function inheriting(deps: {
  closeHolds(news: LeaseNews): Promise<void>;
  found(): void;
  log(line: string, detail?: Record<string, unknown>): void;
}): (news: LeaseNews) => void {
  let known = new Set<string>();
  return (news) => {
    // Each time: what could not be closed the last time can be now.
    deps
      .closeHolds(news)
      .catch((error: unknown) => deps.log('old holds could not be closed', { why: String(error) }));
    const more = news.inherited.some((guard) => !known.has(guard));
    known = new Set(news.inherited);
    if (more) deps.found();
  };
}

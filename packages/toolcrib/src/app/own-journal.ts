import type { Journal, RequestRecord, SoftenRecord } from '../model/index.ts';

/**
 * The journal as one context's thread sees it: what is looked up by its state alone (what was left over, which windows are
 * open) is its own context's, and what belongs to no known act.
 * @param elsewhere requests that the door still follows: they are not left over
 */
export function ownJournal(journal: Journal, context: string, elsewhere: ReadonlySet<string>): Journal {
  const isOwn = async ({ id, actId }: RequestRecord): Promise<boolean> => {
    if (elsewhere.has(id)) return false;
    const act = await journal.act(actId);
    return act === undefined || act.context === context;
  };
  return {
    ...journal,
    async requests(query) {
      const found = await journal.requests(query);
      if (query.actId !== undefined) return found;
      const own = await Promise.all(found.map(isOwn));
      return found.filter((_, i) => own[i]);
    },
    async softenings(query = {}): Promise<SoftenRecord[]> {
      const found = await journal.softenings(query);
      return query.actId === undefined ? found.filter((record) => record.context === context) : found;
    },
  };
}

/** Contexts with something left over from an earlier life, or with a window open. */
export async function unfinishedContexts(journal: Journal, any: string | undefined): Promise<string[]> {
  const found = new Set<string>();
  for (const state of ['started', 'softened', 'failed'] as const)
    for (const { context } of await journal.softenings({ state })) found.add(context);
  for (const { context, marked } of await journal.softenings({ state: 'undone' }))
    if (marked) found.add(context);
  for (const state of ['held', 'kept', 'unsettled'] as const) {
    const acts = new Set((await journal.requests({ state })).map(({ actId }) => actId));
    for (const id of acts) {
      // What belongs to no act is looked after by whoever is there.
      const context = (await journal.act(id))?.context ?? any;
      if (context !== undefined) found.add(context);
    }
  }
  return [...found];
}

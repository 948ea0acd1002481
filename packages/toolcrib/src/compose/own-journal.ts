import {
  type Act,
  type Journal,
  type RequestRecord,
  type SoftenRecord,
  ToolcribError,
} from '@toolcrib/model';

/**
 * The journal as one context's thread sees it: what is looked up by its state alone (what was left over, which windows are
 * open) is its own context's, and what belongs to no known act.
 * @param elsewhere requests that the door still follows: they are not left over
 */
export function ownJournal(journal: Journal, context: string, elsewhere: ReadonlySet<string>): Journal {
  const isOwn = async ({ id, actId }: RequestRecord): Promise<boolean> => {
    if (elsewhere.has(id)) return false;
    const act = await actOf(journal, actId);
    return act !== 'newer' && (act === undefined || act.context === context);
  };
  return {
    ...journal,
    async requests(query, leftOut) {
      const found = await journal.requests(query, leftOut);
      if (query.actId !== undefined) return found;
      const own = await Promise.all(found.map(isOwn));
      return found.filter((_, i) => own[i]);
    },
    async softenings(query = {}, leftOut): Promise<SoftenRecord[]> {
      const found = await journal.softenings(query, leftOut);
      return query.actId === undefined ? found.filter((record) => record.context === context) : found;
    },
  };
}

/**
 * Contexts with something left over from an earlier life, or with a window open.
 * @param isOurs what is of another guard that lives is not for this one to see to
 */
export async function unfinishedContexts(
  journal: Journal,
  any: string | undefined,
  isOurs: (record: { guard?: string | undefined }) => boolean,
): Promise<string[]> {
  const found = new Set<string>();
  for (const state of ['started', 'softened', 'failed', 'undone'] as const)
    for (const record of await journal.softenings({ state }))
      if (isOurs(record) && (state !== 'undone' || record.marked)) found.add(record.context);
  for (const state of ['held', 'kept', 'unsettled'] as const) {
    const open = (await journal.requests({ state })).filter(isOurs);
    const acts = new Set(open.map(({ actId }) => actId));
    for (const id of acts) {
      // What belongs to no act is looked after by whoever is there.
      const act = await actOf(journal, id);
      const context = act === 'newer' ? undefined : (act?.context ?? any);
      if (context !== undefined) found.add(context);
    }
  }
  return [...found];
}

/** What belongs to an act of a newer toolcrib is that one's to carry on, and in the way of nothing else. */
async function actOf(journal: Journal, id: string): Promise<Act | 'newer' | undefined> {
  try {
    return await journal.act(id);
  } catch (error) {
    if (error instanceof ToolcribError && error.code === 'newer') return 'newer';
    throw error;
  }
}

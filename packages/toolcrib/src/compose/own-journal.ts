import {
  type Act,
  type Journal,
  type LeftOut,
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
  const isOwn = async ({ id, actId }: RequestRecord, damaged: LeftOut | undefined): Promise<boolean> => {
    const act = elsewhere.has(id) ? 'unreadable' : await actOf(journal, actId, damaged);
    return act !== 'unreadable' && (act === undefined || act.context === context);
  };
  return {
    ...journal,
    async requests(query, newer, damaged) {
      const found = await journal.requests(query, newer, damaged);
      if (query.actId !== undefined) return found;
      const own = await Promise.all(found.map((request) => isOwn(request, damaged)));
      return found.filter((_, i) => own[i]);
    },
    async softenings(query = {}, ...told): Promise<SoftenRecord[]> {
      const found = await journal.softenings(query, ...told);
      return query.actId === undefined ? found.filter((record) => record.context === context) : found;
    },
  };
}

/**
 * Contexts with something left over from an earlier life, or with a window open.
 * @param isOurs what is of another guard that lives is not for this one to see to
 * @param damaged told of what can't be read: nobody can see to that, and it hides nothing else
 */
export async function unfinishedContexts(
  journal: Journal,
  any: string | undefined,
  isOurs: (record: { guard?: string | undefined }) => boolean,
  damaged: LeftOut,
): Promise<string[]> {
  const found = new Set<string>();
  for (const state of ['started', 'softened', 'failed', 'undone'] as const)
    for (const record of await journal.softenings({ state }, undefined, damaged))
      if (isOurs(record) && (state !== 'undone' || record.marked)) found.add(record.context);
  for (const state of ['held', 'kept', 'unsettled'] as const) {
    const open = (await journal.requests({ state }, undefined, damaged)).filter(isOurs);
    const acts = new Set(open.map(({ actId }) => actId));
    for (const id of acts) {
      // What belongs to no act is looked after by whoever is there.
      const act = await actOf(journal, id, damaged);
      const context = act === 'unreadable' ? undefined : (act?.context ?? any);
      if (context !== undefined) found.add(context);
    }
  }
  return [...found];
}

/** What belongs to an act of a newer toolcrib is that one's to carry on; of a damaged one nobody knows whose. Neither is in the way of anything else. */
async function actOf(
  journal: Journal,
  id: string,
  damaged: LeftOut | undefined,
): Promise<Act | 'unreadable' | undefined> {
  try {
    return await journal.act(id);
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    if (error.code === 'damaged' && damaged) damaged(error);
    else if (error.code !== 'newer') throw error;
    return 'unreadable';
  }
}

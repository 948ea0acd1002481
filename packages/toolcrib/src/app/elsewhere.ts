import { type Act, type Hold, type Journal, tookNothing } from '../model/index.ts';

/**
 * The acts in which went what was held in this one: a yes is used by whoever sends the same again, and that may be another
 * program, or the same once more under a run of its own. None where nothing of it went elsewhere.
 */
export async function wentElsewhere(journal: Journal, { id, context }: Act): Promise<string[]> {
  const found = new Set<string>();
  for (const hold of await journal.holds({ context, actId: id })) {
    const { usedIn = hold.actId } = hold;
    if (usedIn === id || hold.answer === undefined || !askedBy(hold, id) || found.has(usedIn)) continue;
    if (await tookSomething(journal, usedIn)) found.add(usedIn);
  }
  return [...found];
}

function askedBy({ actId, alsoBy = [] }: Hold, id: string): boolean {
  return actId === id || alsoBy.includes(id);
}

async function tookSomething(journal: Journal, actId: string): Promise<boolean> {
  const [requests, softenings] = await Promise.all([
    journal.requests({ actId }),
    journal.softenings({ actId }),
  ]);
  return requests.some((request) => tookNothing(request, softenings) === undefined);
}

import type { Act, Hold, Journal, LeftOut } from '@toolcrib/model';
import { tookNothing } from '../effects/took-nothing.ts';

/**
 * The acts in which went what was held in this one: a yes is used by whoever sends the same again, and that may be another
 * program, or the same once more under a run of its own. None where nothing of it went elsewhere.
 * @throws ToolcribError `newer`, `damaged` where one of its holds is and there is nobody to tell
 */
export async function wentElsewhere(
  journal: Journal,
  { id, context }: Act,
  leftOut?: LeftOut,
  damaged?: LeftOut,
): Promise<string[]> {
  const found = new Set<string>();
  for (const hold of await journal.holds({ context, actId: id }, leftOut, damaged)) {
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
  // What is not known here may have taken something: that act is named, and its own undo says why it is not for this one.
  let unknown = false;
  const leftOut = () => {
    unknown = true;
  };
  const [requests, softenings] = await Promise.all([
    journal.requests({ actId }, leftOut, leftOut),
    journal.softenings({ actId }, leftOut, leftOut),
  ]);
  return unknown || requests.some((request) => tookNothing(request, softenings) === undefined);
}

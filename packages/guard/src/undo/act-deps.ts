import type { Act, Clock, Cluster, Journal, UndoRecord } from '@toolcrib/model';
import { nameText, nearest, ToolcribError } from '@toolcrib/model';

export interface ActDeps {
  journal: Journal;
  clusterFor(context: string): Promise<Cluster>;
  clock: Clock;
  /** Who asked. */
  by: string;
  /** A person says that it is the same cluster, where that can't be told. */
  sameCluster?: boolean;
  /** How long what was sent may still be carried out, as the policy says of the context. Milliseconds; else 75 s. */
  mayArriveMs?(context: string): Promise<number>;
  /** Told what is waited for, where that takes longer than a moment. */
  tell?(text: string): void;
}

/** Told of each result as it comes. */
export type ActProgress = (news: { done: number; of: number; result: UndoRecord['results'][number] }) => void;

/** @throws ToolcribError `not-found`, with what may have been meant */
export async function knownAct(journal: Journal, actId: string): Promise<Act> {
  const act = await journal.act(actId);
  if (act) return act;
  throw new ToolcribError('not-found', `There is no act ${nameText(actId)} in the journal.`, {
    next: await meantBy(journal, actId),
  });
}

/** Among so many a wrong letter is looked for. */
const RECENT = 200;

/** The newest is no guess at what was meant by another act's name: it is told only to who asks for the last. */
async function meantBy(journal: Journal, actId: string): Promise<string> {
  const all = 'toolcrib log lists them, the last one first.';
  try {
    // What can't be read is named by the log.
    const pass = () => undefined;
    const acts = await journal.acts({ limit: RECENT }, pass, pass);
    const [last] = acts;
    if (last === undefined)
      return 'Nothing has gone through the guard yet that it had to judge: toolcrib log is empty.';
    if (/^(last|latest|-1|0|1)$/.test(actId)) return `The last one is ${last.id} (${last.title}). ${all}`;
    const [near] = nearest(
      actId,
      acts.map(({ id }) => id),
    );
    return near === undefined ? all : `Did you mean ${near}? ${all}`;
  } catch {
    return all;
  }
}

/**
 * What a newer toolcrib wrote of an act may say what this one would get wrong, so an undo by halves is none, and a finish
 * neither: it is asked before anything is changed.
 * @throws ToolcribError `newer`
 */
export async function nothingNewer(journal: Journal, { id: actId, context }: Act): Promise<void> {
  const asked = [
    journal.requests({ actId }),
    journal.softenings({ actId }),
    journal.undos(actId),
    journal.holds({ context, actId }),
  ];
  // What else is wrong is met where it is needed: what can be brought back until then is.
  for (const one of await Promise.allSettled(asked))
    if (one.status === 'rejected' && one.reason instanceof ToolcribError && one.reason.code === 'newer')
      throw one.reason;
}

export function recordId(kind: string, clock: Clock): string {
  return `${kind}-${clock.now().toString(36)}-${Math.floor(performance.now() * 1000).toString(36)}`;
}

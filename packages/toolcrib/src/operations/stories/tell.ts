import { wentElsewhere } from '@toolcrib/guard/undo/elsewhere';
import { type Act, type Journal, type LeftOut, ToolcribError } from '@toolcrib/model';
import type { Context } from '../context.ts';
import { isUndoable, outcomeOf, severityOf, titleNow } from './became.ts';
import type { ActFacts, ActStory } from './story.ts';

/** Collects why records could not be read, a sentence each: the log tells it, and goes on. */
export function inSentences(): { found: string[]; leftOut: LeftOut } {
  const found: string[] = [];
  return { found, leftOut: ({ message }) => found.push(message) };
}

/** The acts that the guard still holds, or for which a yes is under way; none where no guard runs. undefined where it does not answer. */
export type Answerable = () => Promise<Set<string> | undefined>;

/** Asks the guard, once for all that want to know. */
export function answerableActs({ guard }: Context): Answerable {
  let asked: ReturnType<Answerable> | undefined;
  const ask: Answerable = async () => {
    try {
      const holds = await (await guard()).holds();
      // A yes is given a moment before what it is for is recorded as sent.
      const goesOn = holds.filter(({ state }) => ['open', 'approved', 'used'].includes(state));
      return new Set(goesOn.map(({ actId }) => actId));
    } catch (error) {
      return error instanceof ToolcribError && error.code === 'not-running' ? new Set() : undefined;
    }
  };
  return () => {
    asked ??= ask();
    return asked;
  };
}

/** What the journal has of an act. What it can't read is told in `newer` and `damaged`. */
export async function factsOf(journal: Journal, act: Act, answerable: Answerable): Promise<ActFacts> {
  const { found: newer, leftOut } = inSentences();
  const { found: damaged, leftOut: harmed } = inSentences();
  const [requests, softenings, undos] = await Promise.all([
    journal.requests({ actId: act.id }, leftOut, harmed),
    journal.softenings({ actId: act.id }, leftOut, harmed),
    journal.undos(act.id, leftOut, harmed),
  ]);
  const held = requests.some(({ state }) => state === 'held');
  const known = held ? await answerable() : undefined;
  const refused = requests.some(({ state }) => state === 'refused');
  const elsewhere = refused ? await wentElsewhere(journal, act, leftOut, harmed) : [];
  return {
    act,
    requests,
    softenings,
    undos,
    ...(elsewhere.length > 0 ? { elsewhere } : {}),
    ...(newer.length > 0 ? { newer } : {}),
    ...(damaged.length > 0 ? { damaged } : {}),
    ...(known && held ? { answerable: known.has(act.id) } : {}),
  };
}

/** @param now ms since 1970 */
export function told(facts: ActFacts, now: number): ActStory {
  return {
    ...facts,
    title: titleNow(facts),
    became: outcomeOf(facts, now),
    severity: severityOf(facts),
    undoable: isUndoable(facts),
  };
}

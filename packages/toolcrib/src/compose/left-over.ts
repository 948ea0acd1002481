import type { Lease } from '@toolcrib/guard/lease/lease';
import type { Clock, Journal, LeftOut } from '@toolcrib/model';
import type { Desks } from './desks.ts';
import { log } from './log.ts';
import { unfinishedContexts } from './own-journal.ts';

/** Milliseconds. */
const AGAIN = 15_000;

/** @returns looks for what an earlier life left, and goes on looking until that is known */
export function leftOver(deps: {
  journal: Journal;
  clock: Pick<Clock, 'after'>;
  lease: Pick<Lease, 'isOurs'>;
  held: Pick<Desks, 'expect' | 'unknown'>;
  /** A context that is there, if any is: it sees to what belongs to no act. */
  any(): string | undefined;
  damaged: LeftOut;
  /** Told of the contexts that have something left. */
  found(contexts: string[]): void;
}): () => Promise<void> {
  const { journal, clock, lease, held, any, damaged, found } = deps;
  const look = async (): Promise<void> => {
    try {
      const contexts = await unfinishedContexts(journal, any(), lease.isOurs, damaged);
      held.expect(contexts);
      found(contexts);
    } catch (error) {
      held.unknown();
      log('what an earlier life left could not be looked up yet', { why: String(error) });
      clock.after(AGAIN, () => void look());
    }
  };
  return look;
}

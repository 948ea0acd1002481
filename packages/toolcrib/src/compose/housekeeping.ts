import type { SqliteJournal } from '@toolcrib/guard/journal';
import type { LeaseNews } from '@toolcrib/guard/lease/lease';
import { type Clock, type Hold, isYesLost, type Journal, type LeftOut, ToolcribError } from '@toolcrib/model';

const DAY = 24 * 3_600_000;

/**
 * Closes the holds of guards that have ended: their clients are gone. Those of one that lives are its own.
 * @param damaged told of what can't be read: it closes none of the others less
 * @param lost told of each that a person had said yes to and by which not all went, once it is closed
 * @throws ToolcribError
 */
export async function closeInherited(
  journal: Pick<Journal, 'holds' | 'saveHold'>,
  { guard, inherited }: LeaseNews,
  damaged: LeftOut,
  lost: (hold: Hold) => void,
): Promise<void> {
  const stale = [
    ...(await journal.holds({ state: 'open' }, undefined, damaged)),
    ...(await journal.holds({ state: 'approved' }, undefined, damaged)),
  ].filter((hold) => hold.guard !== guard && inherited.includes(hold.guard ?? ''));
  for (const hold of stale)
    try {
      // What is open nobody has answered, whatever stands there.
      const { answer: given, ...rest } = hold;
      const answer = hold.state === 'approved' && given ? { answer: given } : {};
      const closed: Hold = { ...rest, ...answer, guard, state: 'expired', waiting: false };
      await journal.saveHold(closed);
      if (isYesLost(closed)) lost(closed);
    } catch (error) {
      // Answered since it was read: at the next look.
      if (!(error instanceof ToolcribError) || error.code !== 'conflict') throw error;
    }
}

/**
 * Once a day drops what is older than the policy keeps (what is unfinished stays). Never in the way of a request: a journal
 * of its own, and errors only logged.
 *
 * @returns how to stop
 */
export function housekeeping(deps: {
  openJournal(): SqliteJournal;
  clock: Clock;
  /** Milliseconds. */
  keepMs(): number;
  log(line: string, detail?: Record<string, unknown>): void;
}): () => void {
  const { clock, log } = deps;
  let cancel: () => void = () => undefined;

  const prune = async (): Promise<void> => {
    const own = deps.openJournal();
    try {
      const { acts, snapshots } = await own.prune(clock.now() - deps.keepMs());
      if (acts > 0) log('old acts were dropped', { acts, snapshots });
    } finally {
      await own.close();
    }
  };
  const day = (): void => {
    prune().catch((error: unknown) => log('old acts could not be dropped', { why: String(error) }));
    cancel = clock.after(DAY, day);
  };
  // Not in the rush of the start.
  cancel = clock.after(60_000, day);
  return () => cancel();
}

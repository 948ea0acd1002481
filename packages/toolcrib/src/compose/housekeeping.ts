import type { SqliteJournal } from '@toolcrib/guard/journal';
import type { Clock, Journal } from '@toolcrib/model';

const DAY = 24 * 3_600_000;

/**
 * Once a day drops what is older than the policy keeps (what is unfinished stays); at once closes the holds of an
 * earlier life, whose clients are gone. Never in the way of a request: a journal of its own, and errors only logged.
 *
 * @returns how to stop
 */
export function housekeeping(deps: {
  journal: Journal;
  openJournal(): SqliteJournal;
  clock: Clock;
  /** Milliseconds. */
  keepMs(): number;
  log(line: string, detail?: Record<string, unknown>): void;
}): () => void {
  const { journal, clock, log } = deps;
  let cancel: () => void = () => undefined;

  const expire = async (): Promise<void> => {
    const stale = [
      ...(await journal.holds({ state: 'open' })),
      ...(await journal.holds({ state: 'approved' })),
    ];
    for (const hold of stale) await journal.saveHold({ ...hold, state: 'expired', waiting: false });
  };
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
  expire().catch((error: unknown) => log('old holds could not be closed', { why: String(error) }));
  // Not in the rush of the start.
  cancel = clock.after(60_000, day);
  return () => cancel();
}

import type { Clock, Journal } from '@toolcrib/model';
import { LEASE, type Lease, type LeaseNews, leaseView } from './lease.ts';

export interface KeptLease extends Lease {
  news(): LeaseNews;
  /** Renewed now, and what other guards left is taken over; then again and again. Resolves after the first time. */
  begin(): Promise<void>;
  /** The guard ends: from here on others may have what it leaves. */
  close(): Promise<void>;
}

/**
 * Keeps a guard's lease running, and takes over what guards leave whose lease has ended. Where its own was ended while it
 * stood still, it goes on as another guard: what it had is its heir's.
 */
export function keepLease(deps: {
  journal: Pick<Journal, 'renewLease' | 'endLease' | 'takeOver'>;
  clock: Clock;
  /** Each time another. */
  newId(): string;
  /** A guard that certainly has ended: its lock is this one's now. It need not be waited for. */
  predecessor?: string | undefined;
  /** The lease that others may wait for the end of. Milliseconds. */
  life?: number;
  /** Told each time that it was renewed, or could not be. */
  told(news: LeaseNews): void | Promise<void>;
  log(line: string, detail?: Record<string, unknown>): void;
}): KeptLease {
  const { journal, clock, newId, told, log, life = LEASE } = deps;
  const view = leaseView(
    { journal, clock, life },
    { guard: newId(), until: Number.NEGATIVE_INFINITY, inherited: [] },
  );
  let { predecessor } = deps;
  let cancel: () => void = () => undefined;
  let closed = false;
  let failing = false;
  /** When it last began to be renewed. Milliseconds since 1970. */
  let last: number | undefined;

  const news = (): LeaseNews => ({
    guard: view.guard(),
    until: view.until(),
    inherited: view.inherited(),
  });

  async function renewed(): Promise<void> {
    if (await journal.renewLease(view.guard(), clock.now() + life)) return;
    log('this guard stood still, and another has taken over what was its: it goes on as a new one', {
      guard: view.guard(),
    });
    view.hear({ guard: newId(), until: Number.NEGATIVE_INFINITY, inherited: [] });
    await journal.renewLease(view.guard(), clock.now() + life);
  }

  async function beat(): Promise<void> {
    const began = clock.now();
    const until = began + life;
    // The machine was suspended, or its clock set: all leases look over, also of guards that live and only beat after this one.
    const jumped = last !== undefined && began - last > life;
    last = began;
    try {
      if (predecessor !== undefined) await journal.endLease(predecessor);
      predecessor = undefined;
      await renewed();
      // Clocks of other machines differ, and what was let go in a lease's last moment is still to leave.
      const inherited = jumped ? view.inherited() : await journal.takeOver(view.guard(), began - life / 3);
      view.hear({ guard: view.guard(), until, inherited });
      failing = false;
    } catch (error) {
      if (!failing) log('the guard’s lease could not be renewed', { why: String(error) });
      failing = true;
    }
    await told(news());
  }

  const again = async (): Promise<void> => {
    if (!closed) await beat();
    if (!closed) cancel = clock.after(life / 3, () => void again());
  };

  return {
    ...view,
    news,
    begin: again,
    async close() {
      closed = true;
      cancel();
      await journal
        .endLease(view.guard())
        .catch((error: unknown) => log('the guard’s lease could not be ended', { why: String(error) }));
    },
  };
}

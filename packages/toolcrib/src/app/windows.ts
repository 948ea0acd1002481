import { createWatches } from '../guard/way/brain.ts';
import type { Clock, Journal, SoftenRecord } from '../model/index.ts';

const LOOK_EVERY = 2_000;

const RESOURCES: Record<string, string> = {
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

/**
 * Watches over the windows of softened acts: finishes each when its time has come, and tells the door which CREATEs
 * must be judged meanwhile. One that is overdue by more than another window (the machine slept) is left for a person.
 */
export function windows(deps: {
  journal: Journal;
  clock: Clock;
  /** Milliseconds. */
  windowMs(): number;
  finish(actId: string, why: string): Promise<void>;
  publish(createWatches: string[]): void;
  log(line: string, detail?: Record<string, unknown>): void;
}) {
  let published = '';
  let cancel: () => void = () => undefined;
  let closed = false;

  const look = async (): Promise<void> => {
    const open = await deps.journal.softenings({ state: 'softened' });
    const workloads = open.filter((record) => record.how !== 'retain-first');
    const watches = createWatches(workloads, (record) => RESOURCES[record.owner.kind] ?? '').sort();
    if (watches.join() !== published) {
      published = watches.join();
      deps.publish(watches);
    }
    const due = workloads.filter((record) => state(record, deps.clock.now(), deps.windowMs()) === 'due');
    for (const actId of new Set(due.map((record) => record.actId))) {
      // One that can't be finished now (its cluster is away) must not keep the others waiting.
      await deps.finish(actId, 'its window has ended').catch((error: unknown) => {
        deps.log('a softened act could not be finished yet', { act: actId, why: String(error) });
      });
    }
  };
  // One look at a time: two would finish the same act twice.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (): Promise<void> => {
    last = last.catch(() => undefined).then(look);
    return last;
  };
  const turn = (): void => {
    inTurn()
      .catch((error: unknown) => deps.log('looking after softened acts failed', { why: String(error) }))
      .finally(() => {
        if (!closed) cancel = deps.clock.after(LOOK_EVERY, turn);
      });
  };
  turn();
  return {
    /** At once, after something was softened: the window must be watched before anybody can create into it. */
    look: inTurn,
    close() {
      closed = true;
      cancel();
    },
  };
}

export function state(record: SoftenRecord, now: number, windowMs: number): 'waiting' | 'due' | 'overdue' {
  if (now < record.finishAfter) return 'waiting';
  return now < record.finishAfter + windowMs ? 'due' : 'overdue';
}

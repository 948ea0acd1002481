// Step: forward
import type { Clock, Journal, LeftOut, SoftenRecord } from '@toolcrib/model';
import { RESOURCE_OF_KIND } from '../soften/index.ts';
import { createWatches } from './request-handler.ts';

const LOOK_EVERY = 2_000;
/** Each record that could not be resumed is left alone for longer and longer: this only looks which are due. */
const RESUME_EVERY = 10_000;

/**
 * Watches over the windows of softened acts: tells the door which CREATEs must be judged meanwhile, finishes each when
 * its time has come, and sees to it that a softening that was cut off is carried on. One that is overdue by more than
 * another window (the machine slept) is left for a person, and so are kept data (`retain-first`) and what somebody wants back.
 */
export function windows(deps: {
  journal: Pick<Journal, 'softenings'>;
  clock: Clock;
  /** Whether it is for this guard to finish it. */
  isOurs(record: SoftenRecord): boolean;
  /** Told of records that can't be read: the windows of the others are watched. */
  damaged: LeftOut;
  /** Milliseconds. */
  windowMs(): number;
  finish(record: SoftenRecord, why: string): Promise<void>;
  /** Carries on what was cut off. */
  resume(): Promise<void>;
  /** What else must be judged, as `createWatchKey` writes it. */
  also?(): readonly string[];
  publish(createWatches: string[]): void;
  log(line: string, detail?: Record<string, unknown>): void;
}) {
  let published = '';
  let closed = false;
  const cancels = new Map<string, () => void>();

  const openWorkloads = async (): Promise<SoftenRecord[]> =>
    (await deps.journal.softenings({ state: 'softened' }, undefined, deps.damaged)).filter(
      (record) => record.how !== 'retain-first',
    );

  let workloads: string[] = [];
  const republish = (): void => {
    const watches = [...new Set([...workloads, ...(deps.also?.() ?? [])])].sort();
    if (watches.join() === published) return;
    published = watches.join();
    deps.publish(watches);
  };
  // Only the journal is asked: whoever waits for this must not wait for any cluster.
  const publish = async (): Promise<void> => {
    workloads = createWatches(await openWorkloads(), (record) => RESOURCE_OF_KIND[record.owner.kind] ?? '');
    republish();
  };
  // One at a time: an older list must not be published after a newer one.
  let last: Promise<void> = Promise.resolve();
  const publishInTurn = (): Promise<void> => {
    last = last.catch(() => undefined).then(publish);
    return last;
  };

  const finishDue = async (): Promise<void> => {
    const open = await openWorkloads();
    const due = open.filter(
      (record) => deps.isOurs(record) && state(record, deps.clock.now(), deps.windowMs()) === 'due',
    );
    // A cluster that is away must not keep the others' acts waiting.
    const byContext = Map.groupBy(due, ({ context }) => context);
    await Promise.all(
      [...byContext.values()].map(async (records) => {
        // Each has its own yes and its own time, whatever else its act did.
        for (const record of records) {
          await deps.finish(record, 'its window has ended').catch((error: unknown) => {
            deps.log('a softened act could not be finished yet', { act: record.actId, why: String(error) });
          });
        }
      }),
    );
  };

  /** Again and again, one at a time: two would finish the same act twice. Nobody waits for it. */
  const every = (delay: number, what: string, work: () => Promise<void>): void => {
    work()
      .catch((error: unknown) => deps.log(`${what} failed`, { why: String(error) }))
      .finally(() => {
        if (!closed)
          cancels.set(
            what,
            deps.clock.after(delay, () => every(delay, what, work)),
          );
      });
  };
  every(LOOK_EVERY, 'watching softened acts', publishInTurn);
  every(LOOK_EVERY, 'finishing softened acts', finishDue);
  every(RESUME_EVERY, 'resuming softenings', () => deps.resume());
  return {
    /** At once, after something was softened: the window must be watched before anybody can create into it. */
    publish: publishInTurn,
    /** At once, after `also` has changed; the journal is not asked. */
    republish,
    close() {
      closed = true;
      for (const cancel of cancels.values()) cancel();
    },
  };
}

/** `by-hand`: it is never finished by itself, so it is never overdue either. */
export function state(
  record: SoftenRecord,
  now: number,
  windowMs: number,
): 'by-hand' | 'waiting' | 'due' | 'overdue' {
  if (record.how === 'retain-first' || record.undoAsked !== undefined) return 'by-hand';
  if (now < record.finishAfter) return 'waiting';
  return now < record.finishAfter + windowMs ? 'due' : 'overdue';
}

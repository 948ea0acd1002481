import { setTimeout } from 'node:timers/promises';
import { isBusy } from './errors.ts';

/** Milliseconds each. */
export interface Patience {
  /** How long a write waits while another process holds the file, counted from when it was asked for. */
  longest: number;
  /** So long after a write gave up the file is known to be held: each further one is tried once. */
  known: number;
}

/** Milliseconds that only go forward, and a wait of so many. */
export interface Time {
  now(): number;
  pause(ms: number): Promise<unknown>;
}

const SYSTEM: Time = { now: () => performance.now(), pause: (ms) => setTimeout(ms) };

// Our own writes take a few milliseconds. A request makes several, one after the other: only the first of them waits.
const PATIENCE: Patience = { longest: 5000, known: 1000 };
/** Milliseconds between two tries, and then again and again. */
const PAUSES = [1, 2, 5, 10];
const THEN = 20;

/**
 * Work that another process may stand in the way of, one after another in the order asked for, tried again until its
 * patience is over. In between this thread is free.
 */
export function inTurn({ longest, known }: Patience = PATIENCE, { now, pause }: Time = SYSTEM) {
  let last: Promise<unknown> = Promise.resolve();
  let gaveUpAt = Number.NEGATIVE_INFINITY;

  async function tried<Result>(work: () => Result, until: number): Promise<Result> {
    const end = now() - gaveUpAt < known ? gaveUpAt : until;
    for (let tries = 0; ; tries++) {
      try {
        const result = work();
        gaveUpAt = Number.NEGATIVE_INFINITY;
        return result;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (now() >= end) {
          gaveUpAt = now();
          throw error;
        }
      }
      await pause(PAUSES[tries] ?? THEN);
    }
  }

  return {
    /** @param work done whole or not at all; thrown on: what it throws, except that the file is held, within the patience */
    next<Result>(work: () => Result): Promise<Result> {
      const until = now() + longest;
      const done = last.then(() => tried(work, until));
      last = done.catch(() => undefined);
      return done;
    },
    /** Nothing is waited for any more. */
    done: (): Promise<unknown> => last,
  };
}

import type { Clock } from '../../store/store.ts';

export interface FakeClock extends Clock {
  /** Moves time on, running what falls due, in order. @param duration milliseconds */
  advance(duration: number): void;
  /** How many timers wait. */
  pending(): number;
}

/** A clock that stands still until it is moved. */
export function fakeClock(start = Date.parse('2026-11-02T10:00:00Z')): FakeClock {
  let now = start;
  let sequence = 0;
  const timers = new Map<number, { at: number; run: () => void }>();

  const next = (until: number) => {
    let found: [number, { at: number; run: () => void }] | undefined;
    for (const entry of timers) {
      if (entry[1].at <= until && (!found || entry[1].at < found[1].at)) found = entry;
    }
    return found;
  };

  return {
    now: () => now,
    pending: () => timers.size,
    after(delay, run) {
      const id = sequence++;
      timers.set(id, { at: now + Math.max(0, delay), run });
      return () => timers.delete(id);
    },
    advance(duration) {
      const until = now + duration;
      let budget = 1_000_000;
      for (let due = next(until); due; due = next(until)) {
        if (budget-- === 0) throw new Error('The controllers never come to rest.');
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = until;
    },
  };
}

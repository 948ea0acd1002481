import type { Clock } from '@toolcrib/sandbox';

/** The clock of a sandbox, which knows what its controllers still have before them: they do nothing but what it wakes them for. */
export interface RestingClock {
  clock: Clock;
  /**
   * Resolves once nothing is due within `ms` of now: whatever could happen in that time, has. At most that long.
   * Nobody may ask the sandbox for anything meanwhile.
   */
  rest(ms: number): Promise<void>;
}

/** @param real what it passes on to */
export function restingClock(real: Clock): RestingClock {
  const due = new Set<{ at: number }>();
  let rang: () => void = () => undefined;
  return {
    clock: {
      now: () => real.now(),
      after(delay, run) {
        const one = { at: real.now() + delay };
        due.add(one);
        const cancel = real.after(delay, () => {
          due.delete(one);
          try {
            run();
          } finally {
            rang();
          }
        });
        return () => {
          due.delete(one);
          cancel();
        };
      },
    },
    async rest(ms) {
      const until = real.now() + ms;
      while ([...due].some(({ at }) => at <= until) && real.now() <= until) {
        await new Promise<void>((resolve) => {
          // A timer that is cancelled rings for nobody: the end of the time is waited for by itself.
          const cancel = real.after(Math.max(0, until - real.now()) + 1, () => resolve());
          rang = () => {
            cancel();
            resolve();
          };
        });
      }
    },
  };
}

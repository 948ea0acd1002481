import type { Clock } from './store.ts';

const LONGEST = 2 ** 31 - 1;

/** The system's time. Its timers do not keep a process alive by themselves. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay, run) {
    let timer: NodeJS.Timeout;
    // A longer delay than a timer can hold would fire at once: it is waited for in parts.
    const wait = (left: number) => {
      timer = setTimeout(() => (left > LONGEST ? wait(left - LONGEST) : run()), Math.min(left, LONGEST));
      timer.unref();
    };
    wait(delay);
    return () => clearTimeout(timer);
  },
};

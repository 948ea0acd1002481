import type { Clock } from '@toolcrib/model';

/** The system's time. Timers keep no process alive. */
export const systemClock: Clock = {
  now: Date.now,
  after(delay, run) {
    const timer = setTimeout(run, delay);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

import type { Clock } from '@toolcrib/model';
import { turns } from './turns.ts';

/** A clock that a test moves by hand. @param start milliseconds since 1970 */
export function handClock(start: number) {
  let now = start;
  let timers: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(delay, run) {
      const timer = { at: now + delay, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };
  return {
    clock,
    /** Moves it, runs what is due in its order, and waits for a state that comes of that. */
    async pass(ms: number, reached: () => boolean = () => true): Promise<void> {
      const until = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
      await turns(reached);
    },
    /** How many wait for their time. */
    waiting: () => timers.length,
  };
}

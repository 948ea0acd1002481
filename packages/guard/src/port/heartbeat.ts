import type { Clock } from '@toolcrib/model';

/** Milliseconds between two questions, and how many may stay unanswered in a row. */
export interface Heartbeat {
  every: number;
  most: number;
}

/** Ten seconds of thinking without a pause: a large radius takes one or two. */
export const HEARTBEAT: Heartbeat = { every: 1_000, most: 10 };

/**
 * Asks again and again whether a thread is free to think. Counted is what went unanswered while *we* were on time: on a
 * machine that slept or was stopped nobody is to blame.
 *
 * @param ask sends a question; its number comes back in `heard`
 * @param stuck called once, when too many went unanswered
 */
export function heartbeat(
  clock: Clock,
  ask: (round: number) => void,
  stuck: () => void,
  limits: Heartbeat = HEARTBEAT,
): { heard(round: number): void; stop(): void } {
  let round = 0;
  let missed = 0;
  let answered = true;
  let asked = clock.now();
  let cancel: () => void = () => undefined;
  const beat = (): void => {
    const now = clock.now();
    const onTime = now - asked < 2 * limits.every && now >= asked;
    if (!answered && onTime) missed++;
    if (missed >= limits.most) {
      stuck();
      return;
    }
    asked = now;
    // One question at a time: a thread that is busy shall not find a heap of them.
    if (answered) {
      answered = false;
      ask(++round);
    }
    cancel = clock.after(limits.every, beat);
  };
  beat();
  return {
    heard(number) {
      if (number !== round) return;
      answered = true;
      missed = 0;
    },
    stop: () => cancel(),
  };
}

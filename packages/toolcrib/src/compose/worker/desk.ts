import { type HoldDesk, holdDesk } from '@toolcrib/guard/hold/desk';
import type { Lease } from '@toolcrib/guard/lease/lease';
import type { Clock, Hold, Journal } from '@toolcrib/model';
import { log } from '../log.ts';

/** Milliseconds. */
const LOOK_EVERY = 1_000;

/**
 * The desk of one context's thread. What lies there is written down as well; a journal that can't be written is no reason
 * to ask nobody.
 * @param before what lay at the desk of its forerunner
 * @param tell told of each change: people ask another thread
 */
export function ownDesk(
  { journal, lease }: { journal: Pick<Journal, 'saveHold' | 'hold'>; lease: Lease },
  clock: Clock,
  before: readonly Hold[],
  tell: (hold: Hold) => void,
): HoldDesk {
  const desk = holdDesk({ clock, journal, lease, changed: tell, log });
  for (const hold of before) desk.restore(hold);
  return desk;
}

/**
 * What was said to its holds at another guard counts too: it is looked for, again and again.
 * @returns how to stop
 */
export function lookingAgain(desk: Pick<HoldDesk, 'look'>, clock: Clock): () => void {
  let cancel = (): void => undefined;
  let over = false;
  const look = (): void => {
    if (over) return;
    cancel = clock.after(LOOK_EVERY, () => void desk.look().finally(look));
  };
  look();
  return () => {
    over = true;
    cancel();
  };
}

/**
 * The same desk, and while a person is asked no time limit runs.
 * @param waiting told that a request waits for a yes to that code, and then, without a code, that it waits no more
 */
export function untimed(desk: HoldDesk, waiting: (told: { id: string; code?: string }) => void): HoldDesk {
  const during = async <Result>(id: string, code: string, work: Promise<Result>): Promise<Result> => {
    waiting({ id, code });
    return work.finally(() => waiting({ id }));
  };
  return {
    ...desk,
    place: (hold, waitMs) => during(hold.requestId, hold.code, desk.place(hold, waitMs)),
    waitOn: (code, requestId, waitMs, by) =>
      during(requestId, code, desk.waitOn(code, requestId, waitMs, by)),
  };
}

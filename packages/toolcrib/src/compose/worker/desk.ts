import { type HoldDesk, holdDesk } from '@toolcrib/guard/hold/desk';
import type { Clock, Hold, Journal } from '@toolcrib/model';
import { log } from '../log.ts';

/**
 * The desk of one context's thread. What lies there is written down as well; a journal that can't be written is no reason
 * to ask nobody.
 * @param before what lay at the desk of its forerunner
 * @param tell told of each change: people ask another thread
 */
export function ownDesk(
  journal: Pick<Journal, 'saveHold'>,
  clock: Clock,
  before: readonly Hold[],
  tell: (hold: Hold) => void,
): HoldDesk {
  const desk = holdDesk(
    clock,
    (hold) => {
      journal
        .saveHold(hold)
        .catch((error: unknown) => log('a hold could not be written down', { why: String(error) }));
    },
    tell,
  );
  for (const hold of before) desk.restore(hold);
  return desk;
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

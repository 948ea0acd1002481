import type { Door } from '@toolcrib/guard/door/door';
import type { Judges } from '@toolcrib/guard/port/judges';
import { log } from './log.ts';
import type { startKeeper } from './threads.ts';

/** Milliseconds. */
export const CLOSE_WAIT = 10_000;
const TELL_EVERY = 100;

/** What a guard is made of, in the order in which it ends. */
interface Ending {
  /** Nothing new is to be followed. */
  unwatch(): void;
  judging: Pick<Judges, 'stopping' | 'close'>;
  door: Pick<Door, 'underWay' | 'drain' | 'close'>;
  keeper: Pick<Awaited<ReturnType<typeof startKeeper>>, 'ending' | 'close'>;
  /** What comes last. */
  rest(): Promise<void>;
}

/**
 * How a guard ends: what is under way comes to its end first, `drain` ms at most.
 * @returns asked a second time it ends at once; resolves once it has ended
 */
export function endingGuard(
  { unwatch, judging, door, keeper, rest }: Ending,
  drain: number,
): () => Promise<void> {
  const tellWaiting = (): NodeJS.Timeout => {
    const until = Date.now() + drain;
    const requests = door.underWay();
    if (requests > 0)
      log('the guard waits for what is under way; asked to end once more, it ends at once', {
        requests,
        seconds: drain / 1000,
      });
    const tell = () => keeper.ending({ requests: door.underWay(), until });
    tell();
    return setInterval(tell, TELL_EVERY);
  };
  const hurried = Promise.withResolvers<void>();
  const end = async (): Promise<void> => {
    unwatch();
    // Who waits for a person is told; what has been let go comes to its end and its client gets the answer.
    judging.stopping();
    const told = tellWaiting();
    await Promise.race([door.drain(drain), hurried.promise]);
    clearInterval(told);
    await door.close();
    await judging.close(CLOSE_WAIT);
    await keeper.close();
    await rest();
  };
  let closing: Promise<void> | undefined;
  return () => {
    if (closing) hurried.resolve();
    closing ??= end();
    return closing;
  };
}

// Step: record
import type { Clock } from '@toolcrib/model';
import { type RecoverDeps, recover } from './recover.ts';

/** Milliseconds between two looks at what may be settled any moment. */
const LOOK_EVERY = 15_000;
/** The first look after an answer that told nothing: most often it is clear by then. Milliseconds. */
const SOON = 2_000;
/** A context that was removed never answers: after so long it is left to the next start. Milliseconds. */
const GIVE_UP = 60 * 60_000;

export interface Settling {
  /** One pass now; resolves when it has ended. */
  pass(): Promise<void>;
  /** A request has just come to be unsettled. */
  soon(): void;
  close(): void;
}

/**
 * Sees to it that every request of which nothing certain is known is settled in time, one pass after another.
 * @param startedAt when this guard began (milliseconds since 1970)
 * @param counted told after each pass how many nobody knows what became of; -1 where the journal could not be asked
 */
export function settling(
  deps: RecoverDeps & { clock: Clock },
  startedAt: number,
  counted: (unsettled: number) => void = () => undefined,
): Settling {
  const { clock } = deps;
  let lastNews = startedAt;
  let timer: { at: number; cancel(): void } | undefined;
  let running: Promise<void> | undefined;
  let more = false;
  let closed = false;

  const due = (at: number): void => {
    if (closed || (timer && timer.at <= at)) return;
    timer?.cancel();
    const delay = Math.max(0, at - clock.now());
    const run = () => {
      timer = undefined;
      void pass();
    };
    timer = { at, cancel: clock.after(delay, run) };
  };
  const once = async (): Promise<void> => {
    const last = clock.now() - lastNews > GIVE_UP;
    const next = clock.now() + LOOK_EVERY;
    try {
      const found = await recover(deps, startedAt, last);
      counted(found.unsettled.length);
      if (found.at !== undefined) due(Math.min(next, Math.max(found.at, clock.now())));
      else if (found.again.length > 0 && !last) due(next);
    } catch (error) {
      counted(-1);
      deps.log('what became of some requests could not be settled yet', { why: String(error) });
      if (!last) due(next);
    }
  };
  const pass = (): Promise<void> => {
    // What has come since it began it may have missed.
    if (running) more = true;
    running ??= once().finally(() => {
      running = undefined;
      if (more) due(clock.now() + SOON);
      more = false;
    });
    return running;
  };
  return {
    pass,
    soon() {
      lastNews = clock.now();
      due(lastNews + SOON);
    },
    close() {
      closed = true;
      timer?.cancel();
    },
  };
}

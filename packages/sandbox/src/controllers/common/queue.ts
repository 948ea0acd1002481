import type { Clock } from '../../store/store.ts';

export interface WorkQueue {
  /** Asks for one more run of `key`; asking twice before it runs is asking once. */
  add(key: string): void;
  /** @param delay milliseconds; of several delays for one key the earliest counts */
  addAfter(key: string, delay: number): void;
  /** Drops what waits and holds no timer any more. */
  stop(): void;
}

export interface QueueOptions {
  /** Milliseconds between the first `add` and the run; 0 by default. Makes a controller lag like a real one. */
  delay?: number;
  /** Told of each failed run; the key is tried again in any case. */
  report?: (key: string, error: unknown) => void;
}

/**
 * How many keys, and (on a clock that runs) for how many milliseconds, one timer tick may work, so that a crowded
 * queue cannot starve the event loop that serves requests as well.
 */
const KEYS_PER_TICK = 50;
const TIME_PER_TICK = 10;
/** Retry delays double from the first to the last, in milliseconds (client-go's ItemExponentialFailureRateLimiter
 * begins at 5 ms too, but goes on to 1000 s; nobody waits that long for a sandbox). */
const FIRST_RETRY = 5;
const LAST_RETRY = 30_000;

/** A work queue: coalesces per key, retries a failed key with growing delays, and never runs a key twice at once. */
export function workQueue(clock: Clock, run: (key: string) => void, options: QueueOptions = {}): WorkQueue {
  const { delay = 0, report } = options;
  const waiting = new Set<string>();
  const later = new Map<string, { at: number; cancel: () => void }>();
  const failures = new Map<string, number>();
  let cancelTick: (() => void) | undefined;
  let stopped = false;

  const schedule = (wait: number) => {
    if (cancelTick || waiting.size === 0) return;
    cancelTick = clock.after(wait, tick);
  };

  const tick = () => {
    cancelTick = undefined;
    let budget = KEYS_PER_TICK;
    const until = clock.now() + TIME_PER_TICK;
    // A key added by its own run waits for the next tick, behind everything that waits already.
    for (const key of [...waiting]) {
      if (stopped || budget-- === 0 || clock.now() >= until) break;
      waiting.delete(key);
      runOne(key);
    }
    schedule(0);
  };

  const runOne = (key: string) => {
    try {
      run(key);
      failures.delete(key);
    } catch (error) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      report?.(key, error);
      addAfter(key, Math.min(FIRST_RETRY * 2 ** count, LAST_RETRY));
    }
  };

  const add = (key: string) => {
    if (stopped) return;
    waiting.add(key);
    schedule(delay);
  };

  const addAfter = (key: string, wait: number) => {
    if (stopped) return;
    if (wait <= 0) return add(key);
    const at = clock.now() + wait;
    const known = later.get(key);
    if (known && known.at <= at) return;
    known?.cancel();
    const cancel = clock.after(wait, () => {
      later.delete(key);
      add(key);
    });
    later.set(key, { at, cancel });
  };

  return {
    add,
    addAfter,
    stop() {
      stopped = true;
      cancelTick?.();
      for (const { cancel } of later.values()) cancel();
      waiting.clear();
    },
  };
}

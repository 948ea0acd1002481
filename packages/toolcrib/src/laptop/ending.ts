import { setTimeout as sleep } from 'node:timers/promises';
import { guardClient } from './api/client.ts';
import type { GuardStatus } from './api/schema.ts';
import type { Paths } from './paths.ts';

export type Ending = NonNullable<GuardStatus['ending']>;

/** Milliseconds. */
const LOOK_EVERY = 250;
const TELL_EVERY = 5_000;

/**
 * Tells what a guard that was asked to end still waits for: at once, and again where that has changed since.
 * @returns how to stop telling
 */
export function followEnding(paths: Paths, tell: (ending: Ending) => void): () => void {
  const stop = new AbortController();
  const follow = async (): Promise<void> => {
    const api = guardClient(paths.socket);
    let told: { at: number; requests: number } | undefined;
    while (!stop.signal.aborted) {
      // It has ended, or is about to: the caller sees that by itself.
      const { ending } = (await api.status().catch(() => undefined)) ?? {};
      if (stop.signal.aborted) return;
      const now = Date.now();
      if (ending && ending.requests > 0 && ending.requests !== told?.requests) {
        if (told === undefined || now - told.at >= TELL_EVERY) {
          told = { at: now, requests: ending.requests };
          tell(ending);
        }
      }
      await sleep(LOOK_EVERY, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  void follow();
  return () => stop.abort();
}

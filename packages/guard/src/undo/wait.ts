import { apiFailureOf, ToolcribError } from '@toolcrib/model';

/** How long to wait for what; all in milliseconds. */
export interface Waiting {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Between two looks. */
  poll: number;
  /** Until it is given up and said so. */
  limit: number;
}

export const defaultWaiting: Waiting = {
  now: Date.now,
  sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  poll: 150,
  limit: 60_000,
};

/** @throws ToolcribError `limit`, with `what` and the seconds that were waited */
export async function waitFor<T>(
  waiting: Waiting,
  what: string,
  check: () => Promise<T | undefined | false>,
): Promise<T> {
  const begun = waiting.now();
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    const waited = waiting.now() - begun;
    if (waited > waiting.limit) {
      throw new ToolcribError('limit', `After ${Math.round(waited / 1000)} s ${what}.`);
    }
    await waiting.sleep(waiting.poll);
  }
}

/** The HTTP status that the cluster said no with, if it is that. */
export function statusOf(error: unknown): number | undefined {
  return apiFailureOf(error)?.status;
}

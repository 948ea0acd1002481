import { setTimeout } from 'node:timers/promises';

/** Waits for a state; nobody waits longer than `limit` milliseconds for what never comes. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limit = 300_000,
): Promise<void> {
  const end = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`);
    await setTimeout(50);
  }
}

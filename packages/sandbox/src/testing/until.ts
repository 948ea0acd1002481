import { setImmediate } from 'node:timers/promises';

/** Waits for a state, looking again at each turn of the event loop. @throws Error after five seconds without it */
export async function until(met: () => boolean): Promise<void> {
  const end = performance.now() + 5_000;
  while (!met()) {
    if (performance.now() > end) throw new Error('it was waited for in vain');
    await setImmediate();
  }
}

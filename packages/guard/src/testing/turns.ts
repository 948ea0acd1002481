import { setImmediate as turn } from 'node:timers/promises';

/** Lets everything else go on until something is so. @throws where it does not come to that */
export async function turns(reached: () => boolean): Promise<void> {
  for (let i = 0; !reached(); i++) {
    if (i > 100_000) throw new Error('it has not come to that');
    await turn();
  }
}

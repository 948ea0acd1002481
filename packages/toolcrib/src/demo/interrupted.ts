import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a person did to end a program early. `code` is what the program should end with. */
export class Interrupted extends Error {
  readonly code: number;

  constructor(why: string, code: number) {
    super(why);
    this.name = 'Interrupted';
    this.code = code;
  }
}

/**
 * Watches for Ctrl-C and its kin, and for an output that nobody reads any more (`| head`), so that what was started can
 * be ended first. A second Ctrl-C changes nothing: cleaning up takes seconds, and half of it helps nobody.
 *
 * @returns `happened` rejects with {@link Interrupted}; `forget` goes back to how it was
 */
export function interruption(out: NodeJS.WritableStream): { happened: Promise<never>; forget(): void } {
  const watched: (() => void)[] = [];
  const happened = new Promise<never>((_, reject) => {
    for (const signal of SIGNALS) {
      const listener = () => reject(new Interrupted(signal, 128 + constants.signals[signal]));
      process.on(signal, listener);
      watched.push(() => process.off(signal, listener));
    }
    const unread = (error: NodeJS.ErrnoException) => {
      // Whatever else is wrong with the output is not ours to judge.
      if (error.code === 'EPIPE') reject(new Interrupted('nobody reads on', 0));
    };
    out.on('error', unread);
    watched.push(() => out.off('error', unread));
  });
  // Nobody need be waiting when it happens.
  happened.catch(() => undefined);
  return {
    happened,
    forget: () => {
      for (const stop of watched) stop();
    },
  };
}

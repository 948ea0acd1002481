import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import type { Check } from './check.ts';
import { hasJournal } from './journal.ts';
import { sentence } from './sentence.ts';

/** What opens the snapshots. Of itself nothing is told. */
export const key = {
  name: 'key',
  aside: true,
  ownWords: true,
  async look({ paths, env }) {
    const path = join(paths.journal, 'key');
    const given = Boolean(env.TOOLCRIB_KEY);
    if (!given && !existsSync(path) && !hasJournal(paths))
      return [{ state: 'note', text: `There is no key yet: it is made at ${path} with the first guard.` }];
    try {
      // Where there is a journal, or a key, it makes none.
      const { loadKey } = await import('@toolcrib/guard/journal');
      loadKey({ folder: paths.journal, env });
      return [
        given
          ? { state: 'fine', text: 'The key is in TOOLCRIB_KEY, and has the right form.' }
          : {
              state: 'fine',
              text: `The key is ${path}, for you alone to read; without it no snapshot can be opened.`,
            },
      ];
    } catch (error) {
      if (!(error instanceof ToolcribError)) throw error;
      return [{ state: 'fault', text: sentence(error.message), next: error.next }];
    }
  },
} satisfies Check;

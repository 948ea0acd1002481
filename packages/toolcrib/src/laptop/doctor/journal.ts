import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, ToolcribError } from '@toolcrib/model';
import type { Paths } from '../paths.ts';
import type { Check, Finding, Patient } from './check.ts';
import { sentence } from './sentence.ts';

const FILES = ['journal.db', 'journal.db-wal'];

/** It makes what is not there when it is opened: so nobody opens one that is not there. */
export const hasJournal = (paths: Paths) => existsSync(join(paths.journal, 'journal.db'));

/** Where the record is kept, how large it is, and whether it can be read and written. */
export const journal = {
  name: 'journal',
  aside: true,
  ownWords: true,
  async look(patient) {
    const { paths, holdings } = patient;
    if (!hasJournal(paths)) {
      const text = `There is no journal yet: it is made at ${paths.journal} with the first guard.`;
      return [{ state: 'note', text }, ...writable(patient).filter(({ state }) => state === 'fault')];
    }
    const found: Finding[] = [];
    try {
      const { snapshots } = await holdings();
      found.push({
        state: 'fine',
        text: `${paths.journal} can be read: ${size(paths)}, ${snapshots} ${snapshots === 1 ? 'snapshot' : 'snapshots'} for undo.`,
      });
    } catch (error) {
      found.push({
        state: 'fault',
        text: sentence(`${paths.journal} (${size(paths)}) can’t be read: ${messageOf(error)}`),
        next: (error instanceof ToolcribError && error.next) || 'Keep its folder as it is, and its key.',
      });
    }
    return [...found, ...writable(patient)];
  },
} satisfies Check;

/** The guard tries it; where none runs there is only what the system would allow. */
function writable({ guard, paths }: Patient): Finding[] {
  if (guard)
    return [
      guard.journal === null
        ? { state: 'fine', text: 'The guard can write it.' }
        : {
            state: 'fault',
            text: sentence(`The guard can’t write it, so nothing destructive passes: ${guard.journal}`),
            next: 'Free some space, or make its folder writable.',
          },
    ];
  const there = FILES.map((name) => join(paths.journal, name)).filter(existsSync);
  for (const path of [nearest(paths.journal), ...there]) {
    try {
      accessSync(path, constants.W_OK);
    } catch (error) {
      return [
        {
          state: 'fault',
          text: `${path} can’t be written (${(error as NodeJS.ErrnoException).code}): with it nothing destructive passes.`,
          next: 'Make it writable for you, or set TOOLCRIB_HOME to another folder.',
        },
      ];
    }
  }
  return [
    {
      state: 'unknown',
      text: 'Whether it can be written only a running guard tries; nothing speaks against it.',
      next: 'toolcrib guard start',
    },
  ];
}

/** The folder itself, or where it would be made. */
export function nearest(path: string): string {
  let at = path;
  while (!existsSync(at) && join(at, '..') !== at) at = join(at, '..');
  return at;
}

function size(paths: Paths): string {
  const bytes = FILES.reduce(
    (sum, name) => sum + (statSync(join(paths.journal, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  return bytesText(bytes);
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${value < 10 && at > 0 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

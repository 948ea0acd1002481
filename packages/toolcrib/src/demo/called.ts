import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { shellWord } from '@toolcrib/model/commands';
import { asStarted } from '../laptop/itself.ts';

/** How whoever has seen the demo calls this program in his own shell. */
export interface Called {
  /** What stands before a command. */
  as: string;
  /** Why it is not only its name; undefined where it is. */
  why?: string;
  /** Makes it one that can be called by its name. */
  make?: string;
}

/**
 * @param isClone whether these are the sources
 * @param started how this very process was started
 */
export function called(
  env: Record<string, string | undefined> = process.env,
  isClone: boolean = import.meta.url.endsWith('.ts'),
  started: readonly string[] = asStarted(),
): Called {
  if (foundIn(env.PATH ?? '')) return { as: 'toolcrib' };
  const why = 'There is no toolcrib in your PATH yet';
  return isClone
    ? { as: 'npm run --silent toolcrib --', why, make: 'npm run binary' }
    : { as: started.map(shellWord).join(' '), why };
}

/** Without what npm puts there for as long as a script of its own runs: the shell behind it does not have that. */
function foundIn(path: string): boolean {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '' && !folder.includes(`${sep}node_modules${sep}`))
    .some((folder) => {
      try {
        const file = join(folder, 'toolcrib');
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

// How long files may be: what does not fit on a few screens is several things.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST = 300;

/** Files that were longer before anybody looked. The list only shrinks: a new one fails the check, and so does one that is gone. */
const known: readonly string[] = ['packages/guard/src/way/release.ts'];

/** @returns what is too long and not known, and what is known and no longer too long; undefined where there is neither */
export function sizeFaults(root: string, besides: readonly string[] = known): string | undefined {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const sources = listed.split('\n').filter((file) => file.endsWith('.ts') && existsSync(join(root, file)));
  const long = sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length - 1 > MOST);
  const faults = [
    ...long.filter((file) => !besides.includes(file)).map((file) => `${file} has more than ${MOST} lines`),
    ...besides
      .filter((file) => !long.includes(file))
      .map((file) => `${file} is gone or short enough: take it from the list in scripts/sizes.ts`),
  ];
  return faults.length === 0 ? undefined : faults.join('\n');
}

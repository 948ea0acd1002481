// How long files may be: what does not fit on a few screens is several things.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST = 300;

/** @returns which files of TypeScript are too long; undefined where none is */
export function sizeFaults(root: string): string | undefined {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const sources = listed.split('\n').filter((file) => file.endsWith('.ts') && existsSync(join(root, file)));
  const long = sources.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length - 1 > MOST);
  return long.length === 0 ? undefined : long.map((file) => `${file} has more than ${MOST} lines`).join('\n');
}

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Line, screenOf } from './screen.ts';

/** Columns of the terminal in which the demo is recorded. */
const COLUMNS = 80;

/**
 * Runs the demo in a pseudo-terminal.
 * @returns its chapters but for the last, which says how one may go on
 * @throws Error where script(1) is not there, or where the demo fails
 */
export function record(root: string): Line[] {
  const main = join(root, 'packages/toolcrib/src/faces/cli/main.ts');
  const demo = `stty cols ${COLUMNS} rows 24; exec '${process.execPath}' --conditions=toolcrib-source --no-warnings '${main}' demo`;
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  const { status, stdout, error } = spawnSync('script', ['-qec', demo, '/dev/null'], {
    env: { ...env, TERM: 'xterm-256color', COLORTERM: '', SHELL: '/bin/sh' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  if (error) throw new Error(`script(1) could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`the demo ended with ${status}:\n${stdout}`);
  const lines = screenOf(stdout, COLUMNS);
  const chapter = (number: number) =>
    lines.findIndex((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .startsWith(`${number}. `),
    );
  if (chapter(1) < 0 || chapter(5) < 0) throw new Error(`these are not the demo's chapters:\n${stdout}`);
  // Before the first chapter stands where this machine has its kubectl.
  const shown = lines.slice(chapter(1), chapter(5));
  while (shown.at(-1)?.length === 0) shown.pop();
  return shown;
}

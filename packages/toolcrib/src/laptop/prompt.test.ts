import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { promptOff, promptOn } from './prompt.ts';
import { assignments, quoted, type Shell } from './shell.ts';

const there = (program: string) => !spawnSync(program, ['--version']).error;

const ON = { KUBECONFIG: '/ours', TOOLCRIB_KUBECONFIG: '/ours' };
const on = (shell: Shell) => [assignments(shell, ON).replaceAll('\n', ' '), promptOn(shell)];
const set = (shell: Shell, value: string) => assignments(shell, { KUBECONFIG: value });

test('a script is left alone', (t) => {
  for (const shell of ['bash', 'zsh', 'fish', 'sh'] as const) {
    if (!there(shell)) continue;
    const text = [...on(shell), set(shell, '/project'), promptOff(shell), promptOff(shell), 'echo done'].join(
      '\n',
    );
    const run = spawnSync(shell, ['-c', text], { encoding: 'utf8' });
    assert.deepEqual([run.stdout, run.stderr, run.status], ['done\n', '', 0], shell);
  }
  t.diagnostic('those that are installed here');
});

test('a script of sh evaluates what was written for the person’s own shell, under set -u too', (t) => {
  for (const other of ['sh', 'dash', 'bash --posix', 'busybox sh']) {
    const [program = '', ...args] = other.split(' ');
    if (spawnSync(program, [...args, '-c', 'true']).error) {
      t.diagnostic(`${other} is not installed here`);
      continue;
    }
    for (const shell of ['bash', 'zsh', 'sh'] as const) {
      const evaluated = [
        [assignments(shell, ON), promptOn(shell)],
        [assignments(shell, { KUBECONFIG: '/theirs' }), promptOff(shell)],
      ].map((lines) => `eval ${quoted(lines.join('\n'))}; echo "$KUBECONFIG"`);
      const run = spawnSync(program, [...args, '-euc', evaluated.join('\n')], { encoding: 'utf8' });
      assert.deepEqual(
        [run.status, run.stdout],
        [0, '/ours\n/theirs\n'],
        `${shell} in ${other}: ${run.stderr}`,
      );
    }
  }
});

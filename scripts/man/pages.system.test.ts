// The man pages as the programs that show them read them. Needs man, groff and mandoc.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from 'commander';
import { explanationOf } from '../../packages/toolcrib/src/faces/cli/help.ts';
import { programFor } from '../../packages/toolcrib/src/faces/cli/program.ts';
import { manPages } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'tc-man-'));
after(() => rmSync(folder, { recursive: true }));
const files: string[] = [];
before(async () => {
  for (const [file, text] of await manPages({ version: '1.2.3', date: '2026-12-01' })) {
    files.push(join(folder, file));
    writeFileSync(join(folder, file), text);
  }
});

const READERS: [program: string, args: (file: string) => string[]][] = [
  ['groff', (file) => ['-ww', '-man', '-Tutf8', '-z', file]],
  ['man', (file) => ['--warnings', '-l', file]],
  // What is left out is a matter of style: how long a line of the source is.
  ['mandoc', (file) => ['-Tlint', '-Wwarning', file]],
];

const run = (program: string, args: string[]) =>
  spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, MANPAGER: 'cat', MANWIDTH: '250', LC_ALL: 'C.UTF-8' },
  });

for (const [program, args] of READERS)
  test(`${program} has nothing to warn of`, () => {
    assert.ok(files.length > 20);
    for (const file of files) {
      const said = run(program, args(file));
      assert.equal(said.error, undefined);
      assert.deepEqual([said.status, said.stderr], [0, ''], file);
      if (program === 'mandoc') assert.equal(said.stdout, '', file);
    }
  });

test('what is read on a page can be copied: every example stands there letter by letter', async () => {
  const lines = (command: Command): string[] => [
    ...(explanationOf(command)?.examples ?? []).map(([line]) => line),
    ...command.commands.filter((one) => one.name() !== 'complete').flatMap(lines),
  ];
  for (const program of ['man', 'mandoc']) {
    const shown = files
      .map((file) => run(program, program === 'man' ? ['-l', file] : ['-Tutf8', '-Owidth=250', file]).stdout)
      .join('\n')
      // Bold, as terminals without colours have it.
      .replaceAll(/.\u0008/g, '');
    for (const line of lines(await programFor('')))
      for (const part of line.split('\n')) assert.ok(shown.includes(part.trim()), `${program}: ${part}`);
  }
});

test('a page that is wrong is found', () => {
  const file = join(folder, 'wrong.1');
  writeFileSync(file, '.TH X 1 2026-12-01\n.SH NAME\n.FOO bar\n');
  assert.notEqual(run('mandoc', ['-Tlint', '-Wwarning', file]).status, 0);
  assert.notEqual(run('groff', ['-ww', '-man', '-Tutf8', '-z', file]).stderr, '');
});

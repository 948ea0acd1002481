import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { commandsIn } from '@toolcrib/model/commands';
import { Command } from 'commander';
import { explained, explanationOf } from './help.ts';
import { programFor } from './program.ts';
import { fitted } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-help-'));
after(() => rmSync(folder, { recursive: true }));

interface Place {
  path: string[];
  command: Command;
}

function all(command: Command, path: string[] = []): Place[] {
  return [{ path, command }, ...command.commands.flatMap((one) => all(one, [...path, one.name()]))];
}

function helpOf(command: Command, columns: number): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => columns });
  command.outputHelp();
  return text;
}

/** What a real shell hands to each `toolcrib` on a line: its words, without the program's own. */
function wordsOf(line: string): string[][] {
  const said = spawnSync(
    'bash',
    // By a file: `source <(…)` runs it in a process of its own.
    ['-c', `toolcrib() { printf '%s\\0' "$@" $'\\n' >>words; }; rm -f words; ${line}`],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder } },
  );
  assert.equal(said.stderr, '', line);
  const read = spawnSync('cat', ['words'], { cwd: folder, encoding: 'utf8' }).stdout;
  return read.split('\n\0').flatMap((one) => (one === '' ? [] : [one.split('\0').slice(0, -1)]));
}

test('every command has examples, and one of them is of itself', async () => {
  for (const { path, command } of all(await programFor(''))) {
    const examples = explanationOf(command)?.examples ?? [];
    const own = ['toolcrib', ...path].join(' ');
    assert.ok(
      examples.some(([line]) => line.includes(own)),
      `${own}: ${examples}`,
    );
  }
});

test('every example is a line that a shell and the program take, and each command that it names is there', async () => {
  let lines = 0;
  for (const { command } of all(await programFor('')))
    for (const [line] of explanationOf(command)?.examples ?? []) {
      const redirected = line.replace(/~\/\.config\/fish\/completions\/\S+/, 'a-file');
      const given = wordsOf(redirected);
      assert.equal(given.length, 1, line);
      for (const words of given) {
        const program = await programFor(words[0] ?? '');
        const ran: string[] = [];
        for (const one of all(program))
          if (one.command.registeredArguments.length > 0 || one.command.commands.length === 0)
            one.command.action(() => void ran.push(one.path.join(' ')));
        await program.parseAsync(words, { from: 'user' });
        assert.equal(ran.length, 1, line);
        assert.ok(words.join(' ').startsWith(ran[0] ?? '?'), `${line}: ${ran}`);
        lines++;
      }
    }
  assert.ok(lines > 50, String(lines));
});

test('no line of any help is wider than a terminal of 80 columns', async () => {
  for (const { path, command } of all(await programFor('')))
    for (const line of helpOf(command, 80).split('\n'))
      assert.ok(line.length <= 80, `${path.join(' ')}: ${line}`);
});

test('a narrower terminal breaks no command to copy', async () => {
  for (const { path, command } of all(await programFor(''))) {
    const wide = commandsIn(helpOf(command, 200)).sort();
    for (const columns of [40, 60])
      assert.deepEqual(
        commandsIn(fitted(helpOf(command, columns), columns)).sort(),
        wide,
        `${path} at ${columns}`,
      );
  }
});

test('notes, examples and exit codes stand below the help; what a line does stands beside it where there is room', () => {
  const command = explained(new Command('x'), {
    notes: ['One.', 'Two.'],
    examples: [
      ['x a', 'the first'],
      ['x bcd', ''],
      [`x ${'y'.repeat(50)}`, 'long'],
    ],
    exits: { 0: 'well', any: `not ${'so '.repeat(30)}well` },
  });
  const text = helpOf(command, 60);
  assert.equal(
    text.slice(text.indexOf('One.')),
    [
      'One.',
      'Two.',
      '',
      'Examples:',
      '  x a     the first',
      '  x bcd',
      `  x ${'y'.repeat(50)}`,
      '      long',
      '',
      'Exit codes:',
      '  0    well',
      `  any  not ${'so '.repeat(16).trimEnd()}`,
      `       ${'so '.repeat(14)}well`,
      '',
    ].join('\n'),
  );
  assert.match(
    helpOf(explained(new Command('x'), { examples: [['x', '']], exits: { 0: 'yes', 1: 'no' } }), 60),
    /\nExit codes: 0 yes; 1 no\.\n/,
  );
  assert.equal(explanationOf(new Command('x')), undefined);
});

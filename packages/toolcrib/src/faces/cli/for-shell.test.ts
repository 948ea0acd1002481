import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI, NODE } from '../../testing/programs.ts';
import { commented, isEvaluated } from './for-shell.ts';

const folder = mkdtempSync(join(tmpdir(), 'tc-for-shell-'));
after(() => rmSync(folder, { recursive: true }));
// An installation without the program: what it prints then is what `bin/toolcrib.js` takes a line for.
const bin = join(folder, 'bin', 'toolcrib.js');
mkdirSync(join(folder, 'bin'));
cpSync(join(import.meta.dirname, '../../../bin/toolcrib.js'), bin);
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');

const LINES: [words: string, evaluated: boolean][] = [
  ['on', true],
  ['off', true],
  ['completion bash', true],
  ['on --shell fish', true],
  ['on -o text', true],
  ['on -o xml', true],
  ['on --shell -ojson', true],
  ['on -o json', false],
  ['on -ojson', false],
  ['off --output yaml', false],
  ['off --output=json', false],
  ['on -o json -o text', true],
  ['on -o text --output=yaml', false],
  ['undo act-2', false],
  ['guard start', false],
  ['', false],
];

test('what a shell evaluates, told alike by the program and by what runs where it is not there', () => {
  for (const [words, evaluated] of LINES) {
    const args = words.split(' ');
    assert.equal(isEvaluated(args, false), evaluated, words);
    assert.equal(isEvaluated(args, true), false, words);
    const { stdout } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
    assert.equal(stdout === "sh -c 'exit 2'\n", evaluated, `bin: ${words}`);
  }
});

test('the help of a command that is evaluated runs nothing, and is no success; a reader has it whole', () => {
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    SHELL: '/bin/bash',
    TOOLCRIB_HOME: join(folder, 'own'),
  };
  const program = [process.execPath, ...NODE, CLI].map((one) => `'${one}'`).join(' ');
  for (const words of ['on --help', 'off -h', 'completion --help']) {
    const said = spawnSync('bash', ['-c', `eval "$(${program} ${words})"`], { encoding: 'utf8', env });
    assert.deepEqual([said.status, said.stdout, said.stderr], [2, '', ''], words);
    const read = spawnSync('bash', ['-c', `${program} ${words} | cat`], { encoding: 'utf8', env });
    assert.match(read.stdout, /^# Usage: toolcrib \w+/, words);
    assert.match(read.stdout, /^# Examples:/m, words);
  }
  const help = spawnSync('bash', ['-c', `${program} help on | cat`], { encoding: 'utf8', env });
  assert.match(help.stdout, /^Usage: toolcrib on/);
});

test('a comment is one in each line that has something', () => {
  assert.equal(commented('a\n\nb c\n'), '# a\n\n# b c\n');
});

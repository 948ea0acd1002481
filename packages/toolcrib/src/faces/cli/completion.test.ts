import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI } from '../../testing/programs.ts';

// Asked of the shells themselves, with the script that the real command line prints.

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-completion-'));
after(() => rmSync(folder, { recursive: true }));

const toolcrib = (...args: string[]) =>
  spawnSync(process.execPath, ['--conditions=toolcrib-source', '--no-warnings', CLI, ...args], {
    encoding: 'utf8',
  });

/** How each shell is asked what may stand at the end of a line. */
const ASK: Record<string, (script: string, words: string[]) => string[]> = {
  bash: (script, words) => [
    `source ${script}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _toolcrib; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // zsh's own completion system needs a terminal: its functions are stood in for, and say what they are given.
  zsh: (script, words) => [
    `compdef() { : }; _files() { : }; compadd() { shift; print -l -- "$@" }
     _describe() { [[ $1 == -o ]] && shift; print -l -- "\${(@)\${(@P)2}%%:*}" }
     source ${script}; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _toolcrib`,
  ],
  fish: (script, words) => [`source ${script}; complete -C '${words.join(' ')}'`],
};

const CASES: [line: string, all: string[], none: string[]][] = [
  ['toolcrib ', ['demo', 'on', 'off', 'guard', 'run', 'held', 'log', 'vet', 'completion'], ['start']],
  ['toolcrib ap', ['approve'], []],
  ['toolcrib guard ', ['start', 'status', 'stop'], ['demo', 'on']],
  ['toolcrib guard status -', ['--output'], ['--port', '--keep']],
  ['toolcrib vet trust ', ['show', 'update'], ['verify']],
  ['toolcrib approve X --', ['--softened', '--as-sent', '--without-net'], ['--keep']],
  ['toolcrib radius sts/kafka --cascade ', ['background', 'foreground', 'orphan'], ['demo']],
  ['toolcrib log -o ', ['text', 'json', 'yaml'], ['demo']],
  // Names of commands that are values of options or arguments lead nowhere.
  ['toolcrib log --context on --', ['--limit'], ['--shell']],
  ['toolcrib completion ', ['bash', 'zsh', 'fish'], []],
];

for (const [shell, ask] of Object.entries(ASK)) {
  test(`${shell}: commands, options and their values`, (t) => {
    if (spawnSync(shell, ['-c', 'true']).error) return t.skip(`${shell} is not installed here`);
    const printed = toolcrib('completion', shell);
    assert.equal(printed.status, 0, printed.stderr);
    const script = join(folder, shell);
    writeFileSync(script, printed.stdout);
    const given = (line: string) => {
      const asked = spawnSync(shell, ['-c', ...ask(script, line.split(' '))], { encoding: 'utf8' });
      assert.equal(asked.stderr, '', line);
      return asked.stdout.split('\n').map((one) => one.split('\t')[0] ?? '');
    };
    for (const [line, all, none] of CASES) {
      const words = given(line);
      for (const word of all) assert.ok(words.includes(word), `${line}: no ${word} in ${words}`);
      for (const word of none) assert.ok(!words.includes(word), `${line}: ${word} in ${words}`);
    }
    // After --, the line is another program's.
    assert.deepEqual(given('toolcrib run -- kubectl --').filter(Boolean), []);
  });
}

test('a shell that it does not speak', () => {
  const said = toolcrib('completion', 'tcsh');
  assert.equal(said.status, 2);
  assert.match(said.stderr, /bash, zsh, fish/);
});

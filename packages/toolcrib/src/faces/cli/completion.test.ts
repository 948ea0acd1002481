import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI } from '../../testing/programs.ts';

// Asked of the shells themselves, with the script that the real command line prints.

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-completion-'));
after(() => rmSync(folder, { recursive: true }));

// In the place of the program: what it answers is shown to be its own elsewhere, and here what a shell makes of it.
const ANSWERS = `case "$2" in
  acts) printf 'act-bbbbbbb\\tdelete StatefulSet: undone\\nact-ccccccc\\tscale: carried out\\n' ;;
  codes) printf 'K7QMD\\tdelete sts/kafka\\n' ;;
  contexts) printf 'prod\\tcurrent\\narn:aws:eks:eu-1:7:cluster/a\\nmy own\\n' ;;
  kinds) printf 'deployment/\\nsts/\\tstatefulset\\n' ;;
  namespaces) printf 'shop\\n' ;;
esac`;
const bin = join(folder, 'bin');
mkdirSync(bin);
writeFileSync(join(bin, 'toolcrib'), `#!/bin/sh\n${ANSWERS}\n`, { mode: 0o755 });
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };

const toolcrib = (...args: string[]) =>
  spawnSync(process.execPath, ['--conditions=toolcrib-source', '--no-warnings', CLI, ...args], {
    encoding: 'utf8',
  });

/** How each shell is asked what may stand at the end of a line. */
const ASK: Record<string, (script: string, words: string[]) => string[]> = {
  bash: (script, words) => [
    `source ${script}; COMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}; _toolcrib; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  // zsh's own completion system needs a terminal: its functions are stood in for, and say what they are given.
  zsh: (script, words) => [
    `compdef() { : }; _files() { : }; compadd() { if (( \${@[(I)-a]} )); then print -l -- "\${(@P)@[-1]}"; else shift; print -l -- "$@"; fi }
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
  // What no script can know is asked of the program; of its options only where one begins.
  ['toolcrib undo ', ['act-bbbbbbb', 'act-ccccccc'], ['--same-cluster', 'K7QMD']],
  ['toolcrib undo --', ['--same-cluster'], ['act-bbbbbbb']],
  ['toolcrib log --before ', ['act-bbbbbbb'], ['--limit']],
  ['toolcrib approve ', ['K7QMD'], ['act-bbbbbbb', '--softened']],
  ['toolcrib held ', ['K7QMD'], ['--all']],
  ['toolcrib log --context ', ['prod', 'arn:aws:eks:eu-1:7:cluster/a'], ['act-bbbbbbb']],
  ['toolcrib radius ', ['deployment/', 'sts/'], ['--scale']],
  ['toolcrib radius sts/kafka -n ', ['shop'], ['deployment/']],
];

for (const [shell, ask] of Object.entries(ASK)) {
  test(`${shell}: commands, options and their values`, (t) => {
    if (spawnSync(shell, ['-c', 'true']).error) return t.skip(`${shell} is not installed here`);
    const printed = toolcrib('completion', shell);
    assert.equal(printed.status, 0, printed.stderr);
    const script = join(folder, shell);
    writeFileSync(script, printed.stdout);
    const given = (line: string) => {
      const asked = spawnSync(shell, ['-c', ...ask(script, line.split(' '))], { encoding: 'utf8', env });
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

test('bash: a name with colons goes on where bash has parted it, one with a blank is one word; a command that fails offers nothing', () => {
  const script = join(folder, 'bash');
  writeFileSync(script, toolcrib('completion', 'bash').stdout);
  const reply = (line: string, path = env.PATH) =>
    spawnSync('bash', ['-c', ...(ASK.bash?.(script, line.split(' ')) ?? [])], {
      encoding: 'utf8',
      env: { ...env, PATH: path },
    }).stdout.split('\n');
  assert.deepEqual(reply('toolcrib log --context arn:aws:e'), ['eks:eu-1:7:cluster/a', '']);
  assert.deepEqual(reply('toolcrib log --context my'), ['my\\ own', '']);
  assert.deepEqual(reply('toolcrib undo ', process.env.PATH), ['', '']);
});

test('a shell that it does not speak', () => {
  const said = toolcrib('completion', 'tcsh');
  assert.equal(said.status, 2);
  assert.match(said.stderr, /bash, zsh, fish/);
});

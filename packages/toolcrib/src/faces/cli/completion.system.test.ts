// TAB, pressed in shells that run in a terminal, with the program itself behind it: needs script(1), zsh and fish.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { anAct } from '@toolcrib/guard/journal/testing/records.ts';
import { CLI, NODE } from '../../testing/programs.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

let home: GuardHome;
let env: Record<string, string>;
before(async () => {
  home = guardHome(
    JSON.stringify({
      'current-context': 'prod',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'aiko', user: { token: 'secret' } }],
      contexts: [{ name: 'arn:aws:eks:eu-1:7:cluster/a', context: { cluster: 'c', user: 'aiko' } }],
    }),
  );
  const journal = home.journal();
  await journal.saveAct(anAct({ id: 'act-7k2m9cx' }));
  journal.close();
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  const program = [process.execPath, ...NODE, CLI].map((word) => `'${word}'`).join(' ');
  // What is typed to its end is shown; what a shell asks is answered by the program.
  writeFileSync(
    join(bin, 'toolcrib'),
    `#!/bin/sh\ncase "$1" in comple*) exec ${program} "$@" ;; *) echo "GOT<$*>" ;; esac\n`,
    { mode: 0o755 },
  );
  env = { ...home.env, PATH: `${bin}:${process.env.PATH}`, TERM: 'dumb' };
});
after(() => home?.remove());

const START: Record<string, { shell: string; begin: string[] }> = {
  bash: { shell: 'bash --norc -i', begin: ['source <(toolcrib completion bash)'] },
  zsh: {
    shell: 'zsh -f -i',
    begin: ['autoload -Uz compinit', 'compinit -u -D', 'source <(toolcrib completion zsh)'],
  },
  fish: { shell: 'fish --no-config -i', begin: ['toolcrib completion fish | source'] },
};

const TYPED: [typed: string, got: string][] = [
  ['toolcrib und\t act-7\t', 'undo act-7k2m9cx'],
  ['toolcrib log --context arn:aws:e\t', 'log --context arn:aws:eks:eu-1:7:cluster/a'],
  ['toolcrib radius statef\tkafka', 'radius statefulset/kafka'],
];

for (const [name, { shell, begin }] of Object.entries(START))
  test(`${name}: TAB completes a command, an act, a context with colons, and a kind without a blank behind it`, (t) => {
    if (spawnSync(name, ['--version']).error) return t.skip(`${name} is not installed here`);
    const lines = [...begin, ...TYPED.map(([typed]) => typed), 'exit', ''];
    const { stdout } = spawnSync('script', ['-qec', shell, '/dev/null'], {
      input: lines.join('\n'),
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    for (const [typed, got] of TYPED) assert.ok(stdout.includes(`GOT<${got}>`), `${typed}\n${stdout}`);
  });

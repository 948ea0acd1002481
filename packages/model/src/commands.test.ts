import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { bound, commandsIn, shellWord, unbound } from './commands.ts';
import { wrapped } from './wrapped.ts';

const TEXTS: [text: string, commands: string[]][] = [
  [
    'look: toolcrib held AB2CD; let it go: toolcrib approve AB2CD --as-sent, then helm uninstall again',
    ['toolcrib held AB2CD', 'toolcrib approve AB2CD --as-sent', 'helm uninstall'],
  ],
  [
    'Undo: toolcrib undo act-7f3k2m1. To give it up: toolcrib finish act-7f3k2m1',
    ['toolcrib undo act-7f3k2m1', 'toolcrib finish act-7f3k2m1'],
  ],
  [
    'To let it go: toolcrib approve AB2CD --as-sent --without-net kafka-0',
    ['toolcrib approve AB2CD --as-sent --without-net kafka-0'],
  ],
  [
    'Where you know it: toolcrib undo act-7f3k2m1 --same-cluster',
    ['toolcrib undo act-7f3k2m1 --same-cluster'],
  ],
  ['toolcrib log act-7f3k2m1 tells what became of it.', ['toolcrib log act-7f3k2m1']],
  ['as sent:   toolcrib approve 8SSVC --as-sent', ['toolcrib approve 8SSVC --as-sent']],
  ['Run one tool: toolcrib run -- k9s. Its own code', ['toolcrib run -- k9s.']],
  ['out of the way: eval "$(toolcrib off)"', ['eval "$(toolcrib off)"']],
  [
    'If it stays so: toolcrib guard stop, then toolcrib guard start',
    ['toolcrib guard stop', 'toolcrib guard start'],
  ],
  ['take a new port: toolcrib guard start --port 0', ['toolcrib guard start --port 0']],
  ['a menu entry: toolcrib app k9s --desktop-entry)', ['toolcrib app k9s --desktop-entry']],
  [
    "Older ones: toolcrib log --context 'my own' -n 4 --before act-7f3k2m1",
    ["toolcrib log --context 'my own' -n 4 --before act-7f3k2m1"],
  ],
  [
    "Older ones: toolcrib log --context 'it'\\''s my own' --before act-7f3k2m1",
    ["toolcrib log --context 'it'\\''s my own' --before act-7f3k2m1"],
  ],
  [
    "have 2: kubectl scale deployments.apps/web --context='my own' -n shop --replicas=2",
    ["kubectl scale deployments.apps/web --context='my own' -n shop --replicas=2"],
  ],
  [
    "Log in again; kubectl --context 'my big cluster' auth whoami shows whether it worked.",
    ["kubectl --context 'my big cluster' auth whoami"],
  ],
  ["remove the context: kubectl config delete-context 'my own'", ["kubectl config delete-context 'my own'"]],
  [
    'Correct it: kubectl config set-cluster prod --server=https://…',
    ['kubectl config set-cluster prod --server=https://…'],
  ],
  ['delete it by itself (kubectl delete KIND NAME)', ['kubectl delete KIND NAME']],
  ['toolcrib could not see all that this may take', []],
  ['toolcrib has set pvc-1 to Retain first', []],
];

for (const [text, commands] of TEXTS) {
  test(text, () => {
    assert.deepEqual(commandsIn(text), commands);
    assert.equal(unbound(bound(text)), text);
    for (let width = 10; width < 100; width++) {
      const lines = wrapped(text, width);
      for (const command of commands)
        assert.ok(
          lines.some((line) => line.includes(command)),
          `${width}: ${command}`,
        );
    }
  });
}

test('a word for a shell is in quotes where a shell would take it for more, or for none', () => {
  const words = ['prod', 'arn:aws:eks:eu-1:7:cluster/a', 'my own', '', '$(rm)', "it's", 'a;b', '~x'];
  assert.deepEqual(words.map(shellWord), [
    ...['prod', 'arn:aws:eks:eu-1:7:cluster/a', "'my own'", "''", "'$(rm)'", "'it'\\''s'", "'a;b'", "'~x'"],
  ]);
});

test('a word that a terminal would obey is written so that it does not, and a shell reads it back', () => {
  for (const word of ['a\u001b[2Jb', 'a\nb', "it's\tall\\x", 'right\u202eleft', '\u0007é']) {
    const shown = shellWord(word);
    assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u202e]/);
    assert.deepEqual(commandsIn(`older: toolcrib log --context ${shown} -n 3`), [
      `toolcrib log --context ${shown} -n 3`,
    ]);
    const { stdout } = spawnSync('bash', ['-c', `printf %s ${shown}`], { encoding: 'utf8' });
    assert.equal(stdout, word);
  }
});

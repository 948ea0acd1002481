import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shellFiles } from './shell-files.ts';
import { patient, states, texts } from './testing/patient.ts';

test('aliases and functions that name a cluster themselves, with file and line', async () => {
  const look = (text: string) => shellFiles.look(patient({}, { '.bashrc': text }));
  for (const line of [
    "alias kp='kubectl --kubeconfig ~/.kube/prod'",
    'kp() { KUBECONFIG=~/.kube/prod kubectl "$@"; }',
    'alias k="kubectl -s https://prod.example"',
    "alias hp='helm --kube-apiserver https://prod.example'",
    'eval "$(toolcrib on)"\nexport KUBECONFIG=~/.kube/prod',
  ]) {
    const found = await look(`# first\n${line}\n`);
    assert.deepEqual(states(found), ['finding'], line);
    assert.match(texts(found), /\.bashrc:[23] /);
  }
  for (const line of [
    "alias k='kubectl --context prod'",
    "# alias kp='kubectl --kubeconfig ~/.kube/prod'",
    'export KUBECONFIG=~/.kube/prod\neval "$(toolcrib on)"',
    "alias ks='kubectl get pods -o wide --show-labels'",
  ])
    assert.deepEqual(states(await look(line)), ['guarded'], line);
});

test('in every file in which people write such things, and nowhere else', async () => {
  const line = "alias kp='kubectl --kubeconfig ~/.kube/prod'";
  for (const name of [
    '.bashrc',
    '.bash_profile',
    '.bash_aliases',
    '.profile',
    '.zshrc',
    '.zshenv',
    '.zprofile',
    '.aliases',
    '.config/fish/config.fish',
    '.kube/aliases',
    '.envrc',
  ]) {
    const one = patient({}, { [name]: line });
    const found = await shellFiles.look(one);
    assert.deepEqual(states(found), ['finding'], name);
    assert.ok(texts(found).startsWith(`${join(one.home, name)}:1 names a cluster`), texts(found));
    assert.match(texts(found), /--context/);
  }
  assert.deepEqual(states(await shellFiles.look(patient({}, { '.bash_history': line }))), ['guarded']);
});

test('KUBECONFIG that is set after it was turned on, in every shell’s words, with where to move it', async () => {
  const on = 'eval "$(toolcrib on)"';
  const look = (...lines: string[]) => shellFiles.look(patient({}, { '.bashrc': lines.join('\n') }));
  for (const set of ['export KUBECONFIG=/a', 'set -gx KUBECONFIG /a', 'set -g KUBECONFIG /a']) {
    const found = await look('# rc', on, 'true', set);
    assert.deepEqual(states(found), ['finding'], set);
    assert.match(texts(found), /\.bashrc:4 sets KUBECONFIG after .*above line 2\./);
    assert.deepEqual(states(await look(set, on)), ['guarded'], set);
    assert.deepEqual(states(await look(set)), ['guarded'], 'it is never turned on there');
    assert.deepEqual(states(await look(`# ${on}`, set)), ['guarded'], 'nor is it in a remark');
    assert.deepEqual(states(await look(on, set, on)), ['guarded'], 'the last one counts');
  }
});

test('a file that can not be read is not known, and no all-clear', async () => {
  const one = patient();
  mkdirSync(join(one.home, '.bashrc'));
  const found = await shellFiles.look(one);
  assert.deepEqual(states(found), ['unknown']);
  assert.match(texts(found), /\.bashrc can't be read: /);
  const quiet = patient({}, { '.zshrc': 'true' });
  chmodSync(join(quiet.home, '.zshrc'), 0o600);
  assert.match(texts(await shellFiles.look(quiet)), /was only typed here is not seen/);
});

test('a long line is shown in its beginning', async () => {
  const [found] = await shellFiles.look(patient({}, { '.bashrc': `kubectl --server ${'x'.repeat(200)}` }));
  assert.match(found?.text ?? '', /: kubectl --server x{83}$/);
});

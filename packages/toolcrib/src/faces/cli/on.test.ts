import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type PlayedGuard, playGuard } from '../../testing/played-guard.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

// The real command line, in a terminal with two clusters. The guard that runs already is played.

const config = (current?: string) =>
  JSON.stringify({
    'current-context': current,
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'aiko', user: { token: 'secret' } }],
    contexts: ['prod', 'stage', 'unheard-of'].map((name) => ({
      name,
      context: { cluster: 'c', user: 'aiko', namespace: `of-${name}` },
    })),
  });

let home: GuardHome;
let guard: PlayedGuard;
before(async () => {
  home = guardHome(config('prod'));
  guard = await playGuard(home);
});
after(async () => {
  await guard?.close();
  home?.remove();
});

/** `on` with a file of its own: to the same shell with the same file it would be the same terminal again. */
async function onWith(current: string | undefined, ...args: string[]) {
  home.env.KUBECONFIG = join(home.folder, `of-${current}`);
  writeFileSync(home.env.KUBECONFIG, config(current));
  return home.cli('on', ...args);
}

test('what the shell evaluates goes to standard output, and what a person reads to the other', async () => {
  const said = await onWith('prod', '--shell', 'bash');
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stdout, /export KUBECONFIG=/);
  assert.doesNotMatch(said.stdout, /You are in/);
  assert.match(said.stderr, /^toolcrib is on in this terminal, for 3 contexts\. /);
  assert.match(
    said.stderr,
    /You are in prod \(https:\/\/127\.0\.0\.1:1\), namespace of-prod: the guard holds what destroys\./,
  );
  assert.match(said.stderr, /Off again: eval "\$\(toolcrib off\)"/);
  assert.doesNotMatch(said.stderr, /Nothing was changed yet/, 'it is evaluated');
  assert.match((await onWith('prod', '--shell', 'fish')).stdout, /set -gx KUBECONFIG/);
});

test('where one is, and in which mode, is what the guard has in force; unknown is said', async () => {
  assert.match((await onWith('stage')).stderr, /You are in stage .* of-stage: observed only\./);
  assert.match((await onWith('unheard-of')).stderr, /You are in unheard-of .*: its mode is not known\./);
  assert.match(
    (await onWith(undefined)).stderr,
    /There is no current context: kubectl config use-context NAME\./,
  );
  assert.match(
    (await onWith('gone')).stderr,
    /current context of your kubeconfig is "gone", which is in none/,
  );
});

test('programs get the variables, the contexts and the place', async () => {
  const said = await onWith('prod', '-o', 'json');
  const { variables, contexts, place } = JSON.parse(said.stdout);
  assert.equal(variables.KUBECONFIG, variables.TOOLCRIB_KUBECONFIG);
  assert.deepEqual(contexts, ['prod', 'stage', 'unheard-of']);
  assert.deepEqual([place.context, place.namespace, place.mode], ['prod', 'of-prod', 'enforce']);
  assert.equal(said.stderr, '');
});

test('off takes it out again, for a shell and for programs, in which null is a variable that goes', async () => {
  const { variables } = JSON.parse((await onWith('prod', '-o', 'json')).stdout);
  const before = { ...home.env };
  Object.assign(home.env, variables);
  try {
    const data = JSON.parse((await home.cli('off', '-o', 'json')).stdout).variables;
    assert.equal(data.KUBECONFIG, before.KUBECONFIG);
    assert.equal(data.TOOLCRIB_KUBECONFIG, null);
    const script = await home.cli('off', '--shell', 'bash');
    assert.deepEqual([script.code, script.stderr], [0, '']);
    assert.match(script.stdout, /unset TOOLCRIB_KUBECONFIG/);
  } finally {
    for (const name of Object.keys(home.env)) delete home.env[name];
    Object.assign(home.env, before);
  }
});

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type RunningSandbox, realClients, startSandbox } from '@toolcrib/sandbox';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

// A real guard, a real kubectl, and the command line: what `doctor` says of a terminal it must have shown with a request.

let home: GuardHome;
let cluster: RunningSandbox;
let kubectl: string;

before(async () => {
  kubectl = (await realClients()).kubectl;
  cluster = await startSandbox({ name: 'prod', controllers: false, podStartMs: 20 });
  home = guardHome(cluster.kubeconfig(), '');
  home.policy(
    'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {clusters: [{context: prod, mode: enforce}]}\n',
  );
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kubectl'), `#!/bin/sh\nexec ${kubectl} "$@"\n`);
  chmodSync(join(bin, 'kubectl'), 0o755);
  home.env.PATH = `${bin}:${home.env.PATH}`;
  await home.start();
});
after(async () => {
  await home?.cli('guard', 'stop');
  home?.remove();
  await cluster?.close();
});

/** The command line in a terminal that has this in its environment. */
async function at(more: Record<string, string>, ...args: string[]) {
  const own = { ...home.env };
  Object.assign(home.env, more);
  try {
    return await home.cli(...args);
  } finally {
    for (const name of Object.keys(home.env)) delete home.env[name];
    Object.assign(home.env, own);
  }
}

test('on, doctor, guard status: this terminal is guarded, by a request of our own and one of kubectl’s', async () => {
  const text = await home.cli('on');
  assert.match(text.stderr, /You are in prod \(https:\/\/127.*\), namespace default: the guard holds/);
  const { variables } = JSON.parse((await home.cli('on', '-o', 'json')).stdout);
  const doctor = await at(variables, 'doctor');
  assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
  assert.match(doctor.stdout, /ok +A request for prod, as clients of any age send it, arrived at the guard/);
  assert.match(doctor.stdout, /ok +kubectl itself asked the guard/);
  assert.match(doctor.stdout, /^ +enforce: "?prod"?, as \S+guard\.yaml:3 says of "?prod"?\.$/m);
  assert.match(doctor.stdout, /ok +The guard can write it\./);
  assert.match(doctor.stdout, /ok +The clock agrees with "?prod"?’s\./);
  assert.match(doctor.stdout, /^ +toolcrib \S+, .*Node/m);
  assert.match(doctor.stdout.trimEnd().split('\n').at(-1) ?? '', /^This terminal is guarded/);
  const status = await at(variables, 'guard', 'status');
  assert.match(status.stdout, /terminal guarded/);

  // Beside ours in a list, as toolcrib 0.1 had it: an old client takes the other.
  const list = { ...variables, KUBECONFIG: `${variables.KUBECONFIG}:${home.direct}` };
  const outside = await at(list, 'doctor');
  assert.equal(outside.code, 1);
  assert.match(outside.stdout, /outside +KUBECONFIG is a list/);
  assert.match(outside.stdout, /ok +A request for prod, as today’s clients send it/);
  assert.match(outside.stdout, /outside +A request for prod, as older clients/);
  assert.match(
    outside.stdout.trimEnd().split('\n').at(-1) ?? '',
    /^This terminal is not guarded: KUBECONFIG is a list/,
  );
  assert.match((await at(list, 'guard', 'status')).stdout, /terminal outside/);
});

test('where it is not on, or another program took its place: outside', async () => {
  assert.equal((await home.cli('doctor')).code, 1);
  assert.match((await home.cli('guard', 'status')).stdout, /terminal outside/);
  const { variables } = JSON.parse((await home.cli('on', '-o', 'json')).stdout);
  // A kubectl that is a script with a kubeconfig of its own.
  const bin = join(home.folder, 'other-bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kubectl'), `#!/bin/sh\nexec ${kubectl} --kubeconfig ${home.direct} "$@"\n`);
  chmodSync(join(bin, 'kubectl'), 0o755);
  const said = await at({ ...variables, PATH: `${bin}:${home.env.PATH}` }, 'doctor');
  assert.equal(said.code, 1, said.stdout);
  assert.match(said.stdout, /outside +kubectl, as it stands in PATH, did not come to the guard/);
});

test('JSON for programs; a dead guard is said, and off takes it out of the way', async () => {
  const { variables } = JSON.parse((await home.cli('on', '-o', 'json')).stdout);
  const { verdict, checks } = JSON.parse((await at(variables, 'doctor', '-o', 'json')).stdout);
  assert.equal(verdict, 'all-guarded');
  assert.ok(checks.length >= 5);
  await home.cli('guard', 'stop');
  const dead = await at(variables, 'doctor');
  assert.equal(dead.code, 1);
  assert.match(dead.stdout, /does not arrive at the guard.*ECONNREFUSED/);
  assert.match(dead.stdout, /→ toolcrib guard start/);
  const off = await at(variables, 'off');
  assert.match(off.stdout, new RegExp(`^export KUBECONFIG='${home.direct}'`));
});

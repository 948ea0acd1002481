import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type RunningSandbox, realClients, startSandbox } from '@toolcrib/sandbox';
import { parse, stringify } from 'yaml';
import { type GuardHome, guardHome } from '../testing/running-guard.ts';

// Two clusters, two kubeconfigs, several terminals: what is asked in one is answered about its own cluster. The real
// command line, guard and kubectl. Each cluster has a namespace of its own name: what is seen there is proof of where.

let home: GuardHome;
let clusters: RunningSandbox[];
let kubectl: string;
let staging: string;

before(async () => {
  kubectl = (await realClients()).kubectl;
  clusters = await Promise.all(
    ['prod', 'staging'].map((name) => startSandbox({ name, controllers: false, podStartMs: 20 })),
  );
  home = guardHome(clusters[0]?.kubeconfig() ?? '', '');
  home.policy('apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {}\n');
  // By itself, so that a busy machine may take its time.
  await home.start();
  staging = join(home.folder, 'staging.kc');
  writeFileSync(staging, clusters[1]?.kubeconfig() ?? '', { mode: 0o600 });
  for (const [at, kubeconfig] of [home.direct, staging].entries()) {
    const name = ['in-prod', 'in-staging'][at] ?? '';
    const made = await home.launch(kubectl, ['create', 'namespace', name], { kubeconfig }).done;
    assert.equal(made.code, 0, made.stderr);
  }
});
after(async () => {
  await home?.cli('guard', 'stop');
  home?.remove();
  for (const cluster of clusters ?? []) await cluster.close();
});

/** A terminal: what it has in KUBECONFIG. */
async function inTerminal(kubeconfig: string, ...args: string[]) {
  const before = home.env.KUBECONFIG ?? '';
  home.env.KUBECONFIG = kubeconfig;
  try {
    return await home.cli(...args);
  } finally {
    home.env.KUBECONFIG = before;
  }
}

/** Everything that this terminal's `run` and `radius` say of where they look. */
async function looksAt(kubeconfig: string, cluster: 'prod' | 'staging', what: string): Promise<void> {
  const own = `in-${cluster}`;
  const other = cluster === 'prod' ? 'in-staging' : 'in-prod';
  const run = await inTerminal(kubeconfig, 'run', '--', kubectl, 'get', 'namespaces', '-o', 'name');
  assert.equal(run.code, 0, `${what}: ${run.stderr}`);
  assert.match(run.stdout, new RegExp(`namespace/${own}\n`), what);
  assert.doesNotMatch(run.stdout, new RegExp(other), what);
  const radius = await inTerminal(kubeconfig, 'radius', `ns/${own}`);
  assert.equal(radius.code, 0, `${what}: ${radius.stderr}`);
}

/** What `on` would leave in a terminal with this in its KUBECONFIG. */
async function turnedOn(kubeconfig: string) {
  const on = await inTerminal(kubeconfig, 'on', '-o', 'json');
  assert.equal(on.code, 0, on.stderr);
  return JSON.parse(on.stdout);
}

test('run and radius go to the cluster of the terminal that they are typed in', async () => {
  const prod = home.direct;
  const first = await turnedOn(prod);
  assert.equal(first.place.context, 'prod');
  await looksAt(staging, 'staging', 'another terminal, where it is not on');
  const second = await turnedOn(staging);
  await looksAt(second.variables.KUBECONFIG, 'staging', 'on there');
  await looksAt(first.variables.KUBECONFIG, 'prod', 'on in the first');
  await looksAt(prod, 'prod', 'not on, with the first one’s file');
});

test('the same context name in two terminals: each terminal’s own cluster, by kubectl, run and radius', async () => {
  const same = join(home.folder, 'same-name.kc');
  writeFileSync(same, readFileSync(staging, 'utf8').replaceAll('staging', 'prod'), { mode: 0o600 });
  const [first, second] = [await turnedOn(home.direct), await turnedOn(same)];
  assert.deepEqual([first.place.context, second.place.context], ['prod', 'prod']);
  for (const [{ variables }, cluster, context] of [
    [first, 'prod', 'prod'],
    [second, 'staging', 'prod'],
  ] as const) {
    await looksAt(variables.KUBECONFIG, cluster, `on, ${cluster}`);
    const args = ['--context', context, 'get', 'namespaces', '-o', 'name'];
    const seen = await home.launch(kubectl, args, { kubeconfig: variables.KUBECONFIG }).done;
    assert.equal(seen.code, 0, seen.stderr);
    assert.match(seen.stdout, new RegExp(`namespace/in-${cluster}\n`));
  }
  await looksAt(same, 'staging', 'not on, with the second one’s file');
});

test('what another program writes into a terminal’s file is guarded by the guard itself, without a command of ours', async () => {
  const { variables } = await turnedOn(home.direct);
  const kubeconfig: string = variables.KUBECONFIG;
  const config = (...args: string[]) => home.launch(kubectl, ['config', ...args], { kubeconfig }).done;
  const [cluster] = parse(readFileSync(staging, 'utf8')).clusters;
  const [user] = parse(readFileSync(staging, 'utf8')).users;
  // As cloud command lines do it: one write of all three.
  const text = parse(readFileSync(kubeconfig, 'utf8'));
  text.clusters.push({ ...cluster, name: 'cloud' });
  text.users.push({ ...user, name: 'cloud' });
  text.contexts.push({ name: 'cloud', context: { cluster: 'cloud', user: 'cloud' } });
  text['current-context'] = 'cloud';
  writeFileSync(kubeconfig, stringify(text));
  const until = Date.now() + 30_000;
  for (;;) {
    const seen = (await config('view', '--minify', '-o', 'jsonpath={.clusters[0].name}')).stdout;
    if (seen.startsWith('toolcrib:')) break;
    assert.ok(Date.now() < until, seen);
  }
  await looksAt(kubeconfig, 'staging', 'the context that was added, and is current');
  assert.doesNotMatch(readFileSync(home.direct, 'utf8'), /cloud/);
});

test('radius looks in the namespace that the context sets, and in that of -n', async () => {
  const at = (kubeconfig: string, ...args: string[]) => home.launch(kubectl, args, { kubeconfig }).done;
  const here = join(home.folder, 'here.kc');
  copyFileSync(staging, here);
  assert.equal((await at(here, 'create', 'configmap', 'mine', '-n', 'in-staging')).code, 0);
  assert.equal((await inTerminal(here, 'radius', 'cm/mine')).code, 2);
  assert.equal((await inTerminal(here, 'radius', 'cm/mine', '-n', 'in-staging')).code, 0);
  const sized = await inTerminal(here, 'radius', 'cm/mine', '-n', 'in-staging', '--scale', '1');
  assert.equal(sized.code, 2, sized.stdout);
  assert.match(sized.stderr, /ConfigMap mine has no size/);
  await at(here, 'create', 'deployment', 'web', '--image=web', '-n', 'in-staging');
  const web = await inTerminal(here, 'radius', 'deploy/web', '-n', 'in-staging', '--scale', '0');
  assert.equal(web.code, 0, web.stderr);
  await at(here, 'config', 'set-context', '--current', '--namespace', 'in-staging');
  const found = await inTerminal(here, 'radius', 'cm/mine');
  assert.equal(found.code, 0, found.stderr);
  assert.equal((await inTerminal(here, 'radius', 'cm/mine', '-n', 'default')).code, 2);
});

test('a terminal’s own kubeconfig that is broken, or has no context: 125, and the tool was not started', async () => {
  const broken = join(home.folder, 'broken.kc');
  writeFileSync(broken, 'clusters: [');
  const mark = join(home.folder, 'mark');
  for (const kubeconfig of [broken, join(home.folder, 'nowhere.kc')]) {
    const said = await inTerminal(kubeconfig, 'run', '--', 'touch', mark);
    assert.equal(said.code, 125, said.stderr);
    assert.throws(() => readFileSync(mark), { code: 'ENOENT' });
  }
});

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type RunningSandbox, realClients, startSandbox } from '@toolcrib/sandbox';
import { parse, stringify } from 'yaml';
import { type GuardHome, guardHome, heldOnce, type RunningGuard } from '../testing/running-guard.ts';

// A cluster that is made again (or replaced) under its context's name: what was done in the old one is not undone, nor
// approved, in the new one. A real guard and kubectl; what is there is asked of each cluster directly.

let home: GuardHome;
let guard: RunningGuard;
let clusters: [RunningSandbox, RunningSandbox];
let kubectl: string;

const policy = (mode: string) =>
  `apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec:\n  clusters: [{context: prod, mode: ${mode}}]\n  rules: [{name: asked, when: 'effect.resource == "secrets"', then: hold}]\n`;

before(async () => {
  kubectl = (await realClients()).kubectl;
  const start = () => startSandbox({ name: 'prod', controllers: false, podStartMs: 20 });
  clusters = [await start(), await start()];
  home = guardHome(clusters[0].kubeconfig(), '');
  home.policy(policy('enforce'));
  guard = await home.start();
});
after(async () => {
  await home?.cli('guard', 'stop');
  home?.remove();
  for (const cluster of clusters ?? []) await cluster.close();
});

/** The person's own file names this cluster from now on, under the same context, cluster and user names. */
const pointAt = (at: 0 | 1) => writeFileSync(home.direct, clusters[at].kubeconfig(), { mode: 0o600 });

async function direct(at: 0 | 1, ...args: string[]) {
  const file = `${home.direct}-${at}`;
  writeFileSync(file, clusters[at].kubeconfig(), { mode: 0o600 });
  return home.launch(kubectl, args, { kubeconfig: file }).done;
}
const guarded = (...args: string[]) => home.launch(kubectl, args, { kubeconfig: guard.kubeconfig('prod') });
const names = async (at: 0 | 1, kind: string) =>
  (await direct(at, 'get', kind, '-n', 'default', '-o', 'name')).stdout.trim();

async function actOf(word: string): Promise<string> {
  const { stdout } = await home.cli('log', '-o', 'json');
  const stories = JSON.parse(stdout) as { act: { id: string; title: string } }[];
  return stories.find(({ act }) => act.title.includes(word))?.act.id ?? assert.fail(stdout);
}

test('an act is undone in its own cluster, and refused in another one of the same name', async () => {
  for (const at of [0, 1] as const) await direct(at, 'create', 'configmap', 'settings');
  assert.equal((await guarded('delete', 'configmap', 'settings').done).code, 0);
  await direct(1, 'delete', 'configmap', 'settings');
  const act = await actOf('settings');
  const before = await names(1, 'configmap');
  pointAt(1);
  const refused = await home.cli('undo', act);
  assert.equal(refused.code, 1, refused.stdout);
  assert.match(refused.stderr, /prod names another cluster than when act-\S+ was done\. Nothing was changed/);
  assert.equal((await home.cli('undo', act, '--same-cluster')).code, 1, 'nobody can say that it is the same');
  assert.equal(await names(1, 'configmap'), before);
  pointAt(0);
  const undone = await home.cli('undo', act);
  assert.equal(undone.code, 0, undone.stdout + undone.stderr);
  assert.match(await names(0, 'configmap'), /settings/);
  assert.equal(await names(1, 'configmap'), before);
});

test('a yes for the one cluster is none for the other', async () => {
  for (const at of [0, 1] as const) await direct(at, 'create', 'secret', 'generic', 'key');
  const waiting = guarded('delete', 'secret', 'key');
  const hold = await heldOnce(guard, ({ effect }) => effect.verb === 'delete');
  pointAt(1);
  const said = await home.cli('approve', hold.code, '--as-sent');
  assert.equal(said.code, 0, said.stderr);
  const { code, stderr } = await waiting.done;
  assert.notEqual(code, 0);
  assert.match(stderr, /another cluster|no longer what was approved/);
  for (const at of [0, 1] as const) assert.match(await names(at, 'secret'), /secret\/key/);
  pointAt(0);
});

test('a guard that died with a request under way does not ask another cluster what became of it', async () => {
  await direct(0, 'create', 'configmap', 'under-way');
  assert.equal((await guarded('delete', 'configmap', 'under-way').done).code, 0);
  const act = await actOf('under-way');
  await direct(0, 'create', 'configmap', 'under-way');
  await guard.kill();
  // As a killed guard may leave it: kept, and nobody has written down an answer.
  const journal = home.journal();
  const [request = assert.fail()] = await journal.requests({ actId: act });
  const { status, ...open } = request;
  assert.equal(status, 200);
  await journal.saveRequest({ ...open, state: 'kept' });
  await journal.close();
  pointAt(1);
  guard = await home.start();
  const look = home.journal();
  try {
    const [found] = await look.requests({ actId: act });
    assert.equal(found?.state, 'unsettled', found?.note);
    assert.match(found?.note ?? '', /names another cluster by now/);
  } finally {
    await look.close();
  }
  await guard.stop();
  pointAt(0);
  guard = await home.start();
});

test('an act of an older journal, of which nobody wrote down where it was: only where a person knows it', async () => {
  await direct(0, 'create', 'configmap', 'older');
  assert.equal((await guarded('delete', 'configmap', 'older').done).code, 0);
  const act = await actOf('older');
  const journal = home.journal();
  const { cluster, ...old } = (await journal.act(act)) ?? assert.fail(act);
  assert.match(cluster?.uid ?? '', /^[0-9a-f-]{36}$/);
  await journal.saveAct(old);
  await journal.close();
  const asked = await home.cli('undo', act);
  assert.equal(asked.code, 1);
  assert.match(asked.stderr, /can't be told.*\n.*toolcrib undo act-\S+ --same-cluster/);
  assert.doesNotMatch(await names(0, 'configmap'), /older/);
  const undone = await home.cli('undo', act, '--same-cluster');
  assert.equal(undone.code, 0, undone.stderr);
  assert.match(undone.stdout, /says that it is the same/);
  assert.match(await names(0, 'configmap'), /older/);
});

test('where kube-system may not be read, address and CA tell it, and that is said', async () => {
  // Somebody who may do all in one namespace, and nothing in others.
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'all', namespace: 'default' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  };
  const file = `${home.direct}-role.yaml`;
  writeFileSync(file, stringify(role));
  assert.equal((await direct(0, 'create', '-f', file)).code, 0);
  await direct(0, 'create', 'rolebinding', 'all', '--role=all', '--user=cho');
  const admin = parse(clusters[0].kubeconfig());
  const cho = parse(clusters[0].kubeconfig({ name: 'cho' }));
  writeFileSync(
    home.direct,
    stringify({ ...admin, users: [{ ...admin.users[0], user: cho.users[0].user }] }),
  );
  await direct(0, 'create', 'configmap', 'hers');
  const deleted = await guarded('delete', 'configmap', 'hers').done;
  assert.equal(deleted.code, 0, deleted.stderr);
  const undone = await home.cli('undo', await actOf('hers'));
  assert.equal(undone.code, 0, undone.stdout + undone.stderr);
  assert.match(undone.stdout, /told by its address and CA alone/);
  assert.match(await names(0, 'configmap'), /hers/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { runUndo } from './run.ts';
import { keyOfObject, none, type UndoPlan, type UndoStep } from './steps.ts';
import { but, object, owned, softened } from './testing/kept.ts';
import { kinds, memoryCluster } from './testing/memory-cluster.ts';

const infoOf = (one: KubeObject) => {
  const info = kinds.find(({ kind }) => kind === one.kind);
  assert.ok(info);
  return info;
};
const create = (snapshot: KubeObject, more: object = {}): UndoStep => ({
  do: 'create',
  info: infoOf(snapshot),
  snapshot,
  ...more,
});
const planOf = (steps: UndoStep[], more: Partial<UndoPlan> = {}): UndoPlan => ({
  actId: 'a',
  took: true,
  steps,
  kept: [],
  again: {},
  retained: [],
  unseen: [],
  ...more,
});
async function ran(plan: UndoPlan, cluster = memoryCluster([])) {
  let now = 1_000;
  const told: string[] = [];
  const waiting = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
    poll: 100,
    limit: 1_000,
  };
  const done = await runUndo(
    cluster,
    plan,
    (news) => told.push(`${news.done}/${news.of} ${news.result.result}`),
    {
      id: 'u1',
      by: 'aiko',
      waiting,
    },
  );
  const said = done.record.results.map(
    ({ what, result, note }) => `${result} ${what}${note ? `: ${note}` : ''}`,
  );
  return { ...done, cluster, told, said };
}
const map = object('v1 ConfigMap', 'c');
const secret = object('v1 Secret', 's');

test('one step after another; what was made is written down', async () => {
  const { record, told, softenings } = await ran(planOf([none('x', 'unchanged', 'y'), create(map)]));
  assert.deepEqual(record, {
    id: 'u1',
    actId: 'a',
    at: 1_000,
    by: 'aiko',
    kind: 'undo',
    results: [
      { what: 'x', result: 'unchanged', note: 'y' },
      { what: 'ConfigMap shop/c', result: 'done' },
    ],
    made: [{ was: 'ConfigMap-c', now: 'new-0' }],
  });
  assert.deepEqual(told, ['1/2 unchanged', '2/2 done']);
  assert.deepEqual(softenings, []);
  assert.equal('made' in (await ran(planOf([]))).record, false);
});

test('a step that fails is told by its name, and the rest goes on but for what hangs on it', async () => {
  const pod = object('v1 Pod', 'p', { metadata: owned(object('apps/v1 ReplicaSet', 'set')) });
  const set = object('apps/v1 ReplicaSet', 'set');
  const cluster = memoryCluster([]);
  cluster.refuse = (method, key) => (method === 'create' && key.includes('ReplicaSet') ? 403 : undefined);
  const { said } = await ran(planOf([create(set), create(pod), create(map)]), cluster);
  assert.deepEqual(said, [
    'failed ReplicaSet shop/set: said 403',
    'skipped Pod shop/p: ReplicaSet set, which controls it, did not come back',
    'done ConfigMap shop/c',
  ]);
});

test('each kind of step is carried out, and told by its name where it fails', async () => {
  const deployment = object('apps/v1 Deployment', 'web', { spec: { replicas: 0 } });
  const info = infoOf(deployment);
  const ref = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
    uid: 'Deployment-web',
  };
  const claim = { namespace: 'shop', name: 'data' };
  const at = { name: 'pv', uid: 'u' };
  const steps: UndoStep[] = [
    { do: 'retain', volume: at },
    { do: 'scale', info, ref, at: 'object', from: 0, to: 2, snapshot: deployment },
    { do: 'relink', info, ref, snapshot: deployment, references: owned(map).ownerReferences },
    { do: 'own', info, snapshot: deployment },
    { do: 'revert', info, snapshot: deployment, from: 'uninstalling' },
    { do: 'readopt', info, snapshot: deployment, record: softened(deployment), restarts: {} },
    { do: 'await-bound', claim, volume: 'pv', snapshot: map },
    { do: 'reclaim', volume: at, to: 'Delete', boundTo: claim },
  ];
  const failing = memoryCluster([deployment]);
  failing.refuse = () => 500;
  const { said } = await ran(planOf(steps), failing);
  assert.deepEqual(
    said.map((text) => text.replace(/: .*/, '')),
    [
      'failed PersistentVolume pv',
      'failed Deployment shop/web',
      'failed Deployment shop/web',
      'failed Deployment shop/web',
      'failed Deployment shop/web',
      'failed Deployment shop/web',
      'failed PersistentVolumeClaim shop/data',
      'failed PersistentVolume pv',
    ],
  );
  const scaled = await ran(planOf([steps[1] as UndoStep]), memoryCluster([deployment]));
  assert.deepEqual(scaled.said, ['done Deployment shop/web: scaled back from 0 to 2']);
  const linked = await ran(planOf([steps[2] as UndoStep]), memoryCluster([deployment, map]));
  assert.deepEqual(linked.said, ['done Deployment shop/web: names its owner ConfigMap c again']);
});

test('what is not made is not waited for, nor what it would have made', async () => {
  const set = object('apps/v1 ReplicaSet', 'set', {
    spec: { replicas: 0, selector: { matchLabels: { a: 'b' } } },
  });
  const theirs = object('v1 Pod', 'theirs', { metadata: { labels: { a: 'b' } } });
  const pod = object('v1 Pod', 'p', { metadata: owned(set) });
  const below = object('v1 PersistentVolumeClaim', 'c', { metadata: owned(pod) });
  const awaited = (object: KubeObject, by: KubeObject): UndoStep => ({
    do: 'none',
    result: { what: object.metadata.name, result: 'skipped', note: 'x' },
    awaited: { object, by },
  });
  const { said, told } = await ran(
    planOf([create(set), awaited(pod, set), awaited(below, pod)]),
    memoryCluster([theirs]),
  );
  assert.match(said[0] ?? '', /^conflict/);
  assert.deepEqual(said.slice(1), [
    'skipped p: ReplicaSet set is not made, which makes it',
    'skipped c: Pod p is not made, which makes it',
  ]);
  assert.equal(told.length, 3);
});

test('what a controller was to make and did not is a failure in the end', async () => {
  const set = object('apps/v1 ReplicaSet', 'set', { spec: { replicas: 1 } });
  const pod = object('v1 Pod', 'p', { metadata: owned(set) });
  const step: UndoStep = {
    do: 'none',
    result: { what: 'Pod p', result: 'skipped', note: 'ReplicaSet set makes it again' },
    awaited: { object: pod, by: set },
  };
  const missing = await ran(planOf([step]), memoryCluster([set]));
  assert.deepEqual(missing.said, ['failed Pod p: ReplicaSet set has not made it again']);
  assert.deepEqual(missing.told, ['1/1 skipped', '1/1 failed']);
  const there = await ran(planOf([step]), memoryCluster([set, but(pod, { metadata: { name: 'q' } })]));
  assert.deepEqual(there.said, ['skipped Pod p: ReplicaSet set makes it again']);
});

test('in a Namespace that does not go, how many wait for it is told with it', async () => {
  const namespace = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const going = create(namespace, { waitGone: 'Namespace-shop' });
  const one = await ran(planOf([going, create(map)]), memoryCluster([namespace]));
  assert.equal(one.said.length, 1);
  assert.match(one.said[0] ?? '', /; in it one more of the act waits for that$/);
  const two = await ran(planOf([going, create(map), create(secret)]), memoryCluster([namespace]));
  assert.match(two.said[0] ?? '', /; in it 2 more of the act wait for that$/);
});

test('what came before an owner that did not come is told as such', async () => {
  const child = object('v1 Secret', 's', { metadata: owned(map) });
  const cluster = memoryCluster([]);
  cluster.refuse = (method, key) => (method === 'create' && key.includes('ConfigMap') ? 403 : undefined);
  const { said } = await ran(planOf([create(child), create(map)]), cluster);
  assert.deepEqual(said, [
    'done Secret shop/s',
    'failed ConfigMap shop/c: said 403',
    'failed Secret shop/s: it is back, but its owner ConfigMap c is not: it names none',
  ]);
  const known = await ran(
    planOf([create(child)], { again: { 'ConfigMap-c': 'anew' } }),
    memoryCluster([but(map, { metadata: { uid: 'anew' } })]),
  );
  assert.equal(known.cluster.objects.get(keyOfObject(child))?.metadata.ownerReferences?.[0]?.uid, 'anew');
});

test('kept volumes are undone once nothing failed; what was never seen holds up nothing', async () => {
  const retained = [softened(map, [], { how: 'retain-first' })];
  const unseen = [{ what: 'Secret', result: 'failed' as const, note: 'not seen' }];
  const whole = await ran(planOf([none('x', 'skipped', ''), create(map)], { retained, unseen }));
  assert.deepEqual(
    whole.softenings.map(({ state }) => state),
    ['undone'],
  );
  assert.equal(whole.said.at(-1), 'failed Secret: not seen');
  for (const result of ['failed', 'conflict', 'unknown'] as const)
    assert.deepEqual((await ran(planOf([none('x', result, '')], { retained }))).softenings, []);
});

test('what is still kept of the act counts as its own', async () => {
  const set = object('apps/v1 ReplicaSet', 'set', {
    spec: { replicas: 0, selector: { matchLabels: { a: 'b' } } },
  });
  const left = object('v1 Pod', 'left', { metadata: { labels: { a: 'b' } } });
  const own = await ran(planOf([create(set)], { kept: ['Pod-left'] }), memoryCluster([left]));
  assert.match(own.said[0] ?? '', /^done/);
});

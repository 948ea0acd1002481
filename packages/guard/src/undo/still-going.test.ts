import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { UndoStep } from './steps.ts';
import { stillGoing, waitsForItsNamespace } from './still-going.ts';
import { but, object, owned, runOver } from './testing/kept.ts';
import { custom, kinds, memoryCluster } from './testing/memory-cluster.ts';

const infoOf = (kind: string) => {
  const found = kinds.find((one) => one.kind === kind);
  assert.ok(found);
  return found;
};
const base = 'after 5 s it is still on its way out, and nothing was created';
const again = 'undo again once it is gone';
const told = (
  one: KubeObject,
  standing: KubeObject[],
  refuse: (method: string, key: string) => number | undefined = () => undefined,
) => {
  const cluster = memoryCluster(standing);
  cluster.refuse = refuse;
  return stillGoing(runOver(cluster), infoOf(one.kind), one);
};

test('a claim: the Pods that use it are named, and that its data is kept', async () => {
  const claim = object('v1 PersistentVolumeClaim', 'data');
  const user = (name: string) =>
    object('v1 Pod', name, {
      spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
    });
  const rest = 'Its data is kept. Scale down what runs there, then undo again';
  assert.equal(await told(claim, []), `${base}; ${again}`);
  assert.equal(await told(claim, [user('a')]), `${base}: Pod a still uses it. ${rest}`);
  assert.equal(await told(claim, [user('a'), user('b')]), `${base}: Pods a, b still use it. ${rest}`);
});

test('what holds all else: its finalizers', async () => {
  const map = object('v1 ConfigMap', 'c');
  assert.equal(await told(map, [map]), `${base}; ${again}`);
  assert.equal(await told(map, []), `${base}; ${again}`);
  const held = (...finalizers: string[]) => but(map, { metadata: { finalizers } });
  assert.equal(
    await told(map, [held('a.io/x')]),
    `${base}: its finalizer a.io/x holds it. Whoever set it has to let it go; ${again}`,
  );
  assert.equal(
    await told(map, [held('a', 'b', 'c', 'd')]),
    `${base}: its finalizer a, its finalizer b, its finalizer c and 1 more hold it. Whoever set them has to let it go; ${again}`,
  );
  assert.equal(await told(map, [held('a')], () => 403), `${base}; ${again}`);
});

test('a Namespace: what in it is held, of every kind that can be looked at', async () => {
  const namespace = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const slow = object('v1 ConfigMap', 'slow', { metadata: { finalizers: ['x.io/slow'] } });
  const two = object('v1 Secret', 'two', { metadata: { finalizers: ['a', 'b'] } });
  const free = object('v1 Pod', 'free');
  const elsewhere = but(slow, { metadata: { namespace: 'other' } });
  assert.equal(
    await told(namespace, [namespace, slow, two, free, elsewhere]),
    `${base}: ConfigMap slow (finalizer x.io/slow), Secret two (finalizers a, b) hold it. Whoever set them has to let it go; ${again}`,
  );
  const oneOf = await told(namespace, [slow, two], (method, key) =>
    method === 'list' && key === 'Secret' ? 403 : undefined,
  );
  assert.match(oneOf, /ConfigMap slow \(finalizer x\.io\/slow\) holds it/);
  const map = object('v1 ConfigMap', 'shop');
  assert.equal(
    await told(map, [map, slow]),
    `${base}; ${again}`,
    'only of a Namespace is what is in it asked',
  );
});

test('in a Namespace that did not go no step is tried: the result of the Namespace stands for it', () => {
  const result = { what: 'Namespace shop', result: 'failed' as const };
  const snapshot = object('v1 ConfigMap', 'c');
  const info = custom;
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'c', uid: 'u' };
  const claim = { namespace: 'shop', name: 'data' };
  const by = object('apps/v1 ReplicaSet', 'set');
  const none = { what: 'x', result: 'skipped' as const };
  const inIt: UndoStep[] = [
    { do: 'create', info, snapshot },
    { do: 'own', info, snapshot },
    { do: 'revert', info, snapshot, from: 'x' },
    { do: 'await-bound', claim, volume: 'pv', snapshot },
    { do: 'scale', info, ref, at: 'object', from: 0, to: 1, snapshot },
    { do: 'relink', info, ref, snapshot, references: [] },
    { do: 'none', result: none, awaited: { object: snapshot, by } },
  ];
  for (const step of inIt) {
    const run = runOver(memoryCluster([]), { closed: new Set(['shop']), coming: new Set(['ConfigMap-c']) });
    assert.equal(waitsForItsNamespace(run, step, [none, result]), result, step.do);
    if (step.do !== 'none')
      assert.deepEqual([run.missing.has('ConfigMap-c'), run.coming.size], [true, 0], step.do);
  }
  const outside: UndoStep[] = [
    { do: 'none', result: none },
    { do: 'retain', volume: { name: 'pv', uid: 'u' } },
    { do: 'create', info, snapshot: but(snapshot, { metadata: { namespace: 'other' } }) },
    { do: 'create', info, snapshot: but(snapshot, { metadata: { namespace: undefined } }) },
  ];
  for (const step of outside) {
    const run = runOver(memoryCluster([]), { closed: new Set(['shop']) });
    assert.equal(waitsForItsNamespace(run, step, [result]), undefined);
    assert.equal(run.missing.size, 0);
  }
  assert.equal(owned(by).ownerReferences.length, 1);
});

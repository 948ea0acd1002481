import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addOwners, nameOwner, stands, withOwners } from './owners.ts';
import type { Run } from './running.ts';
import { keyOfObject } from './steps.ts';
import { but, object, owned, runOver } from './testing/kept.ts';
import { kinds, memoryCluster } from './testing/memory-cluster.ts';

const owner = object('v1 ConfigMap', 'owner');
const other = object('v1 ConfigMap', 'other');
const child = object('v1 Secret', 'child', { metadata: { resourceVersion: '5' } });
const secrets = kinds.find(({ kind }) => kind === 'Secret');
assert.ok(secrets);
const referenceTo = (one: typeof owner) => {
  const [reference] = owned(one).ownerReferences;
  assert.ok(reference);
  return reference;
};
const at = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'child', uid: 'Secret-child' };

test('an owner is named by its UID of now, where that stands', async () => {
  const anew = but(owner, { metadata: { uid: 'anew' } });
  const run = runOver(memoryCluster([anew, other]), { uids: new Map([['ConfigMap-owner', 'anew']]) });
  const kept = but(child, { metadata: { ownerReferences: [referenceTo(owner), referenceTo(other)] } });
  const { object: now, dropped, later } = await withOwners(run, kept);
  assert.deepEqual(now.metadata.ownerReferences, [
    { ...referenceTo(owner), uid: 'anew' },
    referenceTo(other),
  ]);
  assert.deepEqual([dropped, later], [undefined, []]);
});

test('an owner that does not stand would have the collector take it: it is left out, and said', async () => {
  const kept = () => but(child, { metadata: { ownerReferences: [referenceTo(owner), referenceTo(other)] } });
  const gone = await withOwners(runOver(memoryCluster([])), kept());
  assert.equal(gone.object.metadata.ownerReferences, undefined);
  assert.equal(gone.dropped, 'without its owner ConfigMap owner, ConfigMap other, which is gone');
  const missing = runOver(memoryCluster([owner, other]), { missing: new Set(['ConfigMap-owner']) });
  assert.equal(
    (await withOwners(missing, kept())).dropped,
    'without its owner ConfigMap owner, which is gone',
  );
  const coming = runOver(memoryCluster([owner, other]), { coming: new Set(['ConfigMap-owner']) });
  const still = await withOwners(coming, kept());
  assert.deepEqual([still.later, still.dropped], [[referenceTo(owner)], undefined]);
  assert.deepEqual(still.object.metadata.ownerReferences, [referenceTo(other)]);
});

test('a claim’s set writes itself into it', async () => {
  const set = object('apps/v1 StatefulSet', 'db');
  const pod = object('v1 Pod', 'p');
  const claim = object('v1 PersistentVolumeClaim', 'data', {
    metadata: { ownerReferences: [referenceTo(set), referenceTo(pod)] },
  });
  const { object: now, dropped } = await withOwners(runOver(memoryCluster([set, pod])), claim);
  assert.deepEqual(now.metadata.ownerReferences, [referenceTo(pod)]);
  assert.equal(dropped, undefined);
});

test('whether an owner stands: by its UID, wherever its kind lives', async () => {
  const node = object('v1 Namespace', 'node', { metadata: { namespace: undefined } });
  const run = runOver(memoryCluster([owner, node]));
  assert.equal(await stands(run, referenceTo(owner), 'shop'), true);
  assert.equal(await stands(run, referenceTo(owner), 'elsewhere'), false);
  assert.equal(await stands(run, { ...referenceTo(owner), uid: 'other' }, 'shop'), false);
  assert.equal(await stands(run, referenceTo(node), 'shop'), true);
  assert.equal(await stands(run, { ...referenceTo(owner), kind: 'Unserved' }, 'shop'), false);
});

test('owners are added to what names others, pinned to what was read', async () => {
  const named = but(child, { metadata: owned(other) });
  const cluster = memoryCluster([named]);
  const run = runOver(cluster);
  assert.equal(await addOwners(run, secrets, at, [referenceTo(owner), referenceTo(other)]), 1);
  const now = cluster.objects.get(keyOfObject(child));
  assert.deepEqual(
    now?.metadata.ownerReferences?.map(({ uid }) => uid),
    ['ConfigMap-other', 'ConfigMap-owner'],
  );
  const [body] = cluster.bodies as [{ metadata: { uid: string; resourceVersion: string } }];
  assert.deepEqual([body.metadata.uid, body.metadata.resourceVersion], ['Secret-child', '5']);
  assert.equal(await addOwners(run, secrets, at, [referenceTo(owner)]), 0);
  assert.equal(cluster.writes.length, 1);
  assert.equal(await addOwners(run, secrets, { ...at, uid: 'other' }, [referenceTo(owner)]), 'gone');
  assert.equal(await addOwners(run, secrets, { ...at, name: 'absent' }, [referenceTo(owner)]), 'gone');
});

test('who writes in between goes first, and then it is tried again, ten times at most', async () => {
  const tried = async (times: number, status = 409) => {
    const cluster = memoryCluster([child]);
    cluster.refuse = (method) => (method === 'patch' && times-- > 0 ? status : undefined);
    return addOwners(runOver(cluster), secrets, at, [referenceTo(owner)]);
  };
  assert.equal(await tried(9), 1);
  await assert.rejects(tried(10), /409/);
  await assert.rejects(tried(1, 403), /403/);
});

test('an owner that has just come is written into what came before it', async () => {
  const cluster = memoryCluster([child]);
  const unnamed = (): Run['unnamed'] =>
    new Map([
      ['ConfigMap-owner', [{ info: secrets, ref: at, reference: referenceTo(owner), snapshot: child }]],
    ]);
  const run = runOver(cluster, { uids: new Map([['ConfigMap-owner', 'anew']]), unnamed: unnamed() });
  assert.deepEqual(await nameOwner(run, 'ConfigMap-owner'), []);
  assert.equal(cluster.objects.get(keyOfObject(child))?.metadata.ownerReferences?.[0]?.uid, 'anew');
  assert.equal(run.unnamed.size, 0, 'once');
  assert.deepEqual(await nameOwner(run, 'ConfigMap-owner'), []);
  cluster.refuse = (method) => (method === 'patch' ? 403 : undefined);
  const failing = runOver(cluster, { uids: new Map([['ConfigMap-owner', 'later']]), unnamed: unnamed() });
  assert.deepEqual(await nameOwner(failing, 'ConfigMap-owner'), [
    {
      what: 'Secret shop/child',
      result: 'failed',
      note: 'it is back, but could not name its owner ConfigMap owner: said 403',
    },
  ]);
});

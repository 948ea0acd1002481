import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { keyOfObject } from '../undo/steps.ts';
import { but, object, owned } from '../undo/testing/kept.ts';
import { kinds, memoryCluster } from '../undo/testing/memory-cluster.ts';
import { claimsOf, directDependents, everythingLeft, podsBelow, stripOwner, sweep } from './dependents.ts';
import { leftOf } from './parts.ts';

const names = (found: { name: string }[]) => found.map(({ name }) => name).sort();
const web = object('apps/v1 Deployment', 'web');
const set = object('apps/v1 ReplicaSet', 'web-1', { metadata: owned(web) });
const pod = object('v1 Pod', 'web-1-a', { metadata: owned(set) });
const other = object('apps/v1 ReplicaSet', 'other', {
  metadata: owned(object('apps/v1 Deployment', 'other')),
});

test('direct dependents are of the kinds that its controller makes, and name it', async () => {
  const map = object('v1 ConfigMap', 'm', { metadata: owned(web) });
  const elsewhere = but(set, { metadata: { namespace: 'test' } });
  const cluster = memoryCluster([set, other, pod, map, elsewhere]);
  const found = await directDependents(cluster, 'deployments', 'shop', 'Deployment-web');
  assert.deepEqual(
    found.map(({ type, object: one }) => [type.resource, one.metadata.name]),
    [['replicasets', 'web-1']],
  );
  assert.deepEqual(await directDependents(cluster, 'services', 'shop', 'Deployment-web'), []);
});

test('a Deployment leaves its ReplicaSets and their Pods', async () => {
  const cluster = memoryCluster([set, other, pod, object('v1 Pod', 'bare')]);
  const left = await everythingLeft(cluster, web, 'deployments');
  assert.deepEqual(left, [leftOf(set), leftOf(pod)]);
  assert.deepEqual(await podsBelow(cluster, [leftOf(pod)], 'shop'), []);
});

test('a StatefulSet that deletes its claims leaves them too, also where it is not written onto them yet', async () => {
  const db = (whenDeleted: string | undefined) =>
    object('apps/v1 StatefulSet', 'db', {
      spec: {
        volumeClaimTemplates: [{ metadata: { name: 'data' } }],
        ...(whenDeleted ? { persistentVolumeClaimRetentionPolicy: { whenDeleted } } : {}),
      },
    });
  const first = object('apps/v1 StatefulSet', 'x');
  const claim = object('v1 PersistentVolumeClaim', 'data-db-0');
  const owns = object('v1 PersistentVolumeClaim', 'data-db-1', { metadata: owned(db('Delete')) });
  const theirs = object('v1 PersistentVolumeClaim', 'data-web-0');
  const member = object('v1 Pod', 'db-0', { metadata: owned(db('Delete')) });
  const cluster = memoryCluster([claim, owns, theirs, member]);
  assert.deepEqual(names(await everythingLeft(cluster, db('Delete'), 'statefulsets')), [
    'data-db-0',
    'data-db-1',
    'db-0',
  ]);
  assert.deepEqual(names(await everythingLeft(cluster, db(undefined), 'statefulsets')), [
    'data-db-1',
    'db-0',
  ]);
  assert.deepEqual(
    [claimsOf(db('Delete')), claimsOf(db('Retain')), claimsOf(db(undefined)), claimsOf(web)],
    ['Delete', 'Retain', 'Retain', undefined],
  );
  assert.equal(claimsOf(first), 'Retain');
});

test('a reference is taken out by its place, pinned to both UIDs', async () => {
  const references = [...owned(other).ownerReferences, ...owned(web).ownerReferences];
  const one = but(set, { metadata: { ownerReferences: references } });
  const type = { group: 'apps', version: 'v1', resource: 'replicasets' };
  const cluster = memoryCluster([one]);
  assert.equal(await stripOwner(cluster, type, one, 'Deployment-web'), true);
  assert.deepEqual(cluster.bodies[0], [
    { op: 'test', path: '/metadata/uid', value: 'ReplicaSet-web-1' },
    { op: 'test', path: '/metadata/ownerReferences/1/uid', value: 'Deployment-web' },
    { op: 'remove', path: '/metadata/ownerReferences/1' },
  ]);
  const bare = but(one, { metadata: { ownerReferences: undefined } });
  for (const nobody of [bare, other])
    assert.equal(await stripOwner(cluster, type, nobody, 'Deployment-web'), true);
  assert.equal(cluster.writes.length, 1);
  for (const status of [404, 409, 422]) {
    const refusing = memoryCluster([one]);
    refusing.refuse = (method) => (method === 'patch' ? status : undefined);
    assert.equal(await stripOwner(refusing, type, one, 'Deployment-web'), false);
  }
  const failing = memoryCluster([one]);
  failing.refuse = () => 500;
  await assert.rejects(stripOwner(failing, type, one, 'Deployment-web'), /500/);
});

test('a sweep finds what still names the owner, of every kind of the namespace that can go', async () => {
  const map = object('v1 ConfigMap', 'm', { metadata: owned(web) });
  const secret = object('v1 Secret', 's');
  const volume = object('v1 PersistentVolume', 'v', { metadata: { namespace: undefined, ...owned(web) } });
  const cluster = memoryCluster([map, secret, set, volume]);
  assert.deepEqual(await sweep(cluster, 'shop', 'Deployment-web'), { found: 2, unseen: [] });
  const now = (one: KubeObject) => cluster.objects.get(keyOfObject(one))?.metadata.ownerReferences;
  assert.deepEqual([now(map), now(set)], [[], []]);
  assert.equal(now(volume)?.length, 1, 'it lives in no namespace');
  assert.deepEqual(await sweep(cluster, 'shop', 'Deployment-web'), { found: 0, unseen: [] });
});

test('what can’t be listed, deleted, or is a mere trace, is not looked through; what may not be is told', async () => {
  const swept = async (change: (cluster: ReturnType<typeof memoryCluster>) => void) => {
    const cluster = memoryCluster([]);
    const listed: string[] = [];
    cluster.refuse = (method, key) => {
      if (method === 'list') listed.push(key);
      return undefined;
    };
    change(cluster);
    return { ...(await sweep(cluster, 'shop', 'x')), listed };
  };
  const mapOnly = (more: object) => async () => ({
    resources: kinds.filter(({ kind }) => kind === 'ConfigMap').map((one) => ({ ...one, ...more })),
    failed: [],
  });
  const looked = async (more: object) =>
    (
      await swept((cluster) => {
        cluster.resources = mapOnly(more);
      })
    ).listed.length;
  assert.equal(await looked({}), 1);
  assert.equal(await looked({ verbs: ['list'] }), 0);
  assert.equal(await looked({ verbs: ['delete'] }), 0);
  assert.equal(await looked({ namespaced: false }), 0);
  assert.equal(await looked({ resource: 'events' }), 0);
  const refusing = (status: number) =>
    swept((cluster) => {
      cluster.resources = mapOnly({});
      cluster.refuse = () => status;
    });
  assert.deepEqual((await refusing(403)).unseen, ['ConfigMap']);
  for (const gone of [404, 405]) assert.deepEqual((await refusing(gone)).unseen, []);
  await assert.rejects(
    swept((cluster) => {
      cluster.list = () => Promise.reject(new Error('away'));
    }),
    /away/,
  );
});

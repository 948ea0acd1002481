import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../common/types.ts';
import { createClaim, createVolume } from '../testing/claims.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';

const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';

const claim = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name);

const volume = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUMES, name);

const marks = (object: KubeObject) =>
  [BIND_COMPLETED, BOUND_BY_CONTROLLER].filter((key) => object.metadata.annotations?.[key] === 'yes');

test('a volume that is reserved for a claim waits for it, and stays marked as a person’s choice', () => {
  const cluster = testCluster();
  createVolume(cluster, 'kept', { claimRef: { namespace: 'shop', name: 'data' } });
  cluster.settle();
  assert.equal(volume(cluster, 'kept').status.phase, 'Available');
  createClaim(cluster, 'other', { storageClassName: '' });
  cluster.settle();
  assert.equal(claim(cluster, 'other').status.phase, 'Pending');
  const { uid } = createClaim(cluster, 'data', { storageClassName: '' }).metadata;
  cluster.settle();
  assert.equal(claim(cluster, 'data').spec.volumeName, 'kept');
  assert.deepEqual(marks(claim(cluster, 'data')), [BIND_COMPLETED, BOUND_BY_CONTROLLER]);
  assert.equal(volume(cluster, 'kept').spec.claimRef.uid, uid);
  assert.equal(volume(cluster, 'kept').spec.claimRef.kind, 'PersistentVolumeClaim');
  assert.equal(volume(cluster, 'kept').status.phase, 'Bound');
  assert.deepEqual(marks(volume(cluster, 'kept')), []);
});

test('a volume whose claim has taken another is free again; what a person put there stays reserved', () => {
  const cluster = testCluster();
  createVolume(cluster, 'taken');
  const { uid } = createClaim(cluster, 'data', { storageClassName: '', volumeName: 'taken' }).metadata;
  cluster.settle();
  const claimRef = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data', uid };
  createVolume(cluster, 'by-controller', { claimRef }, { [BOUND_BY_CONTROLLER]: 'yes' });
  createVolume(cluster, 'by-person', { claimRef });
  cluster.settle();
  assert.equal(claim(cluster, 'data').spec.volumeName, 'taken');
  assert.equal(volume(cluster, 'by-controller').spec.claimRef, undefined);
  assert.deepEqual(marks(volume(cluster, 'by-controller')), []);
  assert.deepEqual(volume(cluster, 'by-person').spec.claimRef, {
    kind: 'PersistentVolumeClaim',
    namespace: 'shop',
    name: 'data',
  });
  for (const name of ['by-controller', 'by-person'])
    assert.equal(volume(cluster, name).status.phase, 'Available', name);
});

test('one that was made for a claim that took another goes, where its policy is Delete', () => {
  const cluster = testCluster();
  createVolume(cluster, 'taken');
  const { uid } = createClaim(cluster, 'data', { storageClassName: '', volumeName: 'taken' }).metadata;
  cluster.settle();
  const claimRef = { kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data', uid };
  const provisioned = { 'pv.kubernetes.io/provisioned-by': 'sandbox.toolcrib.dev' };
  for (const [name, persistentVolumeReclaimPolicy] of [
    ['goes', 'Delete'],
    ['stays', 'Retain'],
  ] as const)
    createVolume(cluster, name, { claimRef, persistentVolumeReclaimPolicy }, provisioned);
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUMES, 'goes'), false);
  assert.equal(volume(cluster, 'stays').status.phase, 'Available');
  assert.equal(volume(cluster, 'taken').status.phase, 'Bound');
});

test('a claim in deletion takes no volume', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data', { storageClassName: '' });
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data', (object) => {
    object.metadata.finalizers = ['example.com/keep'];
  });
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  createVolume(cluster, 'free');
  cluster.settle();
  assert.equal(volume(cluster, 'free').status.phase, 'Available');
  assert.equal(claim(cluster, 'data').spec.volumeName, undefined);
});

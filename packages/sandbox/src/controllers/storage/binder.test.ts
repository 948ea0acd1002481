import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../common/types.ts';
import { claimTemplate, type TestCluster, testCluster } from '../testing/cluster.ts';

function createClaim(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  const template = claimTemplate(name);
  return cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name, namespace: 'shop', annotations },
    spec: { ...template.spec, ...spec },
  });
}

const claim = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name);

const volumes = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUMES);

const volumeOf = (cluster: TestCluster, name: string) =>
  cluster.get(PERSISTENT_VOLUMES, claim(cluster, name).spec.volumeName);

test('a claim of the default class gets a volume and is bound both ways', () => {
  const cluster = testCluster();
  const made = createClaim(cluster, 'data');
  cluster.settle();
  const bound = claim(cluster, 'data');
  assert.equal(bound.status.phase, 'Bound');
  assert.deepEqual(bound.status.capacity, { storage: '1Gi' });
  assert.equal(bound.metadata.annotations?.['pv.kubernetes.io/bind-completed'], 'yes');
  assert.equal(bound.metadata.annotations?.['pv.kubernetes.io/bound-by-controller'], 'yes');
  const volume = volumeOf(cluster, 'data');
  assert.equal(volume.metadata.name, `pvc-${made.metadata.uid}`);
  assert.equal(volume.spec.claimRef.uid, made.metadata.uid);
  assert.equal(volume.spec.persistentVolumeReclaimPolicy, 'Delete');
  assert.equal(volume.status.phase, 'Bound');
  assert.deepEqual(volume.metadata.finalizers, [
    'external-provisioner.volume.kubernetes.io/finalizer',
    'kubernetes.io/pv-protection',
  ]);
  assert.deepEqual(bound.metadata.finalizers, ['kubernetes.io/pvc-protection']);
});

test('recreated with its bind annotations, the claim is Lost for good; without them and the UID, it is bound', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  cluster.settle();
  const volume = volumeOf(cluster, 'data').metadata.name;
  cluster.store.modify(PERSISTENT_VOLUMES, undefined, volume, (object) => {
    object.spec.persistentVolumeReclaimPolicy = 'Retain';
  });
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();

  const marks = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' };
  createClaim(cluster, 'data', { volumeName: volume, storageClassName: 'standard' }, marks);
  cluster.settle();
  assert.equal(claim(cluster, 'data').status.phase, 'Lost');
  assert.deepEqual(
    cluster
      .events('data')
      .filter((event) => event.type === 'Warning')
      .map((event) => event.reason),
    ['ClaimMisbound'],
  );
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();

  cluster.store.modify(PERSISTENT_VOLUMES, undefined, volume, (object) => {
    delete object.spec.claimRef.uid;
    delete object.spec.claimRef.resourceVersion;
  });
  cluster.settle();
  assert.equal(cluster.get(PERSISTENT_VOLUMES, volume).status.phase, 'Available');
  createClaim(cluster, 'data', { volumeName: volume, storageClassName: 'standard' });
  cluster.settle();
  assert.equal(claim(cluster, 'data').status.phase, 'Bound');
  assert.equal(claim(cluster, 'data').spec.volumeName, volume);
});

test('a bound claim whose volume is taken away by force is Lost', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  cluster.settle();
  const { name } = volumeOf(cluster, 'data').metadata;
  cluster.store.modify(PERSISTENT_VOLUMES, undefined, name, (volume) => {
    delete volume.metadata.finalizers;
  });
  cluster.store.delete(PERSISTENT_VOLUMES, undefined, name);
  cluster.settle();
  assert.equal(claim(cluster, 'data').status.phase, 'Lost');
});

test('a free volume that fits is taken, the smallest first, before a new one is made', () => {
  const cluster = testCluster();
  for (const [name, storage] of [
    ['big', '10Gi'],
    ['fits', '2Gi'],
    ['small', '500Mi'],
  ] as const) {
    cluster.store.create(PERSISTENT_VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage },
        storageClassName: 'standard',
        hostPath: { path: '/d' },
      },
    });
  }
  cluster.settle();
  createClaim(cluster, 'data');
  cluster.settle();
  assert.equal(claim(cluster, 'data').spec.volumeName, 'fits');
  assert.equal(
    volumeOf(cluster, 'data').metadata.annotations?.['pv.kubernetes.io/bound-by-controller'],
    'yes',
  );
  assert.equal(volumes(cluster).length, 3);
});

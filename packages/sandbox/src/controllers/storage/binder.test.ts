import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../common/types.ts';
import { createClaim, createVolume } from '../testing/claims.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';

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

const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';

const volume = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUMES, name);

const told = (cluster: TestCluster, name: string) =>
  cluster.events(name).map(({ type, reason, message }) => `${type} ${reason} ${message}`);

const marks = (object: KubeObject) =>
  [BIND_COMPLETED, BOUND_BY_CONTROLLER].filter((key) => object.metadata.annotations?.[key] === 'yes');

test('a claim without a class waits for a volume that somebody makes', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data', { storageClassName: '' });
  cluster.settle();
  assert.equal(claim(cluster, 'data').status.phase, 'Pending');
  assert.deepEqual(told(cluster, 'data'), [
    'Normal FailedBinding no persistent volumes available for this claim and no storage class is set',
  ]);
  createVolume(cluster, 'made', { accessModes: ['ReadWriteOnce', 'ReadOnlyMany'] });
  cluster.settle();
  assert.deepEqual(claim(cluster, 'data').status, {
    phase: 'Bound',
    accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
    capacity: { storage: '2Gi' },
  });
  assert.deepEqual(marks(claim(cluster, 'data')), [BIND_COMPLETED, BOUND_BY_CONTROLLER]);
  assert.deepEqual(marks(volume(cluster, 'made')), [BOUND_BY_CONTROLLER]);
  const at = [claim(cluster, 'data'), volume(cluster, 'made')].map((item) => item.metadata.resourceVersion);
  cluster.settle(60);
  assert.deepEqual(
    [claim(cluster, 'data'), volume(cluster, 'made')].map((item) => item.metadata.resourceVersion),
    at,
    'what is bound is written no more',
  );
});

test('a claim that names its volume waits for that one, and says why it can’t have it', () => {
  const cluster = testCluster();
  createVolume(cluster, 'small', { capacity: { storage: '500Mi' } });
  createVolume(cluster, 'other');
  createClaim(cluster, 'first', { storageClassName: '', volumeName: 'other' });
  cluster.settle();
  createClaim(cluster, 'misfit', { storageClassName: '', volumeName: 'small' });
  createClaim(cluster, 'late', { storageClassName: '', volumeName: 'other' });
  createClaim(cluster, 'early', { storageClassName: '', volumeName: 'coming' });
  cluster.settle();
  assert.equal(claim(cluster, 'first').status.phase, 'Bound');
  for (const name of ['misfit', 'late', 'early'])
    assert.deepEqual(claim(cluster, name).status, { phase: 'Pending' }, name);
  assert.deepEqual(told(cluster, 'misfit'), [
    'Warning VolumeMismatch Cannot bind to requested volume "small": requested PV is too small',
  ]);
  assert.deepEqual(told(cluster, 'late'), [
    'Warning FailedBinding volume "other" already bound to a different claim.',
  ]);
  assert.deepEqual(told(cluster, 'early'), []);
  createVolume(cluster, 'coming');
  cluster.settle();
  assert.equal(claim(cluster, 'early').status.phase, 'Bound');
  assert.deepEqual(marks(claim(cluster, 'early')), [BIND_COMPLETED], 'who chose the volume was a person');
  assert.deepEqual(marks(volume(cluster, 'coming')), [BOUND_BY_CONTROLLER]);
});

test('a claim that says it was bound and has no volume is Lost, and says what it lost, once', () => {
  const cluster = testCluster();
  createClaim(cluster, 'nameless', { storageClassName: '' }, { [BIND_COMPLETED]: 'yes' });
  createClaim(cluster, 'gone', { storageClassName: '', volumeName: 'x' }, { [BIND_COMPLETED]: 'yes' });
  cluster.settle();
  for (const name of ['nameless', 'gone']) {
    assert.deepEqual(claim(cluster, name).status, { phase: 'Lost' });
    cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', name, (object) => {
      object.metadata.labels = { looked: 'at' };
    });
  }
  cluster.settle();
  assert.deepEqual(told(cluster, 'nameless'), [
    'Warning ClaimLost Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
  ]);
  assert.deepEqual(told(cluster, 'gone'), [
    'Warning ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!',
  ]);
  assert.deepEqual(
    cluster.events('gone').map((event) => event.count),
    [1],
  );
});

test('a claim of no class takes the default one, also one that comes later', () => {
  const cluster = testCluster();
  cluster.store.delete(STORAGE_CLASSES, undefined, 'standard');
  cluster.settle();
  createClaim(cluster, 'data');
  cluster.settle();
  assert.equal(claim(cluster, 'data').status.phase, 'Pending');
  assert.equal(claim(cluster, 'data').spec.storageClassName, undefined);
  const storageClass = (name: string, isDefault: string) =>
    cluster.store.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      provisioner: 'sandbox.toolcrib.dev',
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    });
  storageClass('a-slow', 'false');
  storageClass('fast', 'true');
  cluster.settle();
  assert.equal(claim(cluster, 'data').spec.storageClassName, 'fast');
  assert.equal(claim(cluster, 'data').status.phase, 'Bound');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../common/types.ts';
import { asksOf, quietCluster, startAlone } from '../testing/alone.ts';
import { createClaim } from '../testing/claims.ts';
import { labelled, type TestCluster, testCluster } from '../testing/cluster.ts';
import { volumeBinder } from './binder.ts';

function podUsing(cluster: TestCluster, claim: string): KubeObject {
  const { spec } = labelled('x');
  spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
  const metadata = { name: `uses-${claim}`, namespace: 'shop' };
  return cluster.store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
}

const claim = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name);

test('a Pod waits for its claim, and a late-binding claim for its Pod', () => {
  const cluster = testCluster();
  cluster.store.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'late' },
    provisioner: 'sandbox.toolcrib.dev',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  podUsing(cluster, 'missing');
  createClaim(cluster, 'late', { storageClassName: 'late' });
  cluster.settle();
  assert.equal(cluster.get(PODS, 'uses-missing').spec.nodeName, undefined);
  assert.equal(claim(cluster, 'late').status.phase, 'Pending');
  podUsing(cluster, 'late');
  createClaim(cluster, 'missing');
  cluster.settle();
  assert.equal(claim(cluster, 'late').status.phase, 'Bound');
  assert.equal(cluster.get(PODS, 'uses-late').status.phase, 'Running');
  assert.equal(cluster.get(PODS, 'uses-missing').status.phase, 'Running');
});

test('a claim is marked with its provisioner, which makes the volume only where it is the sandbox’s own', () => {
  const cluster = testCluster();
  const storageClass = (name: string, provisioner: string, more: Body = {}) =>
    cluster.store.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name },
      provisioner,
      ...more,
    });
  storageClass('kept', 'sandbox.toolcrib.dev', { reclaimPolicy: 'Retain' });
  storageClass('foreign', 'csi.example.com');
  const volumeOf = (name: string, storageClassName: string) => {
    createClaim(cluster, name, { storageClassName });
    cluster.settle();
    const { spec, metadata } = claim(cluster, name);
    const annotations = metadata.annotations ?? {};
    const marks = ['volume.kubernetes.io', 'volume.beta.kubernetes.io'].map(
      (prefix) => annotations[`${prefix}/storage-provisioner`],
    );
    const volumes = cluster.store.list({ group: '', version: 'v1', resource: 'persistentvolumes' });
    return { marks, volume: volumes.find((item) => item.metadata.name === spec.volumeName) };
  };
  const own = 'sandbox.toolcrib.dev';
  const finalizer = 'external-provisioner.volume.kubernetes.io/finalizer';
  const standard = volumeOf('a', 'standard');
  assert.deepEqual(standard.marks, [own, own]);
  assert.equal(standard.volume?.spec.persistentVolumeReclaimPolicy, 'Delete');
  assert.equal(standard.volume?.metadata.finalizers?.includes(finalizer), true);
  const kept = volumeOf('b', 'kept');
  assert.equal(kept.volume?.spec.persistentVolumeReclaimPolicy, 'Retain');
  assert.deepEqual(kept.volume?.metadata.finalizers, ['kubernetes.io/pv-protection']);
  const foreign = volumeOf('c', 'foreign');
  assert.deepEqual([foreign.marks, foreign.volume], [['csi.example.com', 'csi.example.com'], undefined]);
  assert.deepEqual(volumeOf('d', 'none').marks, [undefined, undefined]);
  assert.equal(
    cluster.events('d').some(({ message }) => message === 'storageclass.storage.k8s.io "none" not found'),
    true,
  );
});

/** The finalizers with which a volume came into being, and the claim's events. */
function provisioned(reclaimPolicy: string) {
  const cluster = quietCluster();
  const finalizers: unknown[] = [];
  cluster.store.subscribe(({ type, object }) => {
    if (type === 'ADDED' && object.kind === 'PersistentVolume') finalizers.push(object.metadata.finalizers);
  });
  startAlone(cluster, volumeBinder);
  cluster.store.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'own' },
    provisioner: 'sandbox.toolcrib.dev',
    reclaimPolicy,
  });
  createClaim(cluster, 'data', { storageClassName: 'own' });
  cluster.settle();
  return { cluster, finalizers };
}

test('a volume comes into being held for its deletion, where that is its policy', () => {
  const protection = 'kubernetes.io/pv-protection';
  const held = 'external-provisioner.volume.kubernetes.io/finalizer';
  assert.deepEqual(provisioned('Retain').finalizers, [[protection]]);
  const { cluster, finalizers } = provisioned('Delete');
  assert.deepEqual(finalizers, [[held, protection]]);
  const { volumeName } = claim(cluster, 'data').spec;
  const last = cluster.events('data').at(-1);
  assert.deepEqual(
    [last?.type, last?.reason, last?.message],
    ['Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`],
  );
});

test('a late-binding claim says what it waits for, and one that is marked is not marked again', () => {
  const cluster = quietCluster();
  startAlone(cluster, volumeBinder);
  for (const [name, volumeBindingMode] of [
    ['late', 'WaitForFirstConsumer'],
    ['foreign', 'Immediate'],
  ] as const) {
    const metadata = { name };
    const storageClass = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata,
      volumeBindingMode,
    };
    cluster.store.create(STORAGE_CLASSES, { ...storageClass, provisioner: 'csi.example.com' });
    createClaim(cluster, name, { storageClassName: name });
  }
  cluster.settle();
  assert.deepEqual(
    cluster.events('late').map(({ type, reason, message }) => [type, reason, message]),
    [['Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding']],
  );
  const asks = asksOf(cluster);
  cluster.store.modify(
    PERSISTENT_VOLUME_CLAIMS,
    'shop',
    'foreign',
    ({ metadata }) => void (metadata.labels = { a: 'b' }),
  );
  cluster.settle();
  assert.equal(asks.filter((ask) => ask === 'modify persistentvolumeclaims foreign').length, 1);
});

test('that the class or the volume is there already is no failure; anything else is', () => {
  const cluster = quietCluster();
  const refused = new Error('the disk is full');
  const { create } = cluster.store;
  const refuse = (resource: string) => {
    cluster.store.create = (type, ...rest) => {
      if (type.resource === resource) throw refused;
      return create(type, ...rest);
    };
  };
  refuse('storageclasses');
  assert.throws(() => startAlone(cluster, volumeBinder), refused);
  refuse('persistentvolumes');
  startAlone(cluster, volumeBinder)();
  const stop = startAlone(cluster, volumeBinder);
  const { uid } = createClaim(cluster, 'data', { storageClassName: 'standard' }).metadata;
  cluster.clock.advance(0);
  assert.match(cluster.failures[0] ?? '', /shop\/data: Error: the disk is full$/);
  stop();
  cluster.failures.length = 0;
  cluster.store.create = create;
  const small = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Mi' }, hostPath: { path: '/d' } };
  const metadata = { name: `pvc-${uid}` };
  create(PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata, spec: small });
  startAlone(cluster, volumeBinder);
  assert.deepEqual([claim(cluster, 'data').status.phase, cluster.failures], ['Pending', []]);
  assert.equal(
    cluster.events('data').some(({ reason }) => reason === 'ProvisioningSucceeded'),
    false,
  );
});

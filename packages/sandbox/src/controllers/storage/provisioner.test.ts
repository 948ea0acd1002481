import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES } from '../common/types.ts';
import { claimTemplate, labelled, type TestCluster, testCluster } from '../testing/cluster.ts';

function createClaim(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  const template = claimTemplate(name);
  return cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name, namespace: 'shop', annotations },
    spec: { ...template.spec, ...spec },
  });
}

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS } from '../common/types.ts';
import { quietCluster, startAlone } from '../testing/alone.ts';
import { createClaim, createVolume } from '../testing/claims.ts';
import { claimTemplate, labelled, type TestCluster, testCluster } from '../testing/cluster.ts';
import { claimProtection, settle, volumeProtection } from './protection.ts';

function podUsing(cluster: TestCluster, claim: string): KubeObject {
  const { spec } = labelled('x');
  spec.volumes = [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
  const metadata = { name: `uses-${claim}`, namespace: 'shop' };
  return cluster.store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
}

const claim = (cluster: TestCluster, name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name);

const volumes = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUMES);

const volumeOf = (cluster: TestCluster, name: string) =>
  cluster.get(PERSISTENT_VOLUMES, claim(cluster, name).spec.volumeName);

test('a claim in use is held until its Pod has gone', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  podUsing(cluster, 'data');
  cluster.settle();
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();
  assert.ok(claim(cluster, 'data').metadata.deletionTimestamp);
  assert.equal(volumes(cluster).length, 1);
  cluster.store.delete(PODS, 'shop', 'uses-data');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'data'), false);
  assert.equal(volumes(cluster).length, 0);
});

test('a bound volume that is deleted waits for its claim', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  cluster.settle();
  const { name } = volumeOf(cluster, 'data').metadata;
  cluster.store.delete(PERSISTENT_VOLUMES, undefined, name);
  cluster.settle();
  assert.equal(cluster.get(PERSISTENT_VOLUMES, name).status.phase, 'Bound');
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUMES, name), false);
});

test('a Pod that has ended still holds its claim; one that has no Node does not', () => {
  const cluster = testCluster();
  const put = (name: string, spec: Body) => {
    createClaim(cluster, name);
    const volumes = [
      { name: 'none', emptyDir: {} },
      { name: 'data', persistentVolumeClaim: { claimName: name } },
    ];
    const metadata = { name: `uses-${name}`, namespace: 'shop' };
    cluster.store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { ...labelled('x').spec, volumes, ...spec },
    });
  };
  put('ended', { restartPolicy: 'Never' });
  put('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
  cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'without', namespace: 'shop' },
    spec: labelled('x').spec,
  });
  cluster.settle();
  assert.equal(cluster.get(PODS, 'uses-ended').status.phase, 'Succeeded');
  for (const name of ['ended', 'gated']) cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', name);
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'ended'), true);
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'gated'), false);
  cluster.store.delete(PODS, 'shop', 'uses-ended');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'ended'), false);
  assert.deepEqual(cluster.failures, []);
});

test('a claim of a Pod’s own volume bears the names of both, and is held like any other', () => {
  const cluster = testCluster();
  createClaim(cluster, 'web-scratch');
  const spec = labelled('web').spec;
  const volumeClaimTemplate = { spec: claimTemplate('x').spec };
  spec.volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate } }];
  const metadata = { name: 'web', namespace: 'shop' };
  cluster.store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  cluster.settle();
  assert.ok(cluster.get(PODS, 'web').spec.nodeName);
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'web-scratch');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'web-scratch'), true);
  cluster.store.delete(PODS, 'shop', 'web');
  cluster.settle();
  assert.equal(cluster.exists(PERSISTENT_VOLUME_CLAIMS, 'web-scratch'), false);
});

test('the finalizers of others stay, and of a claim that goes nothing is put back', () => {
  const cluster = testCluster();
  createClaim(cluster, 'data');
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data', (object) => {
    object.metadata.finalizers = ['example.com/keep'];
  });
  cluster.settle();
  assert.deepEqual(claim(cluster, 'data').metadata.finalizers, [
    'example.com/keep',
    'kubernetes.io/pvc-protection',
  ]);
  podUsing(cluster, 'data');
  cluster.settle();
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data');
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data', (object) => {
    object.metadata.finalizers = ['example.com/keep'];
  });
  cluster.settle();
  assert.deepEqual(claim(cluster, 'data').metadata.finalizers, ['example.com/keep']);
  assert.deepEqual(cluster.failures, []);
});

test('a finalizer is settled on the object that was meant, not on its successor', () => {
  const cluster = testCluster({ noControllers: true });
  const made = createClaim(cluster, 'data');
  const put = (object: KubeObject, held: boolean) => {
    settle(cluster, PERSISTENT_VOLUME_CLAIMS, object, 'example.com/hold', held);
    return claim(cluster, 'data').metadata.finalizers;
  };
  const earlier = { ...made, metadata: { ...made.metadata, uid: 'earlier' } };
  assert.deepEqual(put(earlier, true), made.metadata.finalizers);
  const held = [...(made.metadata.finalizers ?? []), 'example.com/hold'];
  assert.deepEqual(put(made, true), held);
  assert.deepEqual(put(claim(cluster, 'data'), true), held);
  assert.deepEqual(put(claim(cluster, 'data'), false), made.metadata.finalizers);
});

test('a volume is held from the first, and in its deletion only while it is bound', () => {
  const cluster = quietCluster();
  createVolume(cluster, 'v');
  cluster.store.modify(PERSISTENT_VOLUMES, undefined, 'v', ({ metadata }) => void (metadata.finalizers = []));
  startAlone(cluster, volumeProtection);
  const finalizers = () => cluster.get(PERSISTENT_VOLUMES, 'v').metadata.finalizers;
  assert.deepEqual(finalizers(), ['kubernetes.io/pv-protection']);
  cluster.store.delete(PERSISTENT_VOLUMES, undefined, 'v');
  cluster.settle();
  assert.deepEqual([cluster.exists(PERSISTENT_VOLUMES, 'v'), cluster.failures], [false, []]);
});

test('a finalizer is put where there is none, and with the last one the list goes', () => {
  const { store } = testCluster({ noControllers: true, lawless: true });
  const put = (held: boolean) => {
    const object = store.get(PERSISTENT_VOLUMES, undefined, 'v');
    settle({ store }, PERSISTENT_VOLUMES, object, 'example.com/hold', held);
    return store.get(PERSISTENT_VOLUMES, undefined, 'v').metadata;
  };
  store.create(PERSISTENT_VOLUMES, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' } });
  assert.deepEqual(put(true).finalizers, ['example.com/hold']);
  assert.equal('finalizers' in put(false), false);
});

test('a Pod without volumes, or with others, concerns no claim', () => {
  const cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, claimProtection);
  const finalizers = ['kubernetes.io/pvc-protection', 'example.com/hold'];
  const claimNamed = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'undefined', namespace: 'shop', finalizers },
  };
  cluster.store.create(PERSISTENT_VOLUME_CLAIMS, claimNamed);
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'undefined');
  for (const [name, spec] of [
    ['bare', { nodeName: 'n' }],
    ['other', { nodeName: 'n', volumes: [{ name: 'tmp', emptyDir: {} }] }],
  ] as const) {
    cluster.store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec,
    });
  }
  cluster.settle();
  assert.deepEqual(claim(cluster, 'undefined').metadata.finalizers, ['example.com/hold']);
  for (const name of ['bare', 'other']) cluster.store.delete(PODS, 'shop', name);
  cluster.settle();
  assert.deepEqual(cluster.failures, []);
});

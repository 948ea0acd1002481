import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES } from '../common/types.ts';
import { asksOf, startAlone } from '../testing/alone.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';
import { scheduler } from './scheduler.ts';

const ZONE = 'topology.kubernetes.io/zone';
let cluster: TestCluster;

/** Without kubelets and without the API's rules: a Pod has what a test says, and goes at once. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, scheduler);
});

function node(name: string, allocatable: Body = { cpu: '2', memory: '2Gi', pods: '110' }, labels = {}): void {
  const status = { allocatable, capacity: allocatable, conditions: [{ type: 'Ready', status: 'True' }] };
  cluster.store.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status,
  });
  cluster.clock.advance(0);
}

function pod(
  name: string,
  requests?: Body,
  more: { spec?: Body; owner?: string; status?: Body } = {},
): KubeObject {
  const ownerReferences = more.owner && [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: more.owner, controller: true },
  ];
  cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...(ownerReferences ? { ownerReferences } : {}) },
    spec: { containers: [{ name: 'main', image: 'i', resources: { requests } }], ...more.spec },
    status: more.status,
  });
  cluster.clock.advance(0);
  assert.deepEqual(cluster.failures, []);
  return cluster.get(PODS, name);
}

const placeOf = (name: string) => cluster.get(PODS, name).spec.nodeName;
const condition = (name: string) => conditionOf(cluster.get(PODS, name).status, 'PodScheduled');
const change = (name: string, edit: (pod: KubeObject) => void, subresource?: 'status') => {
  cluster.store.modify(PODS, 'shop', name, edit, subresource && { subresource });
  cluster.clock.advance(0);
};
const remove = (name: string) => {
  cluster.store.delete(PODS, 'shop', name);
  cluster.clock.advance(0);
};

test('a Pod that is bound says so and nothing else, in the server’s name', () => {
  node('n', undefined, { [ZONE]: 'z' });
  const bound = pod('a', {}, { status: { conditions: [{ type: 'Other', status: 'True' }] } });
  const time = '2026-11-02T10:00:10Z';
  assert.deepEqual(bound.status.conditions, [
    { type: 'Other', status: 'True' },
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time },
  ]);
  assert.deepEqual(bound.metadata.labels, { [ZONE]: 'z' });
  const writes = (object: KubeObject) =>
    (object.metadata.managedFields as { subresource?: string }[] | undefined)?.map(
      ({ subresource }) => subresource,
    );
  assert.equal(writes(bound)?.includes('status'), false);
  assert.deepEqual(
    cluster.events('a').map(({ reason }) => reason),
    ['Scheduled'],
  );
  const refused = pod('b', { cpu: '9' });
  assert.equal(writes(refused)?.includes('status'), true);
  assert.equal(condition('b')?.observedGeneration, refused.metadata.generation);
});

test('what a Node has is given to the last bit, and no further', () => {
  node('n');
  pod('all', { cpu: '2', memory: '2Gi' });
  assert.equal(placeOf('all'), 'n');
  assert.match(String(pod('cpu', { cpu: '1m' }).status.conditions[0].message), /Insufficient cpu/);
  assert.match(String(pod('memory', { memory: '1' }).status.conditions[0].message), /Insufficient memory/);
  assert.equal(pod('nothing').spec.nodeName, 'n');
});

test('what has ended or gone leaves its room, once, also to one of its name', () => {
  node('n');
  pod('a', { cpu: '2' });
  pod('b', { cpu: '2' });
  assert.equal(placeOf('b'), undefined);
  change('a', (ended) => void (ended.status = { ...ended.status, phase: 'Succeeded' }), 'status');
  assert.equal(placeOf('b'), 'n');
  remove('a');
  remove('b');
  pod('b', { cpu: '2' });
  assert.equal(placeOf('b'), 'n');
  assert.equal(pod('c', { cpu: '1' }).spec.nodeName, undefined);
  remove('c');
  remove('b');
  assert.deepEqual(cluster.failures, []);
});

test('a workload spreads by what stands there now; of equals the first by name', () => {
  for (const name of ['n2', 'n1']) node(name);
  pod('x', {}, { owner: 'mine' });
  assert.equal(placeOf('x'), 'n1');
  remove('x');
  pod('y', {}, { owner: 'mine' });
  assert.equal(placeOf('y'), 'n1');
  pod('z', {}, { owner: 'mine' });
  assert.equal(placeOf('z'), 'n2');
  pod('naked');
  assert.equal(placeOf('naked'), 'n1');
  assert.equal(cluster.get(PODS, 'naked').metadata.labels, undefined);
  pod('other');
  assert.equal(placeOf('other'), 'n2');
  pod('z2', {}, { owner: 'mine' });
  assert.equal(placeOf('z2'), 'n1');
  // Pods without an owner are no workload: where there are fewer Pods.
  for (const name of ['naked', 'z']) remove(name);
  pod('last');
  assert.equal(placeOf('last'), 'n2');
});

test('one that is placed, ended, or another scheduler’s is let be', () => {
  node('n');
  const asks = asksOf(cluster);
  pod('ended', {}, { status: { phase: 'Failed' } });
  pod('theirs', {}, { spec: { schedulerName: 'other' } });
  pod('placed', {}, { spec: { nodeName: 'elsewhere' } });
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('modify')),
    [],
  );
});

test('a late claim is given a Node once, and its Pod follows it', () => {
  for (const name of ['n1', 'n2']) node(name);
  cluster.store.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'late' },
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const claim = (name: string, annotations = {}) =>
    cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'shop', annotations },
      spec: { storageClassName: 'late' },
      status: { phase: 'Pending' },
    });
  const selected = 'volume.kubernetes.io/selected-node';
  const node1 = (name: string) =>
    cluster.get(PERSISTENT_VOLUME_CLAIMS, name).metadata.annotations?.[selected];
  claim('fresh');
  claim('given', { [selected]: 'n2' });
  const volumes = ['fresh', 'given'].map((claimName) => ({
    name: claimName,
    persistentVolumeClaim: { claimName },
  }));
  const waits = pod('a', {}, { spec: { volumes } });
  assert.deepEqual([node1('fresh'), node1('given')], ['n1', 'n2']);
  assert.deepEqual(
    [waits.spec.nodeName, condition('a')?.message],
    [undefined, 'pod is waiting for its PersistentVolumeClaims to be bound'],
  );
  for (const name of ['fresh', 'given']) {
    const put = (object: KubeObject) => void (object.status = { phase: 'Bound' });
    cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', name, put, { subresource: 'status' });
  }
  cluster.clock.advance(0);
  assert.equal(placeOf('a'), 'n1');
});

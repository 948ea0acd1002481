import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from './common/conditions.ts';
import { NODES, PODS } from './common/types.ts';
import { podGarbageCollector } from './podgc.ts';
import { asksOf, quietCluster, startAlone } from './testing/alone.ts';
import { deploy, labelled, testCluster } from './testing/cluster.ts';

test('Pods of a Node that is gone are removed after a while, and replaced elsewhere', () => {
  const cluster = testCluster({ nodes: 2 });
  deploy(cluster, 'web', 2);
  cluster.store.delete(NODES, undefined, 'node-1');
  cluster.settle(30);
  assert.equal(cluster.pods().filter((item) => item.spec.nodeName === 'node-1').length, 1);
  cluster.settle(20);
  assert.deepEqual(
    cluster.pods().map((item) => [item.spec.nodeName, item.status.phase]),
    [
      ['node-2', 'Running'],
      ['node-2', 'Running'],
    ],
  );
});

/** The collector of Pods alone. A Node `here` is there; Pods that are not to be let go are held by a finalizer. */
function collecting() {
  const cluster = quietCluster();
  const { store } = cluster;
  const node = (name: string) =>
    store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
  node('here');
  const pod = (
    name: string,
    nodeName?: string,
    status: Body = {},
    finalizers = ['example.com/hold'],
  ): KubeObject => {
    const { spec } = labelled('web');
    const metadata = { name, namespace: 'shop', finalizers };
    store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { ...spec, ...(nodeName ? { nodeName } : {}) },
    });
    return store.modify(PODS, 'shop', name, (fresh) => void (fresh.status = { ...fresh.status, ...status }), {
      subresource: 'status',
    });
  };
  const stop = startAlone(cluster, podGarbageCollector);
  const isGoing = (name: string) => cluster.get(PODS, name).metadata.deletionTimestamp !== undefined;
  return { cluster, store, node, pod, stop, isGoing };
}

test('a Pod whose Node has never been, or goes, is held for forty seconds and then removed as failed', () => {
  for (const nodeName of ['never', 'here']) {
    const { cluster, store, pod, isGoing } = collecting();
    pod('stray', nodeName);
    pod('other', 'stays');
    store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'stays' }, spec: {} });
    if (nodeName === 'here') store.delete(NODES, undefined, 'here');
    cluster.settle(39);
    assert.equal(isGoing('stray'), false);
    cluster.settle(2);
    assert.deepEqual([isGoing('stray'), isGoing('other')], [true, false]);
    const { status, metadata } = cluster.get(PODS, 'stray');
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
    assert.equal(status.phase, 'Failed');
    const {
      type: _,
      lastTransitionTime,
      ...target
    } = conditionOf(status, 'DisruptionTarget') ?? assert.fail();
    assert.deepEqual(target, {
      status: 'True',
      lastProbeTime: null,
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
    });
    assert.equal(lastTransitionTime, '2026-11-02T10:00:50Z', 'forty seconds after it was made');
    assert.deepEqual(cluster.failures, []);
  }
});

test('a Node that comes back in time keeps its Pods, and the forty seconds begin anew', () => {
  const { cluster, store, node, pod, isGoing } = collecting();
  pod('web', 'here');
  const away = () => store.delete(NODES, undefined, 'here');
  away();
  cluster.settle(30);
  node('here');
  cluster.settle(30);
  assert.equal(isGoing('web'), false);
  away();
  cluster.settle(30);
  assert.equal(isGoing('web'), false);
  cluster.settle(15);
  assert.equal(isGoing('web'), true);
});

test('one that waits for a Node goes at once when it is deleted; others have a kubelet that sees to it', () => {
  const { cluster, store, pod } = collecting();
  pod('waiting', undefined, {}, []);
  pod('held', undefined);
  pod('runs', 'here', {}, []);
  cluster.settle(60);
  for (const name of ['waiting', 'held', 'runs']) assert.equal(cluster.exists(PODS, name), true);
  store.delete(PODS, 'shop', 'held');
  store.delete(PODS, 'shop', 'runs');
  cluster.clock.advance(0);
  assert.equal(cluster.exists(PODS, 'runs'), true, 'it may stop in peace');
  const { status } = cluster.get(PODS, 'held');
  assert.equal(status.phase, 'Pending', 'it did not fail: it never ran');
  assert.equal(conditionOf(status, 'DisruptionTarget'), undefined);
  assert.deepEqual(cluster.failures, []);
});

test('what has ended, or is told to be disrupted already, keeps its status', () => {
  const target = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
  for (const [status, phase, reason] of [
    [{ phase: 'Succeeded' }, 'Succeeded', undefined],
    [{ phase: 'Running', conditions: [target] }, 'Running', 'EvictionByEvictionAPI'],
    [{ phase: 'Running', conditions: [{ ...target, status: 'False' }] }, 'Failed', 'DeletionByPodGC'],
  ] as const) {
    const { cluster, pod, isGoing } = collecting();
    pod('stray', 'never', status);
    cluster.settle(60);
    assert.equal(isGoing('stray'), true);
    const { status: now, metadata } = cluster.get(PODS, 'stray');
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
    assert.deepEqual([now.phase, conditionOf(now, 'DisruptionTarget')?.reason], [phase, reason]);
  }
});

test('a Pod that goes meanwhile is no failure, nor is another of its name', () => {
  const { cluster, store, pod, isGoing } = collecting();
  pod('stray', 'never', {}, []);
  cluster.settle(20);
  store.delete(PODS, 'shop', 'stray', { gracePeriodSeconds: 0 });
  cluster.settle(10);
  pod('stray', 'never');
  cluster.settle(30);
  assert.equal(isGoing('stray'), false, 'it has forty seconds of its own');
  cluster.settle(15);
  assert.equal(isGoing('stray'), true);
  assert.deepEqual(cluster.failures, []);
});

test('the forty seconds are kept to the last moment; what has no Node and is to go does not wait', () => {
  const { cluster, store, pod } = collecting();
  pod('stray', 'never');
  cluster.clock.advance(0);
  cluster.clock.advance(39_999);
  store.modify(PODS, 'shop', 'stray', ({ metadata }) => void (metadata.labels = { seen: 'yes' }));
  cluster.clock.advance(0);
  assert.equal(cluster.get(PODS, 'stray').metadata.deletionTimestamp, undefined);
  cluster.clock.advance(1);
  assert.notEqual(cluster.get(PODS, 'stray').metadata.deletionTimestamp, undefined);
  pod('naked');
  const asks = asksOf(cluster);
  store.delete(PODS, 'shop', 'naked');
  cluster.clock.advance(0);
  assert.equal(asks.filter((ask) => ask === 'delete pods naked').length, 2);
});

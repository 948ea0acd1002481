import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { isReady } from '../common/pods.ts';
import { NODES, PODS } from '../common/types.ts';
import { labelled, type TestCluster, testCluster } from '../testing/cluster.ts';
import { HOOKS } from './hooks.ts';

function createPod(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  return cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name }, annotations },
    spec: { ...labelled(name).spec, ...spec },
  });
}

const pod = (cluster: TestCluster, name: string) => cluster.get(PODS, name);

test('a Pod is created, then running and ready after its time', () => {
  const cluster = testCluster({ podStartMs: 2000 });
  createPod(cluster, 'web');
  cluster.clock.advance(500);
  const creating = pod(cluster, 'web').status;
  assert.equal(creating.phase, 'Pending');
  assert.equal(creating.containerStatuses[0].state.waiting.reason, 'ContainerCreating');
  assert.equal(conditionOf(creating, 'PodScheduled')?.status, 'True');
  cluster.settle(2);
  const running = pod(cluster, 'web').status;
  assert.equal(running.phase, 'Running');
  assert.equal(running.containerStatuses[0].restartCount, 0);
  assert.ok(running.containerStatuses[0].state.running.startedAt);
  assert.match(running.podIP, /^10\.244\./);
  assert.match(running.hostIP, /^172\.18\./);
  assert.ok(isReady(pod(cluster, 'web')));
  assert.deepEqual(
    cluster.events('web').map((event) => event.reason),
    ['Scheduled', 'Pulled', 'Created', 'Started'],
  );
});

test('a deleted Pod has its grace period, then it is really gone', () => {
  const cluster = testCluster({ podStopMs: undefined });
  createPod(cluster, 'web', { terminationGracePeriodSeconds: 20 });
  cluster.settle();
  cluster.store.delete(PODS, 'shop', 'web');
  cluster.settle(19);
  assert.equal(pod(cluster, 'web').metadata.deletionGracePeriodSeconds, 20);
  assert.equal(pod(cluster, 'web').status.phase, 'Running');
  assert.ok(cluster.events('web').some((event) => event.reason === 'Killing'));
  cluster.settle(2);
  assert.equal(cluster.exists(PODS, 'web'), false);
});

test('a shorter grace period asked for later is honoured; grace 0 removes at once', () => {
  const cluster = testCluster({ podStopMs: undefined });
  createPod(cluster, 'web');
  cluster.settle();
  cluster.store.delete(PODS, 'shop', 'web');
  cluster.settle(1);
  cluster.store.delete(PODS, 'shop', 'web', { gracePeriodSeconds: 3 });
  cluster.settle(3);
  assert.equal(cluster.exists(PODS, 'web'), false);
  createPod(cluster, 'web');
  cluster.settle();
  assert.equal(cluster.store.delete(PODS, 'shop', 'web', { gracePeriodSeconds: 0 }).gone, true);
});

test('containers that crash are restarted with growing pauses, and the count says so', () => {
  const cluster = testCluster();
  createPod(cluster, 'web', {}, { [HOOKS.exitCode]: '3', [HOOKS.runSeconds]: '1' });
  cluster.settle(3);
  const [status] = pod(cluster, 'web').status.containerStatuses;
  assert.equal(status.state.waiting.reason, 'CrashLoopBackOff');
  assert.equal(status.lastState.terminated.exitCode, 3);
  assert.equal(isReady(pod(cluster, 'web')), false);
  cluster.settle(60);
  assert.ok(pod(cluster, 'web').status.containerStatuses[0].restartCount >= 2);
  cluster.store.modify(PODS, 'shop', 'web', (object) => {
    object.metadata.annotations = {};
  });
  cluster.settle(300);
  assert.ok(isReady(pod(cluster, 'web')), 'runs again once the hook is gone');
});

test('a Pod that is not to be restarted ends in success, or fails with its code', () => {
  const cluster = testCluster();
  createPod(cluster, 'fine', { restartPolicy: 'Never' });
  createPod(cluster, 'bad', { restartPolicy: 'Never' }, { [HOOKS.exitCode]: '1' });
  cluster.settle();
  assert.equal(pod(cluster, 'fine').status.phase, 'Succeeded');
  assert.equal(pod(cluster, 'bad').status.phase, 'Failed');
  assert.equal(pod(cluster, 'bad').status.containerStatuses[0].state.terminated.exitCode, 1);
});

test('a Pod without its ConfigMap waits for it', () => {
  const cluster = testCluster();
  createPod(cluster, 'web', { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] });
  cluster.settle();
  assert.equal(pod(cluster, 'web').status.phase, 'Pending');
  assert.ok(cluster.events('web').some((event) => event.reason === 'FailedMount'));
  const metadata = { name: 'settings', namespace: 'shop' };
  cluster.store.create(
    { group: '', version: 'v1', resource: 'configmaps' },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata },
  );
  cluster.settle();
  assert.equal(pod(cluster, 'web').status.phase, 'Running');
});

test('on a silent Node nothing happens any more; its Pods hang in deletion', () => {
  const cluster = testCluster({ nodes: 1 });
  createPod(cluster, 'web');
  cluster.settle();
  const lose = (value: string) =>
    cluster.store.modify(NODES, undefined, 'node-1', (node) => {
      node.metadata.annotations = { ...node.metadata.annotations, [HOOKS.lost]: value };
    });
  lose('true');
  cluster.settle();
  assert.equal(conditionOf(cluster.get(NODES, 'node-1').status, 'Ready')?.status, 'Unknown');
  cluster.store.delete(PODS, 'shop', 'web');
  createPod(cluster, 'late');
  cluster.settle(120);
  assert.equal(cluster.exists(PODS, 'web'), true);
  assert.equal(pod(cluster, 'late').spec.nodeName, undefined);
  lose('false');
  cluster.settle();
  assert.equal(cluster.exists(PODS, 'web'), false);
  assert.equal(pod(cluster, 'late').status.phase, 'Running');
});

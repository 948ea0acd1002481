import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { isReady } from '../common/pods.ts';
import { NODES, PODS } from '../common/types.ts';
import { startControllers } from '../index.ts';
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

test('a start takes its whole time, also from the middle of a second', () => {
  const cluster = testCluster({ podStartMs: 2000 });
  cluster.clock.advance(700);
  createPod(cluster, 'web');
  cluster.clock.advance(1900);
  assert.equal(pod(cluster, 'web').status.phase, 'Pending');
  cluster.clock.advance(200);
  assert.equal(pod(cluster, 'web').status.phase, 'Running');
});

test('what ran before this kubelet did runs on, and is told to stop like any other', () => {
  const cluster = testCluster();
  createPod(cluster, 'web', {}, { [HOOKS.exitCode]: '3', [HOOKS.runSeconds]: '1' });
  cluster.settle(60);
  cluster.store.modify(PODS, 'shop', 'web', (object) => {
    object.metadata.annotations = {};
  });
  cluster.settle(300);
  const before = pod(cluster, 'web');
  assert.ok(before.status.containerStatuses[0].restartCount >= 1);
  const started = () => cluster.events('web').filter(({ reason }) => reason === 'Started');
  const told = started();
  cluster.stop();
  startControllers(cluster.store, cluster.clock, { podStopMs: 1000 });
  cluster.settle(30);
  const { startedAt } = before.status.containerStatuses[0].state.running;
  const [status] = pod(cluster, 'web').status.containerStatuses;
  assert.equal(status.state.running.startedAt, startedAt);
  assert.equal(status.restartCount, before.status.containerStatuses[0].restartCount);
  assert.ok(isReady(pod(cluster, 'web')));
  assert.deepEqual(started(), told, 'it has not started again');
  cluster.store.delete(PODS, 'shop', 'web');
  cluster.settle();
  assert.equal(cluster.exists(PODS, 'web'), false);
  assert.ok(cluster.events('web').some(({ reason }) => reason === 'Killing'));
});

test('an event names the container and the Node; a crash is told as a back-off', () => {
  const cluster = testCluster({ nodes: 1 });
  const { uid } = createPod(cluster, 'web', {}, { [HOOKS.exitCode]: '3', [HOOKS.runSeconds]: '1' }).metadata;
  cluster.settle(3);
  const events = cluster.store.list({ group: '', version: 'v1', resource: 'events' });
  const crash = events.find((event) => event.reason === 'BackOff');
  assert.equal(crash?.message, `Back-off restarting failed container main in pod web_shop(${uid})`);
  assert.equal(crash?.type, 'Warning');
  assert.equal(crash?.involvedObject.fieldPath, 'spec.containers{main}');
  assert.deepEqual(crash?.source, { component: 'kubelet', host: 'node-1' });
});

test('the Secret and ConfigMap that a volume needs are named; optional ones are not waited for', () => {
  const cluster = testCluster();
  createPod(cluster, 'map', { volumes: [{ name: 'settings', configMap: { name: 'app' } }] });
  createPod(cluster, 'secret', { volumes: [{ name: 'keys', secret: { secretName: 'tls' } }] });
  createPod(cluster, 'both', {
    volumes: [
      { name: 'settings', configMap: { name: 'app', optional: true } },
      { name: 'keys', secret: { secretName: 'tls', optional: true } },
    ],
  });
  cluster.settle();
  const why = (name: string) => cluster.events(name).find(({ reason }) => reason === 'FailedMount')?.message;
  assert.equal(why('map'), 'MountVolume.SetUp failed for volume "settings" : configmap "app" not found');
  assert.equal(why('secret'), 'MountVolume.SetUp failed for volume "keys" : secret "tls" not found');
  assert.equal(pod(cluster, 'both').status.phase, 'Running');
});

test('a Pod of the host’s network has the address of its Node', () => {
  const cluster = testCluster({ nodes: 1 });
  createPod(cluster, 'web', { hostNetwork: true });
  cluster.settle();
  assert.deepEqual(
    [pod(cluster, 'web').status.podIP, pod(cluster, 'web').status.hostIP],
    ['172.18.0.2', '172.18.0.2'],
  );
});

test('containers end after their time, once, and stay so', () => {
  const cluster = testCluster();
  createPod(cluster, 'task', { restartPolicy: 'Never' }, { [HOOKS.runSeconds]: '10' });
  cluster.settle(9);
  assert.equal(pod(cluster, 'task').status.phase, 'Running');
  cluster.settle(2);
  const { status, metadata } = pod(cluster, 'task');
  assert.equal(status.phase, 'Succeeded');
  const { startedAt, finishedAt } = status.containerStatuses[0].state.terminated;
  assert.equal(Date.parse(finishedAt) - Date.parse(startedAt), 10_000);
  cluster.settle(60);
  assert.equal(pod(cluster, 'task').metadata.resourceVersion, metadata.resourceVersion);
});

test('readiness follows its hook without a restart', () => {
  const cluster = testCluster();
  createPod(cluster, 'web', {}, { [HOOKS.ready]: 'false' });
  cluster.settle();
  const ready = () => [pod(cluster, 'web').status.phase, isReady(pod(cluster, 'web'))];
  assert.deepEqual(ready(), ['Running', false]);
  for (const value of ['true', 'false']) {
    cluster.store.modify(PODS, 'shop', 'web', (object) => {
      object.metadata.annotations = { [HOOKS.ready]: value };
    });
    cluster.settle();
    assert.deepEqual(ready(), ['Running', value === 'true']);
  }
  assert.equal(pod(cluster, 'web').status.containerStatuses[0].restartCount, 0);
});

test('a stopped Pod that a finalizer holds has ended, and nothing more is done to it', () => {
  const cluster = testCluster();
  createPod(cluster, 'web');
  cluster.store.modify(PODS, 'shop', 'web', (object) => {
    object.metadata.finalizers = ['example.com/hold'];
  });
  cluster.settle();
  cluster.store.delete(PODS, 'shop', 'web');
  cluster.clock.advance(900);
  assert.ok(pod(cluster, 'web').status.containerStatuses[0].state.running, 'it has a second');
  cluster.settle(2);
  const { metadata, status } = pod(cluster, 'web');
  assert.equal(metadata.deletionGracePeriodSeconds, 0);
  assert.equal(status.containerStatuses[0].state.terminated.exitCode, 0);
  const killing = () => cluster.events('web').filter(({ reason }) => reason === 'Killing');
  assert.deepEqual(
    killing().map(({ message, type }) => [type, message]),
    [['Normal', 'Stopping container main']],
  );
  cluster.settle(60);
  assert.equal(pod(cluster, 'web').metadata.resourceVersion, metadata.resourceVersion);
  assert.deepEqual(cluster.failures, []);
});

test('on a Node that is not there nothing runs', () => {
  const cluster = testCluster();
  createPod(cluster, 'web', { nodeName: 'nowhere' });
  cluster.settle();
  assert.equal(pod(cluster, 'web').status.phase, 'Pending');
  assert.equal(pod(cluster, 'web').status.containerStatuses, undefined);
  assert.deepEqual(cluster.failures, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { isReady } from '../common/pods.ts';
import { NODES, PODS } from '../common/types.ts';
import { deploy, labelled, type TestCluster, testCluster } from '../testing/cluster.ts';
import { HOOKS } from './hooks.ts';
import { demandOf, quantity } from './quantities.ts';

function createPod(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  return cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name }, annotations },
    spec: { ...labelled(name).spec, ...spec },
  });
}

const pod = (cluster: TestCluster, name: string) => cluster.get(PODS, name);

test('Nodes stand ready, and Pods spread over them', () => {
  const cluster = testCluster({ nodes: 2 });
  const nodes = cluster.store.list(NODES);
  assert.deepEqual(
    nodes.map((node) => node.metadata.name),
    ['node-1', 'node-2'],
  );
  for (const node of nodes) assert.equal(conditionOf(node.status, 'Ready')?.status, 'True');
  deploy(cluster, 'web', 4);
  const counts = Object.groupBy(cluster.pods(), (item) => item.spec.nodeName);
  assert.deepEqual([counts['node-1']?.length, counts['node-2']?.length], [2, 2]);
  const addresses = new Set(cluster.pods().map((item) => item.status.podIP));
  assert.equal(addresses.size, 4);
});

test('a Node that somebody makes is told how long kubelets may keep Secrets', () => {
  const cluster = testCluster({ nodes: 1 });
  cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'more' } });
  cluster.settle();
  for (const node of cluster.store.list(NODES))
    assert.equal(node.metadata.annotations?.['node.alpha.kubernetes.io/ttl'], '0', node.metadata.name);
});

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

test('selectors, taints and room decide where a Pod may go', () => {
  const cluster = testCluster({ nodes: 2 });
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    node.metadata.labels = { ...node.metadata.labels, disk: 'ssd' };
    node.spec.taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
  });
  const toleration = [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }];
  createPod(cluster, 'picky', { nodeSelector: { disk: 'ssd' } });
  createPod(cluster, 'tolerant', { nodeSelector: { disk: 'ssd' }, tolerations: toleration });
  createPod(cluster, 'huge', {
    containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '17' } } }],
  });
  cluster.settle();
  assert.equal(pod(cluster, 'picky').spec.nodeName, undefined);
  assert.equal(pod(cluster, 'tolerant').spec.nodeName, 'node-2');
  const scheduled = conditionOf(pod(cluster, 'huge').status, 'PodScheduled');
  assert.equal(scheduled?.reason, 'Unschedulable');
  assert.match(scheduled?.message ?? '', /^0\/2 nodes are available: .*1 Insufficient cpu/);
  assert.ok(cluster.events('huge').some((event) => event.reason === 'FailedScheduling'));
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    delete node.spec.taints;
  });
  cluster.settle();
  assert.equal(pod(cluster, 'picky').spec.nodeName, 'node-2', 'placed once the taint is gone');
});

test('a Node takes no more Pods than it has room for', () => {
  const cluster = testCluster({ nodes: 1 });
  for (let number = 0; number < 112; number++) createPod(cluster, `p${number}`);
  cluster.settle();
  assert.equal(cluster.pods().filter((item) => item.spec.nodeName).length, 110);
  cluster.store.delete(PODS, 'shop', 'p0', { gracePeriodSeconds: 0 });
  cluster.settle();
  assert.equal(
    cluster.pods().filter((item) => item.spec.nodeName).length,
    110,
    'its place is taken by another',
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

test('quantities are read as Kubernetes writes them', () => {
  for (const [text, value] of [
    ['500m', 0.5],
    ['2', 2],
    ['1Gi', 2 ** 30],
    ['1.5Ki', 1536],
    ['1e3', 1000],
    ['3k', 3000],
    ['what', 0],
    [undefined, 0],
  ] as const) {
    assert.equal(quantity(text), value, String(text));
  }
  const container = (cpu: string) => ({ resources: { requests: { cpu } } });
  const spec = { containers: [container('1'), container('500m')], initContainers: [container('2')] };
  assert.equal(demandOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec }).cpu, 2);
});

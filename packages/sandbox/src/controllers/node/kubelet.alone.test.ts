import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { NODES, PODS } from '../common/types.ts';
import { asksOf, quietCluster, startAlone } from '../testing/alone.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';
import { HOOKS } from './hooks.ts';
import { type KubeletOptions, kubelet } from './kubelet.ts';

let cluster: TestCluster;
let options: KubeletOptions;

/** Without the API's rules, so that a Pod comes with the status that a test wants; its time begins at a whole second. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  options = { podStartMs: 2000, podStopMs: 1000 };
  newNode('n1', { addresses: [{ type: 'InternalIP', address: '172.18.0.9' }] });
});

const start = () => startAlone(cluster, (more) => kubelet({ ...options, ...more }));

function newNode(name: string, status?: Body): void {
  cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, status });
}

function newPod(name: string, more: { spec?: Body; status?: Body; metadata?: Body } = {}): KubeObject {
  return cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', ...more.metadata },
    spec: { nodeName: 'n1', containers: [{ name: 'main', image: 'i' }], ...more.spec },
    ...(more.status ? { status: more.status } : {}),
  });
}

const status = (name = 'a') => cluster.get(PODS, name).status;
const container = () => status().containerStatuses[0];
const told = (name = 'a') => cluster.events(name).map(({ reason, count }) => `${reason} ${count}`);
const change = (edit: (pod: KubeObject) => void, of?: { subresource: 'status' }) => {
  cluster.store.modify(PODS, 'shop', 'a', edit, of);
  cluster.clock.advance(0);
};
const touch = () => change(({ metadata }) => void (metadata.labels = { seen: String(cluster.clock.now()) }));
const hook = (annotations: Record<string, string>) =>
  change(({ metadata }) => void (metadata.annotations = annotations));
const beginDeletion = (gracePeriodSeconds: number) => {
  cluster.store.delete(PODS, 'shop', 'a', { gracePeriodSeconds });
  cluster.clock.advance(0);
};
/** The API's rules, by which a Pod is deleted gracefully. */
function withRules(): void {
  cluster = quietCluster();
  newNode('n1');
}
const isQuiet = () => assert.deepEqual([cluster.clock.pending(), cluster.failures], [0, []]);

test('a start takes its time from when the Pod was first seen, and is told once', () => {
  start();
  newPod('a');
  cluster.clock.advance(1000);
  assert.deepEqual([status().phase, told()], ['Pending', []]);
  touch();
  cluster.clock.advance(999);
  assert.equal(status().phase, 'Pending');
  cluster.clock.advance(1);
  assert.equal(status().phase, 'Running');
  touch();
  cluster.settle();
  assert.deepEqual(told(), ['Pulled 1', 'Created 1', 'Started 1']);
  isQuiet();
});

test('what changes nothing writes nothing', () => {
  start();
  newPod('a');
  cluster.settle();
  const asks = asksOf(cluster);
  touch();
  assert.deepEqual(asks, ['modify pods a', 'get pods a', 'update pods a']);
});

test('a start that another kubelet began goes on', () => {
  const stop = start();
  newPod('a');
  cluster.clock.advance(500);
  stop();
  cluster.clock.advance(1000);
  cluster.settle = () => {};
  start();
  cluster.clock.advance(499);
  assert.equal(status().phase, 'Pending');
  cluster.clock.advance(1);
  assert.equal(status().phase, 'Running');
});

test('a status that says nothing of when it began, or of containers, begins anew', () => {
  const running = {
    name: 'main',
    state: { running: { startedAt: '2026-11-02T09:00:00Z' } },
    restartCount: 4,
  };
  newPod('a', { status: { containerStatuses: [running] } });
  newPod('b', { status: { startTime: '2026-11-02T09:00:00Z' } });
  cluster.settle = () => {};
  start();
  cluster.clock.advance(1999);
  assert.deepEqual([status('a').phase, status('b').phase], ['Pending', 'Pending']);
  cluster.clock.advance(1);
  assert.deepEqual([status('a').phase, status('b').phase], ['Running', 'Running']);
  assert.deepEqual([container().restartCount, cluster.failures], [0, []]);
});

test('one that is over stays so, also where another kubelet ended it, and whatever is written of it', () => {
  const over = {
    phase: 'Succeeded',
    startTime: '2026-11-02T09:00:00Z',
    containerStatuses: [{ name: 'main' }],
  };
  newPod('old', { status: over });
  start();
  newPod('a', { metadata: { annotations: { [HOOKS.exitCode]: '0' } }, spec: { restartPolicy: 'Never' } });
  cluster.settle();
  assert.deepEqual([status('old'), status().phase], [over, 'Succeeded']);
  change(({ status: written }) => void (written.phase = 'Running'), { subresource: 'status' });
  assert.equal(status().phase, 'Succeeded');
  isQuiet();
});

test('containers end by what is said of them while they run', () => {
  start();
  newPod('a', { spec: { restartPolicy: 'Never' }, metadata: { annotations: { [HOOKS.runSeconds]: '60' } } });
  cluster.settle();
  hook({ [HOOKS.runSeconds]: '10' });
  cluster.clock.advance(6999);
  assert.equal(status().phase, 'Running');
  cluster.clock.advance(1);
  assert.equal(status().phase, 'Succeeded');
});

test('a crash is told once; after its pause the container runs again, and says how it ended before', () => {
  start();
  newPod('a', { metadata: { annotations: { [HOOKS.exitCode]: '3', [HOOKS.runSeconds]: '1' } } });
  cluster.clock.advance(2000);
  assert.equal(container().lastState?.terminated, undefined);
  cluster.clock.advance(1000);
  assert.equal(container().state.waiting.reason, 'CrashLoopBackOff');
  touch();
  assert.equal(container().state.waiting.reason, 'CrashLoopBackOff');
  assert.ok(told().includes('BackOff 1'));
  hook({});
  cluster.settle(60);
  assert.deepEqual([container().restartCount, container().lastState.terminated.exitCode], [1, 3]);
  assert.ok(told().includes('Started 2'));
  isQuiet();
});

test('a Pod that waits for what it mounts is looked at again', () => {
  start();
  newPod('a', { spec: { volumes: [{ name: 'keys', secret: { secretName: 'tls' } }] } });
  cluster.settle(3);
  assert.deepEqual([told(), cluster.failures], [['FailedMount 2'], []]);
});

test('a Node that says no address is this machine', () => {
  newNode('bare');
  newNode('named', { addresses: [{ type: 'Hostname', address: 'named' }] });
  start();
  newPod('a', { spec: { nodeName: 'bare' } });
  newPod('b', { spec: { nodeName: 'named' } });
  newPod('c');
  cluster.settle();
  const hosts = ['a', 'b', 'c'].map((name) => status(name).hostIP);
  assert.deepEqual(hosts, ['127.0.0.1', '127.0.0.1', '172.18.0.9']);
});

test('an address that a Pod has is no other’s, until that Pod has gone', () => {
  start();
  const taken = (host: number) =>
    newPod(`t${host}`, { spec: { nodeName: undefined }, status: { podIP: `10.244.0.${host}` } });
  for (let host = 2; host < 251; host++) taken(host);
  newPod('a');
  cluster.settle();
  assert.equal(status().podIP, '10.244.0.251');
  newPod('b');
  cluster.clock.advance(1);
  assert.match(String(cluster.failures[0]), /^kubelet shop\/b: Error: No Pod address is left on n1\./);
  cluster.store.delete(PODS, 'shop', 't7', { gracePeriodSeconds: 0 });
  cluster.failures.length = 0;
  cluster.settle(60);
  assert.deepEqual(
    [status('b').podIP, cluster.failures.filter((text) => !text.includes('left'))],
    ['10.244.0.7', []],
  );
});

test('a stop is told once, and takes its time', () => {
  withRules();
  start();
  newPod('a');
  cluster.settle();
  beginDeletion(30);
  touch();
  cluster.clock.advance(999);
  assert.deepEqual(told().slice(3), ['Killing 1']);
  cluster.clock.advance(1);
  assert.equal(cluster.exists(PODS, 'a'), false);
  isQuiet();
});

test('a grace of one second is one, too', () => {
  withRules();
  options.podStopMs = undefined;
  start();
  newPod('a');
  cluster.settle();
  beginDeletion(1);
  cluster.clock.advance(999);
  assert.equal(cluster.exists(PODS, 'a'), true);
  cluster.clock.advance(1);
  assert.equal(cluster.exists(PODS, 'a'), false);
});

test('what has not run is not killed, and has not ended', () => {
  withRules();
  start();
  const states: unknown[] = [];
  cluster.store.subscribe(({ object, resource }) => {
    if (resource.resource === 'pods') states.push(object.status?.phase);
  });
  newPod('a');
  beginDeletion(30);
  cluster.settle();
  newPod('a');
  cluster.clock.advance(100);
  beginDeletion(30);
  cluster.settle();
  assert.deepEqual([cluster.exists(PODS, 'a'), told()], [false, []]);
  assert.deepEqual([...new Set(states)], ['Pending']);
  isQuiet();
});

test('one that another kubelet ran is stopped like any other', () => {
  withRules();
  const stop = start();
  newPod('a', { metadata: { finalizers: ['example.com/hold'] } });
  cluster.settle();
  stop();
  beginDeletion(30);
  start();
  assert.equal(told().at(-1), 'Killing 1');
  assert.equal(container().state.terminated.exitCode, 0);
  const asks = asksOf(cluster);
  touch();
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('delete')),
    [],
  );
});

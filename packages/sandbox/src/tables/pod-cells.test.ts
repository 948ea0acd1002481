import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { podCells } from './pod-cells.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');

function cells(spec: Body, status: Body, metadata: Partial<KubeObject['metadata']> = {}): unknown[] {
  const own = { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z', ...metadata };
  return podCells({ apiVersion: 'v1', kind: 'Pod', metadata: own, spec, status }, NOW);
}

/** Ready, status and restarts: the columns that are worked out. */
function state(spec: Body, status: Body, metadata: Partial<KubeObject['metadata']> = {}): unknown[] {
  return cells(spec, status, metadata).slice(1, 4);
}

const two = { containers: [{ name: 'a' }, { name: 'b' }] };
const running = (extra: Body = {}) => ({
  name: 'a',
  ready: true,
  restartCount: 0,
  state: { running: {} },
  ...extra,
});
const condition = (type: string, status = 'True', reason?: string) => ({ type, status, reason });

test('a Pod that runs: readiness, restarts, age, address, Node', () => {
  const status = {
    phase: 'Running',
    podIPs: [{ ip: '10.244.1.2' }, { ip: 'fd00::2' }],
    nominatedNodeName: 'node-9',
    containerStatuses: [running(), running({ name: 'b', ready: false })],
  };
  assert.deepEqual(cells({ ...two, nodeName: 'node-1' }, status), [
    'one',
    '1/2',
    'Running',
    '0',
    '5m',
    '10.244.1.2',
    'node-1',
    'node-9',
    '<none>',
  ]);
  assert.deepEqual(cells({}, {}), ['one', '0/0', '', '0', '5m', '<none>', '<none>', '<none>', '<none>']);
  const bare = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } };
  assert.deepEqual(podCells(bare, NOW).slice(0, 5), ['x', '0/0', '', '0', '<unknown>']);
});

test('the reason of the Pod stands before its phase', () => {
  assert.deepEqual(state(two, { phase: 'Failed', reason: 'Evicted' }), ['0/2', 'Evicted', '0']);
  assert.deepEqual(state(two, { phase: 'Pending' }), ['0/2', 'Pending', '0']);
  const gated = { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'SchedulingGated')] };
  assert.deepEqual(state(two, gated), ['0/2', 'SchedulingGated', '0']);
  const scheduled = { phase: 'Pending', conditions: [condition('Other', 'False', 'SchedulingGated')] };
  assert.equal(state(two, scheduled)[1], 'Pending');
});

test('restarts of all containers are summed, with the time of the last', () => {
  const ended = (finishedAt: string) => ({ terminated: { finishedAt } });
  const status = {
    phase: 'Running',
    containerStatuses: [
      running({ restartCount: 2, lastState: ended('2026-11-02T10:04:00Z') }),
      running({ restartCount: 3, lastState: ended('2026-11-02T10:01:00Z') }),
    ],
  };
  assert.equal(state(two, status)[2], '5 (60s ago)');
  const turned = { ...status, containerStatuses: [...status.containerStatuses].reverse() };
  assert.equal(state(two, turned)[2], '5 (60s ago)');
  assert.equal(state(two, { containerStatuses: [running({ restartCount: 1 })] })[2], '1');
  const never = [running({ lastState: ended('2026-11-02T10:01:00Z') })];
  assert.equal(state(two, { containerStatuses: never })[2], '0');
  assert.equal(state(two, { containerStatuses: [{ name: 'a' }] })[2], '0');
});

test('a waiting or ended container tells why, the first of the list last', () => {
  const waiting = { name: 'a', restartCount: 0, state: { waiting: { reason: 'CrashLoopBackOff' } } };
  const failed = { name: 'b', restartCount: 0, state: { terminated: { reason: 'Error', exitCode: 1 } } };
  assert.equal(state(two, { phase: 'Running', containerStatuses: [waiting, failed] })[1], 'CrashLoopBackOff');
  assert.equal(state(two, { phase: 'Running', containerStatuses: [failed, waiting] })[1], 'Error');
  const end = (terminated: Body) =>
    state(two, { phase: 'Failed', containerStatuses: [{ state: { terminated } }] })[1];
  assert.equal(end({ exitCode: 3 }), 'ExitCode:3');
  assert.equal(end({ exitCode: 137, signal: 9 }), 'Signal:9');
  assert.equal(end({}), 'ExitCode:0');
  const silent = { phase: 'Running', containerStatuses: [{ name: 'a', state: { waiting: {} } }] };
  assert.equal(state(two, silent)[1], 'Running');
});

test('a container that is ready must run to count', () => {
  const status = { phase: 'Running', containerStatuses: [{ name: 'a', ready: true, state: {} }, running()] };
  assert.equal(state(two, status)[0], '1/2');
  assert.equal(state(two, { phase: 'Running', containerStatuses: [{ name: 'a', ready: true }] })[0], '0/2');
});

test('a Pod of which one container has ended is what the others are', () => {
  const completed = {
    name: 'a',
    restartCount: 0,
    state: { terminated: { reason: 'Completed', exitCode: 0 } },
  };
  const failed = { name: 'b', restartCount: 0, state: { terminated: { reason: 'Error', exitCode: 1 } } };
  const of = (containerStatuses: Body[], conditions: Body[] = []) =>
    state(two, { phase: 'Running', containerStatuses, conditions })[1];
  assert.equal(of([completed]), 'Completed');
  assert.equal(of([completed, running()], [condition('Ready')]), 'Running');
  assert.equal(of([completed, running()], [condition('Ready', 'False')]), 'NotReady');
  assert.equal(of([completed, failed]), 'Error');
  assert.equal(of([completed, failed, running()], [condition('Ready')]), 'Running');
});

test('a Pod that goes is Terminating, unless it has ended or its Node is lost', () => {
  const going = { deletionTimestamp: '2026-11-02T10:04:00Z' };
  assert.equal(state(two, { phase: 'Running' }, going)[1], 'Terminating');
  assert.equal(state(two, { phase: 'Succeeded' }, going)[1], 'Succeeded');
  assert.equal(state(two, { phase: 'Failed' }, going)[1], 'Failed');
  assert.equal(state(two, { phase: 'Running', reason: 'NodeLost' }, going)[1], 'Unknown');
  assert.equal(state(two, { phase: 'Running', reason: 'NodeLost' })[1], 'NodeLost');
});

const three = {
  initContainers: [{ name: 'i1' }, { name: 'i2' }, { name: 'i3' }],
  containers: [{ name: 'a' }],
};

test('while init containers run, how far they are is the state', () => {
  const done = { name: 'i1', restartCount: 1, state: { terminated: { exitCode: 0 } } };
  const of = (second: Body, more: Body = {}) =>
    state(three, { phase: 'Pending', initContainerStatuses: [done, { name: 'i2', ...second }], ...more });
  assert.deepEqual(of({ state: { running: {} } }), ['0/1', 'Init:1/3', '1']);
  assert.equal(of({ state: { waiting: { reason: 'PodInitializing' } } })[1], 'Init:1/3');
  assert.equal(of({ state: { waiting: {} } })[1], 'Init:1/3');
  assert.equal(of({ state: { waiting: { reason: 'ImagePullBackOff' } } })[1], 'Init:ImagePullBackOff');
  assert.equal(of({ state: { terminated: { exitCode: 2 } } })[1], 'Init:ExitCode:2');
  assert.equal(of({ state: { terminated: { exitCode: 2, signal: 15 } } })[1], 'Init:Signal:15');
  assert.equal(of({ state: { terminated: { exitCode: 2, reason: 'Error' } } })[1], 'Init:Error');
  assert.equal(of({})[1], 'Init:1/3');
  // What the containers do counts only once all init containers are through.
  const waiting = {
    containerStatuses: [{ name: 'a', restartCount: 4, state: { waiting: { reason: 'X' } } }],
  };
  assert.deepEqual(of({ state: { running: {} } }, waiting), ['0/1', 'Init:1/3', '1']);
  assert.deepEqual(of({ state: { terminated: { exitCode: 0 } } }, waiting), ['0/1', 'X', '4']);
  const initialized = { ...waiting, conditions: [condition('Initialized')] };
  assert.deepEqual(of({ state: { running: {} } }, initialized), ['0/1', 'X', '4']);
});

test('a sidecar counts among the containers, and holds nobody up once it has started', () => {
  const spec = {
    initContainers: [{ name: 's', restartPolicy: 'Always' }, { name: 'i' }],
    containers: [{ name: 'a' }],
  };
  const lastState = { terminated: { finishedAt: '2026-11-02T10:04:00Z' } };
  const sidecar = {
    name: 's',
    started: true,
    ready: true,
    restartCount: 2,
    lastState,
    state: { running: {} },
  };
  const done = { name: 'i', restartCount: 1, state: { terminated: { exitCode: 0 } } };
  const status = { phase: 'Running', initContainerStatuses: [sidecar, done], containerStatuses: [running()] };
  assert.deepEqual(state(spec, status), ['2/2', 'Running', '2 (60s ago)']);
  const unready = { ...status, initContainerStatuses: [{ ...sidecar, ready: false }, done] };
  assert.equal(state(spec, unready)[0], '1/2');
  const starting = { ...status, initContainerStatuses: [{ ...sidecar, started: false }, done] };
  assert.deepEqual(state(spec, starting), ['0/2', 'Init:0/2', '2 (60s ago)']);
  const plain = { ...spec, initContainers: [{ name: 's' }, { name: 'i' }] };
  assert.deepEqual(state(plain, status), ['0/1', 'Init:0/2', '2 (60s ago)']);
});

test('readiness gates: how many are met', () => {
  const readinessGates = [{ conditionType: 'a' }, { conditionType: 'b' }, { conditionType: 'c' }];
  const conditions = [condition('a'), condition('b', 'False'), condition('x')];
  assert.equal(cells({ readinessGates }, { conditions })[8], '1/3');
  assert.equal(cells({ readinessGates }, {})[8], '0/3');
});

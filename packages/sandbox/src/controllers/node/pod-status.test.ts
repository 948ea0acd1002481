import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { backOff, type ContainerState, podStatus, restarts } from './pod-status.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const facts = { now: NOW, hostIp: '172.18.0.2', podIp: '10.244.1.2', startTime: '2026-11-02T09:59:00Z' };

function pod(spec: Body = {}, status: Body = {}, generation?: number): KubeObject {
  const containers = [{ name: 'a', image: 'nginx:1' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop', uid: 'u', generation },
    spec: { containers, ...spec },
    status,
  };
}

const ended = (exitCode: number) => ({ exitCode, startedAt: NOW - 5000, finishedAt: NOW - 1000 });
const creating: ContainerState = { state: 'creating' };
const running: ContainerState = { state: 'running', startedAt: NOW - 5000, ready: true, restarts: 0 };
const over = (exitCode: number): ContainerState => ({ state: 'ended', restarts: 2, ended: ended(exitCode) });
const waiting: ContainerState = { state: 'waiting to restart', restarts: 1, last: ended(3) };
const status = (state: ContainerState, of = pod()) => podStatus(of, state, facts);
const conditions = (state: ContainerState, of = pod()) =>
  Object.fromEntries(status(state, of).conditions.map((item: Body) => [item.type, item]));

test('the phase follows from the containers', () => {
  const phases = [creating, running, waiting, over(0), over(1)].map((state) => status(state).phase);
  assert.deepEqual(phases, ['Pending', 'Running', 'Running', 'Succeeded', 'Failed']);
});

test('the conditions of a Pod', () => {
  const told = (state: ContainerState) =>
    Object.values(conditions(state)).map((item) =>
      `${(item as Body).type} ${(item as Body).status} ${(item as Body).reason ?? ''}`.trim(),
    );
  const named = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  assert.deepEqual(
    told(running),
    named.map((name) => `${name} True`),
  );
  const not = 'ContainersNotReady';
  assert.deepEqual(told(creating), [
    'PodReadyToStartContainers False',
    'Initialized True',
    `Ready False ${not}`,
    `ContainersReady False ${not}`,
    'PodScheduled True',
  ]);
  assert.deepEqual(told(waiting)[0], 'PodReadyToStartContainers True');
  assert.deepEqual(told(over(0)), [
    'PodReadyToStartContainers False',
    'Initialized True PodCompleted',
    'Ready False PodCompleted',
    'ContainersReady False PodCompleted',
    'PodScheduled True',
  ]);
  assert.deepEqual(told(over(1)).slice(1, 3), ['Initialized True', 'Ready False PodFailed']);
  assert.deepEqual(told({ ...running, ready: false })[2], `Ready False ${not}`);
  const two = pod({ containers: [{ name: 'a' }, { name: 'b' }] });
  assert.equal(conditions(creating, two).Ready.message, 'containers with unready status: [a b]');
  assert.equal(conditions(over(0)).Ready.message, undefined);
});

test('a condition keeps its time while it stays, and others’ conditions stay', () => {
  const before = [
    { type: 'Mine', status: 'True' },
    { type: 'Ready', status: 'True', lastTransitionTime: 'then' },
    { type: 'Initialized', status: 'False', lastTransitionTime: 'then' },
  ];
  const all = status(running, pod({}, { conditions: before, qosClass: 'x' }, 3));
  assert.equal(all.qosClass, 'x');
  assert.deepEqual(all.conditions[0], before[0]);
  assert.equal(all.conditions.length, 6);
  const { Ready, Initialized } = conditions(running, pod({}, { conditions: before }, 3));
  assert.deepEqual(
    [Ready.lastTransitionTime, Initialized.lastTransitionTime],
    ['then', '2026-11-02T10:00:00Z'],
  );
  assert.deepEqual([Ready.lastProbeTime, Ready.observedGeneration, all.observedGeneration], [null, 3, 3]);
  assert.equal('observedGeneration' in status(running), false);
  assert.equal('observedGeneration' in conditions(running).Ready, false);
});

test('addresses: the Node’s at once, the Pod’s once it runs', () => {
  const { hostIP, hostIPs, podIP, podIPs, startTime } = status(running);
  assert.deepEqual(
    [hostIP, hostIPs, podIP, podIPs],
    ['172.18.0.2', [{ ip: '172.18.0.2' }], '10.244.1.2', [{ ip: '10.244.1.2' }]],
  );
  assert.equal(startTime, '2026-11-02T09:59:00Z');
  assert.deepEqual([status(creating).hostIP, status(creating).podIP], ['172.18.0.2', undefined]);
  assert.equal(podStatus(pod(), running, { ...facts, podIp: undefined }).podIP, undefined);
});

const container = (state: ContainerState, of = pod()) => status(state, of).containerStatuses[0];

test('a container is created, runs, waits and ends', () => {
  const made = container(creating);
  assert.deepEqual(made, {
    image: 'docker.io/library/nginx:1',
    imageID: '',
    lastState: {},
    name: 'a',
    ready: false,
    resources: {},
    restartCount: 0,
    started: false,
    state: { waiting: { reason: 'ContainerCreating' } },
  });
  const runs = container(running);
  assert.deepEqual([runs.ready, runs.started, runs.restartCount], [true, true, 0]);
  assert.deepEqual(runs.state, { running: { startedAt: '2026-11-02T09:59:55Z' } });
  assert.match(runs.containerID, /^sandbox:\/\/[0-9a-f]{64}$/);
  assert.equal(runs.imageID, 'sandbox://docker.io/library/nginx:1');
  assert.deepEqual(
    [container({ ...running, ready: false }).ready, container({ ...running, ready: false }).started],
    [false, true],
  );
  const crashed = container(waiting);
  assert.deepEqual(crashed.state, {
    waiting: {
      reason: 'CrashLoopBackOff',
      message: 'back-off 20s restarting failed container=a pod=p_shop(u)',
    },
  });
  const terminated = {
    containerID: crashed.containerID,
    exitCode: 3,
    finishedAt: '2026-11-02T09:59:59Z',
    reason: 'Error',
    startedAt: '2026-11-02T09:59:55Z',
  };
  assert.deepEqual(crashed.lastState, { terminated });
  assert.deepEqual([crashed.ready, crashed.started, crashed.restartCount], [false, false, 1]);
  const done = container(over(0));
  assert.deepEqual(done.state.terminated.reason, 'Completed');
  assert.deepEqual([done.restartCount, done.lastState, done.ready], [2, {}, false]);
  assert.deepEqual(container({ ...running, last: ended(3) }).lastState.terminated.exitCode, 3);
});

test('a container that was started again has another id', () => {
  assert.notEqual(container(running).containerID, container({ ...running, restarts: 1 }).containerID);
  assert.equal(container(running).containerID, container({ ...running, ready: false }).containerID);
});

test('init containers go first', () => {
  const init = pod({ initContainers: [{ name: 'i', image: 'host:5000/a', resources: { limits: {} } }] });
  assert.deepEqual(container(creating, init).state, { waiting: { reason: 'PodInitializing' } });
  const [before] = status(creating, init).initContainerStatuses;
  assert.deepEqual(before, {
    image: 'host:5000/a:latest',
    imageID: '',
    lastState: {},
    name: 'i',
    ready: false,
    resources: { limits: {} },
    restartCount: 0,
    started: false,
    state: { waiting: { reason: 'PodInitializing' } },
  });
  const [after] = status(running, init).initContainerStatuses;
  assert.deepEqual([after.ready, after.imageID], [true, 'sandbox://host:5000/a:latest']);
  assert.deepEqual(after.state, {
    terminated: {
      exitCode: 0,
      finishedAt: '2026-11-02T10:00:00Z',
      reason: 'Completed',
      startedAt: '2026-11-02T09:59:00Z',
    },
  });
  const later = { ...init, status: { initContainerStatuses: [after] } };
  assert.equal(podStatus(later, running, { ...facts, now: NOW + 60_000 }).initContainerStatuses[0], after);
  assert.equal(status(running).initContainerStatuses, undefined);
});

test('images by their full names', () => {
  const image = (name: string) =>
    container(creating, pod({ containers: [{ name: 'a', image: name }] })).image;
  assert.equal(image('nginx'), 'docker.io/library/nginx:latest');
  assert.equal(image('me/app:2'), 'docker.io/me/app:2');
  assert.equal(image('ghcr.io/me/app'), 'ghcr.io/me/app:latest');
  assert.equal(image('localhost/app:1'), 'localhost/app:1');
  assert.equal(image('nginx@sha256:abc'), 'docker.io/library/nginx@sha256:abc');
});

test('pauses double up to five minutes, and policies say who is started again', () => {
  assert.deepEqual([0, 1, 2, 4, 5, 9].map(backOff), [10_000, 20_000, 40_000, 160_000, 300_000, 300_000]);
  const again = (restartPolicy: string | undefined, code: number) => restarts(pod({ restartPolicy }), code);
  assert.deepEqual(
    [
      again('Always', 0),
      again(undefined, 1),
      again('OnFailure', 0),
      again('OnFailure', 1),
      again('Never', 1),
    ],
    [true, true, false, true, false],
  );
});

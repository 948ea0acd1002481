import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';
import { isComplete, syncRolloutStatus, syncStatus } from './status.ts';
import { deploymentScene } from './testing/scene.ts';

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);

test('a rollout that gets nowhere misses its deadline without anything else happening', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2, { progressDeadlineSeconds: 60 });
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle(50);
  assert.equal(conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing')?.status, 'True');
  cluster.settle(30);
  const progressing = conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing');
  assert.equal(progressing?.status, 'False');
  assert.equal(progressing?.reason, 'ProgressDeadlineExceeded');
});

test('what keeps a ReplicaSet from its Pods is told of its Deployment too, while it lasts', () => {
  const cluster = testCluster({ without: ['replicaset'] });
  deploy(cluster, 'web', 1);
  const [set] = cluster.store.list(REPLICA_SETS, { namespace: 'shop' });
  const fail = (failing: boolean) => {
    const refusal = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota',
    };
    cluster.store.modify(
      REPLICA_SETS,
      'shop',
      set?.metadata.name ?? '',
      (fresh) => {
        fresh.status = { ...fresh.status, replicas: 0, conditions: failing ? [refusal] : [] };
      },
      { subresource: 'status' },
    );
    cluster.settle();
    const { status, reason, message } =
      conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'ReplicaFailure') ?? {};
    return [status, reason, message];
  };
  assert.deepEqual(fail(true), ['True', 'FailedCreate', 'exceeded quota']);
  assert.deepEqual(fail(false), [undefined, undefined, undefined]);
});

const NO_DEADLINE = { progressDeadlineSeconds: 2147483647 };
const NOW = '2026-11-02T10:00:05Z';
const EARLIER = '2026-11-02T09:00:00Z';
const AVAILABLE = {
  type: 'Available',
  status: 'True',
  lastUpdateTime: NOW,
  lastTransitionTime: NOW,
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const progressing = (reason: string, more: object = {}) => ({
  type: 'Progressing',
  status: 'True',
  lastUpdateTime: EARLIER,
  lastTransitionTime: EARLIER,
  reason,
  message: 'before',
  ...more,
});

test('the numbers are those of all ReplicaSets together, and of the newest alone', () => {
  const scene = deploymentScene(4, {}, { status: { collisionCount: 2, conditions: [progressing('Kept')] } });
  const newest = scene.make('new', {
    replicas: 3,
    status: { replicas: 3, readyReplicas: 2, availableReplicas: 1, terminatingReplicas: 0 },
  });
  const old = scene.make('old', {
    image: 'nginx:1',
    replicas: 2,
    status: { replicas: 2, readyReplicas: 2, availableReplicas: 2, terminatingReplicas: 1 },
  });
  syncStatus(scene.work, newest, [old]);
  const { resourceVersion } = scene.stored().metadata;
  assert.deepEqual(scene.stored().status, {
    observedGeneration: 1,
    replicas: 5,
    updatedReplicas: 3,
    readyReplicas: 4,
    availableReplicas: 3,
    unavailableReplicas: 2,
    terminatingReplicas: 1,
    collisionCount: 2,
    conditions: [progressing('Kept'), AVAILABLE],
  });
  scene.cluster.clock.advance(5000);
  syncStatus(scene.work, newest, [old]);
  assert.equal(scene.stored().metadata.resourceVersion, resourceVersion, 'nothing is new');
});

test('what is on its way out is told only where every ReplicaSet tells it; without a newest the old ones count', () => {
  const scene = deploymentScene(2);
  const status = { replicas: 3, availableReplicas: 3 };
  const old = scene.make('old', { image: 'nginx:1', replicas: 2, status });
  const older = scene.make('older', { image: 'nginx:0', status: { replicas: 0, terminatingReplicas: 1 } });
  syncStatus(scene.work, undefined, [old, older]);
  // More are available than are wanted: none is missing.
  assert.deepEqual(scene.stored().status, {
    observedGeneration: 1,
    replicas: 3,
    availableReplicas: 3,
    conditions: [AVAILABLE],
  });
});

test('it is available while no more are missing than may be', () => {
  for (const [available, status, reason] of [
    [3, 'True', 'MinimumReplicasAvailable'],
    [2, 'False', 'MinimumReplicasUnavailable'],
  ] as const) {
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 1 };
    const scene = deploymentScene(4, { strategy: { type: 'RollingUpdate', rollingUpdate } });
    syncStatus(scene.work, scene.make('new', { replicas: 4, status: { availableReplicas: available } }), []);
    const now = conditionOf(scene.stored().status, 'Available');
    assert.deepEqual([now?.status, now?.reason], [status, reason]);
  }
});

test('a rollout is complete once all are new and available, and the controller has seen the last change', () => {
  const { deployment } = deploymentScene(2).work;
  deployment.metadata.generation = 3;
  const done = { updatedReplicas: 2, replicas: 2, availableReplicas: 2, observedGeneration: 3 };
  const complete = (status: object | undefined) =>
    isComplete(deployment, status as Parameters<typeof isComplete>[1]);
  assert.equal(complete(done), true);
  assert.equal(complete({ ...done, observedGeneration: 4 }), true);
  for (const less of [
    { updatedReplicas: 1 },
    { replicas: 3 },
    { availableReplicas: 1 },
    { observedGeneration: 2 },
  ])
    assert.equal(complete({ ...done, ...less }), false, JSON.stringify(less));
  assert.equal(complete(undefined), false);
  assert.equal(isComplete(deploymentScene(0).work.deployment, {}), false);
  const { deployment: none } = deploymentScene(0).work;
  // The API leaves out what is 0.
  assert.equal(isComplete(none, { observedGeneration: 1 }), true);
  assert.equal(isComplete(none, { observedGeneration: 1, replicas: 1 }), false);
  assert.equal(isComplete(none, { observedGeneration: 1, updatedReplicas: 1 }), false);
  assert.equal(isComplete(none, { observedGeneration: 1, availableReplicas: 1 }), false);
  delete none.metadata.generation;
  assert.equal(isComplete(none, {}), true);
});

/** What a sync of the rollout makes of the Progressing condition. */
function judged(
  before: { status?: object; condition?: object; spec?: object },
  of: object,
  newest = true,
  replicas = 3,
) {
  const conditions = before.condition ? { conditions: [before.condition] } : {};
  const scene = deploymentScene(replicas, before.spec, { status: { ...before.status, ...conditions } });
  const set = scene.make('s', { image: newest ? 'nginx:1.29' : 'nginx:1', replicas, status: of });
  // The first writes what is new, and the second finds nothing more to write.
  for (let times = 0; times < 2; times++)
    syncRolloutStatus(scene.work, newest ? set : undefined, newest ? [] : [set]);
  const { type: _, ...condition } = conditionOf(scene.stored().status, 'Progressing') ?? { type: 'none' };
  return { ...condition, later: scene.later };
}

test('complete: it has progressed, and nothing has to be looked at again', () => {
  const all = { replicas: 3, availableReplicas: 3, readyReplicas: 3 };
  const done = {
    status: 'True',
    reason: 'NewReplicaSetAvailable',
    message: 'ReplicaSet "web-s" has successfully progressed.',
    lastUpdateTime: NOW,
    lastTransitionTime: EARLIER,
    later: [],
  };
  assert.deepEqual(judged({ condition: progressing('ReplicaSetUpdated') }, all), done);
  assert.deepEqual(judged({}, all), { ...done, lastTransitionTime: NOW });
  const none = judged({}, { replicas: 0 }, false, 0);
  assert.equal(none.message, 'Deployment "web" has successfully progressed.');
});

test('once complete it stays so, whatever becomes of its Pods, until there is something to roll out', () => {
  const condition = progressing('NewReplicaSetAvailable');
  const { type: _, ...same } = condition;
  const lost = { replicas: 3, availableReplicas: 1 };
  const status = { replicas: 3, updatedReplicas: 3, readyReplicas: 0 };
  assert.deepEqual(judged({ condition, status }, lost), { ...same, later: [] });
  // Of a newest that is not there nothing is updated: this is a rollout, and three old ones less are progress.
  const rolling = judged({ condition, status: { replicas: 6 } }, { replicas: 3 }, false);
  assert.equal(rolling.reason, 'ReplicaSetUpdated');
  assert.equal(rolling.message, 'Deployment "web" is progressing.');
});

test('each step forward counts as progress: updated, fewer old, ready, available; the time is that of the step', () => {
  const now = { replicas: 3, readyReplicas: 2, availableReplicas: 1 };
  const before = { replicas: 3, updatedReplicas: 3, readyReplicas: 2, availableReplicas: 1 };
  const condition = progressing('ReplicaSetUpdated', { lastUpdateTime: NOW });
  const step = (less: object) =>
    judged({ condition: progressing('ReplicaSetUpdated'), status: { ...before, ...less } }, now);
  for (const less of [
    { updatedReplicas: 2, replicas: 2 },
    { replicas: 4 },
    { readyReplicas: 1 },
    { availableReplicas: 0 },
    { availableReplicas: undefined },
  ]) {
    const { lastUpdateTime, lastTransitionTime, message, status } = step(less);
    assert.deepEqual(
      [status, lastUpdateTime, lastTransitionTime, message],
      ['True', NOW, EARLIER, 'ReplicaSet "web-s" is progressing.'],
      JSON.stringify(less),
    );
  }
  // No step at all, or one back: nothing is new.
  for (const same of [
    {},
    { readyReplicas: 3 },
    { updatedReplicas: 4, replicas: 4 },
    { availableReplicas: 2 },
  ])
    assert.equal(judged({ condition, status: { ...before, ...same } }, now).message, 'before');
});

test('progress after a failure is a transition; the first there is too', () => {
  const failed = progressing('ProgressDeadlineExceeded', { status: 'False' });
  const step = { replicas: 3, readyReplicas: 1 };
  for (const before of [{ condition: failed }, {}]) {
    const { status, reason, lastTransitionTime } = judged(before, step);
    assert.deepEqual([status, reason, lastTransitionTime], ['True', 'ReplicaSetUpdated', NOW]);
  }
});

test('without a step for longer than the deadline it has timed out, and stays so', () => {
  const status = { replicas: 3, updatedReplicas: 3 };
  const spec = { progressDeadlineSeconds: 60 };
  const at = (lastUpdateTime: string | undefined, more: object = spec, reason = 'ReplicaSetUpdated') =>
    judged({ condition: progressing(reason, { lastUpdateTime }), status, spec: more }, { replicas: 3 });
  const late = at('2026-11-02T09:59:04Z');
  assert.deepEqual(late, {
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: 'ReplicaSet "web-s" has timed out progressing.',
    lastUpdateTime: NOW,
    lastTransitionTime: NOW,
    later: [],
  });
  assert.equal(at('2026-11-02T09:59:05Z').reason, 'ReplicaSetUpdated');
  assert.equal(at(undefined).reason, 'ProgressDeadlineExceeded');
  // Ten minutes are the default.
  assert.equal(at('2026-11-02T09:50:06Z', {}).reason, 'ReplicaSetUpdated');
  assert.equal(at('2026-11-02T09:50:04Z', {}).reason, 'ProgressDeadlineExceeded');
  const stays = at(NOW, spec, 'ProgressDeadlineExceeded');
  assert.deepEqual([stays.status, stays.later], ['False', []]);
  // What was complete and lost Pods has no deadline; nor has what nobody has begun to tell of.
  const begun = judged({ condition: progressing('NewReplicaSetAvailable'), status }, { replicas: 3 }, false);
  assert.deepEqual([begun.status, begun.reason], ['True', 'NewReplicaSetAvailable']);
  assert.deepEqual(judged({ status, spec }, { replicas: 3 }), { later: [] });
});

test('while nothing moves it is looked at again a second after the deadline', () => {
  const scene = (condition: object, spec: object = { progressDeadlineSeconds: 60 }) => {
    const scene = deploymentScene(3, spec, { status: { conditions: [condition] } });
    const set = scene.make('s', { replicas: 3 });
    // The first brings the numbers up to date, and the second finds nothing new.
    for (let times = 0; times < 2; times++) syncRolloutStatus(scene.work, set, []);
    return scene.later;
  };
  assert.deepEqual(scene(progressing('ReplicaSetUpdated', { lastUpdateTime: NOW })), [61_000]);
  assert.deepEqual(scene(progressing('ReplicaSetUpdated', { lastUpdateTime: NOW }), {}), [601_000]);
  assert.deepEqual(scene(progressing('Other'), NO_DEADLINE), []);
});

test('without a deadline nothing is said of progress', () => {
  assert.deepEqual(judged({ condition: progressing('Old'), spec: NO_DEADLINE }, { replicas: 3 }), {
    later: [],
  });
});

test('of several failures that of the newest is told, at the time at which it began', () => {
  const scene = deploymentScene(1);
  const failing = (message: string) => ({
    conditions: [
      {
        type: 'ReplicaFailure',
        status: 'True',
        reason: 'FailedCreate',
        message,
        lastTransitionTime: EARLIER,
      },
    ],
  });
  const newest = scene.make('new', { replicas: 1, status: failing('of the newest') });
  const old = scene.make('old', { image: 'nginx:1', status: failing('of an old one') });
  const told = (set: KubeObject | undefined, others: KubeObject[]) => {
    syncRolloutStatus(scene.work, set, others);
    return conditionOf(scene.stored().status, 'ReplicaFailure');
  };
  assert.deepEqual(told(newest, [old]), {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'of the newest',
    lastTransitionTime: EARLIER,
    lastUpdateTime: EARLIER,
  });
  assert.equal(told(undefined, []), undefined);
  assert.equal(told(undefined, [old])?.message, 'of an old one');
});

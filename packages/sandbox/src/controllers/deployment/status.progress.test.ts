import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { EARLIER, NOW, progressing } from '../testing/rollout-status.ts';
import { syncRolloutStatus } from './status.ts';
import { deploymentScene } from './testing/scene.ts';

const NO_DEADLINE = { progressDeadlineSeconds: 2147483647 };

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

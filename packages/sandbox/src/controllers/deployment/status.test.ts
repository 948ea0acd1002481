import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';
import { NOW, progressing } from '../testing/rollout-status.ts';
import { isComplete, syncStatus } from './status.ts';
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

const AVAILABLE = {
  type: 'Available',
  status: 'True',
  lastUpdateTime: NOW,
  lastTransitionTime: NOW,
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};

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

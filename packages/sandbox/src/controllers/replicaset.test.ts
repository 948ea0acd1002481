import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { claimObjects } from './common/adoption.ts';
import { conditionOf } from './common/conditions.ts';
import { victimsFirst } from './common/scale-down.ts';
import { PODS, REPLICA_SETS } from './common/types.ts';
import { labelled, type TestCluster, testCluster, uidsOf } from './testing/cluster.ts';

function newReplicaSet(name: string, replicas: number, app = name): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop' },
    spec: { replicas, selector: { matchLabels: { app } }, template: labelled(app) },
  };
}

function barePod(cluster: TestCluster, name: string, labels: Record<string, string>): KubeObject {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels },
    spec: labelled('x').spec,
  };
  return cluster.store.create(PODS, pod);
}

test('Pods without a controller are adopted, and those that match no longer are released', () => {
  const cluster = testCluster();
  barePod(cluster, 'stray', { app: 'web' });
  barePod(cluster, 'other', { app: 'db' });
  cluster.settle();
  const set = cluster.store.create(REPLICA_SETS, newReplicaSet('web', 2));
  cluster.settle();
  assert.equal(cluster.pods().length, 3, 'one was there already');
  assert.equal(controllerOf(cluster.get(PODS, 'stray'))?.uid, set.metadata.uid);
  assert.equal(controllerOf(cluster.get(PODS, 'other')), undefined);

  cluster.store.modify(PODS, 'shop', 'stray', (pod) => {
    pod.metadata.labels = { app: 'quarantine' };
  });
  cluster.settle();
  assert.equal(controllerOf(cluster.get(PODS, 'stray')), undefined, 'released, not deleted');
  assert.equal(cluster.pods().length, 4, 'and replaced');
});

test('a ReplicaSet that is being deleted adopts nothing', () => {
  const cluster = testCluster();
  const set = newReplicaSet('web', 1);
  set.metadata.finalizers = ['example.com/hold'];
  cluster.store.create(REPLICA_SETS, set);
  cluster.settle();
  cluster.store.delete(REPLICA_SETS, 'shop', 'web', { propagationPolicy: 'Orphan' });
  cluster.settle();
  assert.equal(cluster.exists(REPLICA_SETS, 'web'), true, 'held by the foreign finalizer');
  assert.ok(cluster.pods().every((pod) => controllerOf(pod) === undefined));
  barePod(cluster, 'late', { app: 'web' });
  cluster.settle();
  assert.equal(controllerOf(cluster.get(PODS, 'late')), undefined);
  assert.deepEqual(cluster.failures, [], 'it does not even try');
});

test('the owner is read again before the first adoption: a stale picture of it does not adopt', () => {
  const cluster = testCluster({ without: ['replicaset', 'garbage-collector'] });
  const old = cluster.store.create(REPLICA_SETS, newReplicaSet('web', 1));
  const pod = barePod(cluster, 'stray', { app: 'web' });
  const claim = () =>
    claimObjects(cluster.store, [pod], {
      owner: old,
      ownerType: REPLICA_SETS,
      type: PODS,
      matches: () => true,
    });
  cluster.store.delete(REPLICA_SETS, 'shop', 'web');
  assert.throws(claim, /could not be read again/);
  cluster.store.create(REPLICA_SETS, newReplicaSet('web', 1));
  assert.throws(claim, /replaced by another/);
  assert.equal(controllerOf(cluster.get(PODS, 'stray')), undefined);
});

test('two ReplicaSets with one selector never fight over a Pod', () => {
  const cluster = testCluster();
  cluster.store.create(REPLICA_SETS, newReplicaSet('one', 2, 'web'));
  cluster.store.create(REPLICA_SETS, newReplicaSet('two', 3, 'web'));
  cluster.settle();
  const before = uidsOf(cluster.pods());
  assert.equal(Object.keys(before).length, 5);
  cluster.settle(60);
  assert.deepEqual(uidsOf(cluster.pods()), before);
});

test('a lost Pod is replaced; finished ones do not count', () => {
  const cluster = testCluster();
  cluster.store.create(REPLICA_SETS, newReplicaSet('web', 2));
  cluster.settle();
  const [first, second] = cluster.pods();
  cluster.store.delete(PODS, 'shop', first?.metadata.name ?? '', { gracePeriodSeconds: 0 });
  cluster.store.modify(
    PODS,
    'shop',
    second?.metadata.name ?? '',
    (pod) => {
      pod.status.phase = 'Failed';
    },
    { subresource: 'status' },
  );
  cluster.settle();
  assert.equal(cluster.pods().filter((pod) => pod.status.phase === 'Running').length, 2);
  assert.equal(cluster.get(REPLICA_SETS, 'web').status.replicas, 2);
});

test('a create that is refused shows as ReplicaFailure and goes away by itself', () => {
  const cluster = testCluster();
  const set = newReplicaSet('web', 1);
  set.spec.template.metadata.labels.app = 'web';
  set.spec.template.metadata.labels['not a label'] = 'x';
  cluster.store.create(REPLICA_SETS, set);
  cluster.settle();
  const failure = conditionOf(cluster.get(REPLICA_SETS, 'web').status, 'ReplicaFailure');
  assert.equal(failure?.reason, 'FailedCreate');
  assert.ok(cluster.events('web').some((event) => event.reason === 'FailedCreate'));
  cluster.store.modify(REPLICA_SETS, 'shop', 'web', (object) => {
    delete object.spec.template.metadata.labels['not a label'];
  });
  cluster.settle(30);
  assert.equal(conditionOf(cluster.get(REPLICA_SETS, 'web').status, 'ReplicaFailure'), undefined);
  assert.equal(cluster.pods().length, 1);
});

test('scaling down takes the Pods that are missed least', () => {
  const at = (seconds: number) => new Date(Date.parse('2026-11-02T10:00:00Z') - seconds * 1000).toISOString();
  const pod = (
    name: string,
    extra: { node?: string; ready?: number; cost?: string; phase?: string } = {},
  ) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: at(extra.ready ?? 100),
      ...(extra.cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': extra.cost } } : {}),
    },
    spec: { nodeName: extra.node },
    status: {
      phase: extra.phase ?? 'Running',
      conditions:
        extra.ready === undefined
          ? []
          : [{ type: 'Ready', status: 'True', lastTransitionTime: at(extra.ready) }],
    },
  });
  const pods = [
    pod('old', { node: 'a', ready: 100_000 }),
    pod('young', { node: 'b', ready: 10 }),
    pod('crowded', { node: 'c', ready: 100_000 }),
    pod('cheap', { node: 'd', ready: 100_000, cost: '-5' }),
    pod('unready', { node: 'e' }),
    pod('pending', { node: 'f', phase: 'Pending' }),
    pod('unassigned', { phase: 'Pending' }),
  ];
  const related = [...pods, pod('neighbour', { node: 'c', ready: 5 })];
  assert.deepEqual(
    victimsFirst(pods, related, Date.parse('2026-11-02T10:00:00Z')).map((item) => item.metadata.name),
    ['unassigned', 'pending', 'unready', 'cheap', 'crowded', 'young', 'old'],
  );
});

test('minReadySeconds delays availability, and the controller looks again by itself', () => {
  const cluster = testCluster();
  const set = newReplicaSet('web', 1);
  set.spec.minReadySeconds = 20;
  cluster.store.create(REPLICA_SETS, set);
  cluster.settle(10);
  assert.equal(cluster.get(REPLICA_SETS, 'web').status.readyReplicas, 1);
  assert.equal(cluster.get(REPLICA_SETS, 'web').status.availableReplicas, undefined);
  cluster.settle(15);
  assert.equal(cluster.get(REPLICA_SETS, 'web').status.availableReplicas, 1);
});

test('scaling down deletes as many as are too many; what is on its way out is counted apart', () => {
  const cluster = testCluster({ podStopMs: 20_000 });
  cluster.store.create(REPLICA_SETS, newReplicaSet('web', 4));
  cluster.settle();
  cluster.store.modify(REPLICA_SETS, 'shop', 'web', (object) => {
    object.spec.replicas = 1;
  });
  cluster.settle();
  const counts = () => {
    const { replicas, readyReplicas, availableReplicas, terminatingReplicas } = cluster.get(
      REPLICA_SETS,
      'web',
    ).status;
    return [replicas, readyReplicas, availableReplicas, terminatingReplicas];
  };
  assert.deepEqual(counts(), [1, 1, 1, 3]);
  cluster.settle(30);
  assert.deepEqual(counts(), [1, 1, 1, 0]);
  assert.equal(cluster.pods().length, 1);
  const { resourceVersion } = cluster.get(REPLICA_SETS, 'web').metadata;
  cluster.settle(60);
  assert.equal(cluster.get(REPLICA_SETS, 'web').metadata.resourceVersion, resourceVersion);
});

test('a Pod that the selector takes, without all labels of the template, is no fully labelled one', () => {
  const cluster = testCluster();
  barePod(cluster, 'stray', { app: 'web', tier: 'back' });
  const set = newReplicaSet('web', 2);
  set.spec.template.metadata.labels = { app: 'web', tier: 'front' };
  cluster.store.create(REPLICA_SETS, set);
  cluster.settle();
  const { replicas, fullyLabeledReplicas } = cluster.get(REPLICA_SETS, 'web').status;
  assert.deepEqual([replicas, fullyLabeledReplicas], [2, 1]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import {
  claimTemplate,
  deployStateful,
  newStatefulSet,
  type TestCluster,
  testCluster,
  uidsOf,
} from '../testing/cluster.ts';

const WITH_DATA = { volumeClaimTemplates: [claimTemplate('data')] };

const claims = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'shop' });

const names = (objects: KubeObject[]) => objects.map((object) => object.metadata.name).sort();

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(STATEFUL_SETS, 'shop', 'kafka', edit);

const scale = (cluster: TestCluster, replicas: number) => {
  change(cluster, (object) => {
    object.spec.replicas = replicas;
  });
  cluster.settle(15);
};

test('Parallel makes all at once', () => {
  const cluster = testCluster({ podStartMs: 60_000 });
  deployStateful(cluster, 'kafka', 3, { podManagementPolicy: 'Parallel' });
  assert.equal(cluster.pods().length, 3);
  assert.ok(cluster.pods().every((pod) => pod.status.phase === 'Pending'));
});

test('an ordered set waits for a Pod that does not become ready', () => {
  const cluster = testCluster();
  const set = newStatefulSet('kafka', 3);
  set.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  cluster.store.create(STATEFUL_SETS, set);
  cluster.settle(30);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
});

test('scaling down goes from the top and keeps the claims', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, WITH_DATA);
  scale(cluster, 1);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
  assert.equal(claims(cluster).length, 3);
});

test('a rolling update goes from the top, one at a time, down to the partition', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
  });
  const order: string[] = [];
  cluster.store.subscribe(({ type, resource, object }) => {
    if (resource.resource === 'pods' && type === 'ADDED') order.push(object.metadata.name);
  });
  change(cluster, (object) => {
    object.spec.template.spec.containers[0].image = 'kafka:4';
  });
  cluster.settle(20);
  assert.deepEqual(order, ['kafka-2', 'kafka-1']);
  const { status } = cluster.get(STATEFUL_SETS, 'kafka');
  assert.notEqual(status.currentRevision, status.updateRevision, 'in the middle of a rollout');
  assert.equal(status.currentReplicas, 1);
  assert.equal(status.updatedReplicas, 2);
  // A Pod below the partition comes back at the old revision.
  cluster.store.delete(PODS, 'shop', 'kafka-0');
  cluster.settle(10);
  assert.equal(cluster.get(PODS, 'kafka-0').spec.containers[0].image, 'nginx:1.29');
  change(cluster, (object) => {
    object.spec.updateStrategy.rollingUpdate.partition = 0;
  });
  cluster.settle(20);
  const done = cluster.get(STATEFUL_SETS, 'kafka').status;
  assert.equal(done.currentRevision, done.updateRevision);
  assert.equal(done.currentReplicas, 3);
});

test('OnDelete leaves the Pods until somebody deletes them', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 2, { updateStrategy: { type: 'OnDelete' } });
  const before = uidsOf(cluster.pods());
  change(cluster, (object) => {
    object.spec.template.spec.containers[0].image = 'kafka:4';
  });
  cluster.settle(20);
  assert.deepEqual(uidsOf(cluster.pods()), before);
  cluster.store.delete(PODS, 'shop', 'kafka-0');
  cluster.settle(10);
  assert.equal(cluster.get(PODS, 'kafka-0').spec.containers[0].image, 'kafka:4');
});

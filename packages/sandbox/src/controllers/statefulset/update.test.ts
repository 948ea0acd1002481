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

test('Parallel removes all at once, and one that can’t be made keeps none of the others back', () => {
  const cluster = testCluster({ podStopMs: 20_000 });
  deployStateful(cluster, 'kafka', 3, { podManagementPolicy: 'Parallel' });
  change(cluster, (object) => {
    object.spec.replicas = 0;
  });
  cluster.settle(1);
  assert.equal(cluster.pods().filter((pod) => pod.metadata.deletionTimestamp).length, 3);

  const refusing = testCluster();
  const [template] = [claimTemplate('data')];
  const metadata = { name: 'data-kafka-0', namespace: 'shop', finalizers: ['example.com/keep'] };
  refusing.store.create(PERSISTENT_VOLUME_CLAIMS, { ...template, metadata });
  refusing.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0');
  deployStateful(refusing, 'kafka', 2, { ...WITH_DATA, podManagementPolicy: 'Parallel' });
  assert.deepEqual(names(refusing.pods()), ['kafka-1']);
  assert.match(refusing.failures[0] ?? '', /pvc data-kafka-0 is being deleted$/);
});

test('an ordered set scales down one by one, from the top', () => {
  const cluster = testCluster({ podStopMs: 20_000 });
  deployStateful(cluster, 'kafka', 3);
  scale(cluster, 1);
  const going = () =>
    cluster.pods().flatMap((pod) => (pod.metadata.deletionTimestamp ? [pod.metadata.name] : []));
  assert.deepEqual(going(), ['kafka-2']);
  cluster.settle(15);
  assert.deepEqual(names(cluster.pods()), ['kafka-0', 'kafka-1']);
  assert.deepEqual(going(), ['kafka-1']);
});

test('the next Pod waits until the one before has been ready for long enough', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 2, { minReadySeconds: 30 });
  cluster.settle(10);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
  cluster.settle(20);
  assert.deepEqual(names(cluster.pods()), ['kafka-0', 'kafka-1']);
});

test('a Pod that has failed is replaced under its name', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 2);
  const before = uidsOf(cluster.pods());
  cluster.store.modify(
    PODS,
    'shop',
    'kafka-0',
    (pod) => {
      pod.status.phase = 'Failed';
    },
    { subresource: 'status' },
  );
  cluster.settle(10);
  const after = uidsOf(cluster.pods());
  assert.deepEqual(Object.keys(after).sort(), ['kafka-0', 'kafka-1']);
  assert.notEqual(after['kafka-0'], before['kafka-0']);
  assert.equal(after['kafka-1'], before['kafka-1']);
  assert.equal(cluster.get(PODS, 'kafka-0').status.phase, 'Running');
});

test('in the middle of a rollout without a partition, the lowest comes back as it was', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, { updateStrategy: { type: 'RollingUpdate' } });
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle(30);
  cluster.store.delete(PODS, 'shop', 'kafka-0');
  cluster.settle(10);
  const stuck = cluster.pods().filter((pod) => pod.metadata.annotations?.[HOOKS.ready] === 'false');
  assert.deepEqual(names(stuck), ['kafka-2'], 'the highest alone, which never gets ready');
  assert.equal(cluster.pods().length, 3);
});

test('while the claim of an earlier Pod of that name waits for its end, the set waits without a word', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 2, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
  });
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-1', (claim) => {
    claim.metadata.finalizers = ['example.com/keep'];
  });
  scale(cluster, 1);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
  scale(cluster, 2);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
  assert.deepEqual(cluster.failures, []);
});

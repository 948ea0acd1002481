import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import {
  CONTROLLER_REVISIONS,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STATEFUL_SETS,
} from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import {
  claimTemplate,
  deployStateful,
  newStatefulSet,
  restartsOf,
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

test('Pods come one after the other, each with its claim and its labels', () => {
  const cluster = testCluster();
  const order: string[] = [];
  cluster.store.subscribe(({ type, resource, object }) => {
    if (resource.resource !== 'pods') return;
    if (type === 'ADDED') {
      assert.ok(
        cluster
          .pods()
          .every((pod) => pod.metadata.name === object.metadata.name || pod.status.phase === 'Running'),
      );
      order.push(object.metadata.name);
    }
  });
  deployStateful(cluster, 'kafka', 3, WITH_DATA);
  assert.deepEqual(order, ['kafka-0', 'kafka-1', 'kafka-2']);
  assert.deepEqual(names(claims(cluster)), ['data-kafka-0', 'data-kafka-1', 'data-kafka-2']);
  const pod = cluster.get(PODS, 'kafka-1');
  const [revision] = cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' });
  assert.deepEqual(pod.metadata.labels, {
    app: 'kafka',
    'statefulset.kubernetes.io/pod-name': 'kafka-1',
    'apps.kubernetes.io/pod-index': '1',
    'controller-revision-hash': revision?.metadata.name,
    'topology.kubernetes.io/zone': 'zone-2',
  });
  assert.equal(pod.spec.hostname, 'kafka-1');
  assert.equal(pod.spec.subdomain, 'kafka');
  assert.deepEqual(pod.spec.volumes[0], {
    name: 'data',
    persistentVolumeClaim: { claimName: 'data-kafka-1' },
  });
  const { status } = cluster.get(STATEFUL_SETS, 'kafka');
  assert.equal(status.currentRevision, revision?.metadata.name);
  assert.equal(status.updateRevision, revision?.metadata.name);
  assert.equal(status.availableReplicas, 3);
});

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

test('a deleted Pod comes back under its name and with its claim', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, WITH_DATA);
  const before = uidsOf(cluster.pods());
  const data = uidsOf(claims(cluster));
  cluster.store.delete(PODS, 'shop', 'kafka-1');
  cluster.settle(10);
  const after = uidsOf(cluster.pods());
  assert.deepEqual(Object.keys(after).sort(), ['kafka-0', 'kafka-1', 'kafka-2']);
  assert.notEqual(after['kafka-1'], before['kafka-1']);
  assert.equal(after['kafka-0'], before['kafka-0']);
  assert.deepEqual(uidsOf(claims(cluster)), data);
});

test('scaling down goes from the top and keeps the claims', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, WITH_DATA);
  scale(cluster, 1);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
  assert.equal(claims(cluster).length, 3);
});

test('whenScaled Delete: the condemned Pod owns its claim, so that the data goes with it', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
  });
  assert.ok(claims(cluster).every((claim) => claim.metadata.ownerReferences === undefined));
  const condemned = cluster.get(PODS, 'kafka-2');
  let owners: KubeObject['metadata']['ownerReferences'];
  cluster.store.subscribe(({ object }) => {
    if (object.metadata.name === 'data-kafka-2') owners ??= object.metadata.ownerReferences;
  });
  scale(cluster, 2);
  assert.deepEqual(owners, [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'kafka-2',
      uid: condemned.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  assert.deepEqual(names(claims(cluster)), ['data-kafka-0', 'data-kafka-1']);
  assert.equal(cluster.store.list(PERSISTENT_VOLUMES).length, 2, 'reclaim policy Delete took the volume too');
});

test('whenDeleted Delete: the set owns the claims, and they go with it', () => {
  const cluster = testCluster();
  const set = deployStateful(cluster, 'kafka', 2, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  });
  assert.ok(claims(cluster).every((claim) => controllerOf(claim)?.uid === set.metadata.uid));
  cluster.store.delete(STATEFUL_SETS, 'shop', 'kafka');
  cluster.settle(15);
  assert.deepEqual(claims(cluster), []);
  assert.deepEqual(cluster.pods(), []);
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

test('deleted with Orphan and created again: same Pods, same revision, claims bound as before, no restart', () => {
  const cluster = testCluster();
  const old = deployStateful(cluster, 'kafka', 3, WITH_DATA);
  const before = uidsOf(cluster.pods());
  const volumes = claims(cluster).map((claim) => claim.spec.volumeName);
  const [revision] = cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' });
  cluster.store.delete(STATEFUL_SETS, 'shop', 'kafka', { propagationPolicy: 'Orphan' });
  cluster.settle(10);
  assert.equal(cluster.exists(STATEFUL_SETS, 'kafka'), false);
  assert.deepEqual(uidsOf(cluster.pods()), before);
  assert.ok(cluster.pods().every((pod) => pod.metadata.ownerReferences === undefined));

  const made = cluster.store.create(STATEFUL_SETS, { ...newStatefulSet('kafka', 3), spec: old.spec });
  cluster.settle(10);
  assert.deepEqual(uidsOf(cluster.pods()), before);
  assert.ok(cluster.pods().every((pod) => controllerOf(pod)?.uid === made.metadata.uid));
  assert.equal(restartsOf(cluster.pods()), 0);
  assert.deepEqual(
    claims(cluster).map((claim) => claim.spec.volumeName),
    volumes,
  );
  const revisions = cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' });
  assert.deepEqual(uidsOf(revisions), uidsOf(revision ? [revision] : []), 'found by its data');
  assert.equal(controllerOf(revisions[0] as KubeObject)?.uid, made.metadata.uid);
});

test('a Pod of another name is not adopted, though its labels match', () => {
  const cluster = testCluster();
  const { spec } = newStatefulSet('kafka', 1).spec.template;
  const metadata = { name: 'helper-0', namespace: 'shop', labels: { app: 'kafka' } };
  cluster.store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
  deployStateful(cluster, 'kafka', 1);
  assert.equal(controllerOf(cluster.get(PODS, 'helper-0')), undefined);
  assert.deepEqual(names(cluster.pods()), ['helper-0', 'kafka-0']);
});

test('going back to an old template raises its revision instead of making another', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1);
  for (const image of ['kafka:4', 'nginx:1.29']) {
    change(cluster, (object) => {
      object.spec.template.spec.containers[0].image = image;
    });
    cluster.settle(15);
  }
  const revisions = cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' });
  assert.deepEqual(revisions.map((item) => item.revision).sort(), [2, 3]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../common/types.ts';
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

const statusOf = (cluster: TestCluster) => {
  const { currentRevision, updateRevision, ...counts } = cluster.get(STATEFUL_SETS, 'kafka').status;
  return { ...counts, same: currentRevision === updateRevision };
};

test('the status counts Pods that stand, are ready and are available for long enough', () => {
  const cluster = testCluster({ podStartMs: 2000 });
  cluster.store.create(STATEFUL_SETS, newStatefulSet('kafka', 1, { minReadySeconds: 20 }));
  cluster.settle(1);
  const starting = {
    observedGeneration: 1,
    replicas: 1,
    currentReplicas: 1,
    updatedReplicas: 1,
    collisionCount: 0,
    availableReplicas: 0,
    same: true,
  };
  assert.deepEqual(statusOf(cluster), starting);
  cluster.settle(4);
  assert.deepEqual(statusOf(cluster), { ...starting, readyReplicas: 1 });
  cluster.settle(20);
  const done = { ...starting, readyReplicas: 1, availableReplicas: 1 };
  assert.deepEqual(statusOf(cluster), done, 'looked at again by itself');
  const { resourceVersion } = cluster.get(STATEFUL_SETS, 'kafka').metadata;
  cluster.settle(60);
  assert.equal(cluster.get(STATEFUL_SETS, 'kafka').metadata.resourceVersion, resourceVersion);
});

test('what is on its way out is a replica still, but none of a revision', () => {
  const cluster = testCluster({ podStopMs: 20_000 });
  deployStateful(cluster, 'kafka', 2);
  cluster.store.delete(PODS, 'shop', 'kafka-1');
  cluster.settle(5);
  const { replicas, currentReplicas, updatedReplicas } = statusOf(cluster);
  assert.deepEqual([replicas, currentReplicas, updatedReplicas], [2, 1, 1]);
});

test('a rollout is over when all Pods are of the new revision and ready', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 2);
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle(30);
  const stuck = statusOf(cluster);
  assert.deepEqual(
    [stuck.same, stuck.replicas, stuck.readyReplicas, stuck.currentReplicas, stuck.updatedReplicas],
    [false, 2, 1, 1, 1],
  );
  change(cluster, (object) => {
    object.spec.replicas = 1;
  });
  cluster.settle(30);
  assert.equal(statusOf(cluster).same, false, 'kafka-0 is of the new revision and never ready');
  assert.equal(statusOf(cluster).readyReplicas, undefined);
});

test('OnDelete keeps the two revisions apart, also when all Pods are of the new one', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, { updateStrategy: { type: 'OnDelete' } });
  change(cluster, (object) => {
    object.spec.template.spec.containers[0].image = 'kafka:4';
  });
  cluster.settle(10);
  cluster.store.delete(PODS, 'shop', 'kafka-0');
  cluster.settle(20);
  const { same, readyReplicas, currentReplicas, updatedReplicas } = statusOf(cluster);
  assert.deepEqual([same, readyReplicas, currentReplicas, updatedReplicas], [false, 1, undefined, 1]);
});

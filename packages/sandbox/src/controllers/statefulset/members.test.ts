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
import { claimTemplate, deployStateful, type TestCluster, testCluster, uidsOf } from '../testing/cluster.ts';

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

const told = (cluster: TestCluster, reason: string) =>
  cluster
    .events('kafka')
    .filter((event) => event.reason === reason)
    .map(({ type, message }) => `${type} ${message}`);

test('what is made and deleted is told', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, WITH_DATA);
  assert.deepEqual(told(cluster, 'SuccessfulCreate'), [
    'Normal Create Claim data-kafka-0 Pod kafka-0 in StatefulSet kafka success',
    'Normal Create Pod kafka-0 in StatefulSet kafka successful',
  ]);
  scale(cluster, 0);
  assert.deepEqual(told(cluster, 'SuccessfulDelete'), [
    'Normal Delete Pod kafka-0 in StatefulSet kafka successful',
  ]);
  assert.deepEqual(cluster.failures, []);
});

test('a Pod’s identity and its missing claim are put back, which is told', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, WITH_DATA);
  cluster.store.modify(PODS, 'shop', 'kafka-0', (pod) => {
    delete pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'];
  });
  cluster.settle();
  assert.equal(
    cluster.get(PODS, 'kafka-0').metadata.labels?.['statefulset.kubernetes.io/pod-name'],
    'kafka-0',
  );
  assert.deepEqual(told(cluster, 'SuccessfulUpdate'), [
    'Normal Update Pod kafka-0 in StatefulSet kafka successful',
  ]);
});

test('while a claim is on its way out no Pod is made on it', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, WITH_DATA);
  scale(cluster, 0);
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0', (claim) => {
    claim.metadata.finalizers = ['example.com/keep'];
  });
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0');
  scale(cluster, 1);
  assert.deepEqual(cluster.pods(), []);
  const why =
    'Warning Create Pod kafka-0 in StatefulSet kafka failed error: pvc data-kafka-0 is being deleted';
  assert.deepEqual(told(cluster, 'FailedCreate'), [why]);
  assert.match(cluster.failures[0] ?? '', /pvc data-kafka-0 is being deleted$/);
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0', (claim) => {
    delete claim.metadata.finalizers;
  });
  cluster.settle(600);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
});

test('a claim that another controller holds is left to it, which is told', () => {
  const cluster = testCluster();
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'holder', uid: '', controller: true };
  const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
  const metadata = { name: 'holder', namespace: 'shop' };
  other.uid =
    cluster.store.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata }).metadata.uid ?? '';
  const template = claimTemplate('data');
  cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name: 'data-kafka-0', namespace: 'shop', ownerReferences: [other] },
  });
  deployStateful(cluster, 'kafka', 1, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  });
  assert.deepEqual(
    claims(cluster).map((claim) => claim.metadata.ownerReferences),
    [[other]],
  );
  assert.equal(told(cluster, 'ConflictingController').length, 1);
  assert.match(
    told(cluster, 'ConflictingController')[0] ?? '',
    /^Warning PersistentVolumeClaim data-kafka-0 has a conflicting OwnerReference/,
  );
});

test('a claim is given back when the policy is Retain again', () => {
  const cluster = testCluster();
  const retention = (whenDeleted: string) => ({ whenDeleted, whenScaled: 'Retain' });
  deployStateful(cluster, 'kafka', 1, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: retention('Delete'),
  });
  change(cluster, (object) => {
    object.spec.persistentVolumeClaimRetentionPolicy = retention('Retain');
  });
  cluster.settle(15);
  assert.deepEqual(
    claims(cluster).map((claim) => claim.metadata.ownerReferences),
    [undefined],
  );
});

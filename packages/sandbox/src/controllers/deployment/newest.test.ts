import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { deploy, labelled, type TestCluster, testCluster, uidsOf } from '../testing/cluster.ts';

const sets = (cluster: TestCluster) => cluster.store.list(REPLICA_SETS, { namespace: 'shop' });

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);

const newImage = (image: string) => (object: KubeObject) => {
  object.spec.template.spec.containers[0].image = image;
};

test('a Deployment gets a ReplicaSet by the hash of its template, and that its Pods', () => {
  const cluster = testCluster();
  const made = deploy(cluster, 'web', 3);
  const [set, ...others] = sets(cluster);
  assert.ok(set);
  assert.equal(others.length, 0);
  const hash = set.metadata.labels?.['pod-template-hash'];
  assert.equal(set.metadata.name, `web-${hash}`);
  assert.equal(set.spec.selector.matchLabels['pod-template-hash'], hash);
  assert.deepEqual(set.metadata.ownerReferences, [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: made.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  assert.deepEqual(set.metadata.annotations, {
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
    'deployment.kubernetes.io/revision': '1',
  });
  assert.equal(cluster.pods().length, 3);
  for (const pod of cluster.pods()) assert.match(pod.metadata.name, new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
  const deployment = cluster.get(DEPLOYMENTS, 'web');
  assert.equal(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  assert.equal(deployment.status.observedGeneration, deployment.metadata.generation);
  assert.equal(deployment.status.availableReplicas, 3);
  assert.equal(deployment.status.unavailableReplicas, undefined);
  assert.equal(conditionOf(deployment.status, 'Progressing')?.reason, 'NewReplicaSetAvailable');
  assert.equal(conditionOf(deployment.status, 'Available')?.reason, 'MinimumReplicasAvailable');
  assert.deepEqual(
    cluster.events('web').map((event) => event.message),
    [`Scaled up replica set web-${hash} from 0 to 3`],
  );
  assert.deepEqual(cluster.failures, []);
});

test('rolling back finds the old ReplicaSet again and keeps its earlier revision as history', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2);
  const [first] = sets(cluster);
  change(cluster, newImage('nginx:1.30'));
  cluster.settle(20);
  change(cluster, newImage('nginx:1.29'));
  cluster.settle(20);
  const back = cluster.get(REPLICA_SETS, first?.metadata.name ?? '');
  assert.equal(back.spec.replicas, 2);
  assert.equal(back.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  assert.equal(back.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  assert.equal(sets(cluster).length, 2);
});

test('an adopted ReplicaSet whose hash is not ours is still the one of the template', () => {
  const cluster = testCluster();
  const template = labelled('web');
  template.metadata.labels['pod-template-hash'] = 'abc';
  cluster.store.create(REPLICA_SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-abc', namespace: 'shop', labels: { app: 'web', 'pod-template-hash': 'abc' } },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': 'abc' } }, template },
  });
  cluster.settle();
  const before = uidsOf(cluster.pods());
  deploy(cluster, 'web', 2);
  assert.deepEqual(
    sets(cluster).map((set) => set.metadata.name),
    ['web-abc'],
  );
  assert.deepEqual(uidsOf(cluster.pods()), before);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { deploy, labelled, type TestCluster, testCluster, uidsOf } from '../testing/cluster.ts';
import { NO_DEADLINE, progressing, R, sets } from '../testing/newest-set.ts';
import { newestReplicaSet } from './newest.ts';
import { deploymentScene } from './testing/scene.ts';

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);

const newImage = (image: string) => (object: KubeObject) => {
  object.spec.template.spec.containers[0].image = image;
};

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

test('a ReplicaSet that is found is told of once, and its revision becomes the Deployment’s', () => {
  const scene = deploymentScene(1);
  const set = scene.make('a', { replicas: 1, annotations: { [R]: '6' } });
  assert.equal(newestReplicaSet(scene.work, [set], true)?.metadata.name, 'web-a');
  assert.equal(scene.stored().metadata.annotations?.[R], '6');
  assert.deepEqual(progressing(scene.stored()), [
    'True',
    'FoundNewReplicaSet',
    'Found new replica set "web-a"',
  ]);
  const { resourceVersion } = scene.stored().metadata;
  newestReplicaSet(scene.work, [set], true);
  assert.equal(
    scene.stored().metadata.resourceVersion,
    resourceVersion,
    'nothing is new, nothing is written',
  );
  assert.deepEqual(scene.sizes(), { 'web-a': 1 });
});

test('a found ReplicaSet without a deadline gives its revision, and no condition', () => {
  const scene = deploymentScene(1, NO_DEADLINE);
  newestReplicaSet(scene.work, [scene.make('a', { annotations: { [R]: '6' } })], true);
  assert.equal(scene.stored().metadata.annotations?.[R], '6');
  assert.equal(progressing(scene.stored()), undefined);
});

test('with the right revision, that it was found is still told', () => {
  const scene = deploymentScene(1, {}, { metadata: { name: 'web', annotations: { [R]: '6' } } });
  newestReplicaSet(scene.work, [scene.make('a', { annotations: { [R]: '6' } })], true);
  assert.equal(progressing(scene.stored())?.[1], 'FoundNewReplicaSet');
});

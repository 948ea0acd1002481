import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';

const sets = (cluster: TestCluster) => cluster.store.list(REPLICA_SETS, { namespace: 'shop' });

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);

const newImage = (image: string) => (object: KubeObject) => {
  object.spec.template.spec.containers[0].image = image;
};

test('scaling changes no revision; scaling in the middle of a rollout is shared out', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 4);
  change(cluster, (object) => {
    object.spec.replicas = 6;
  });
  cluster.settle();
  assert.equal(cluster.pods().length, 6);
  assert.equal(sets(cluster).length, 1);
  // The new Pods never become ready: the rollout stands with both ReplicaSets running.
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle();
  const before = sets(cluster).map((set) => set.spec.replicas);
  assert.equal(before.filter((size) => size > 0).length, 2);
  change(cluster, (object) => {
    object.spec.replicas = 12;
  });
  cluster.settle();
  const after = sets(cluster).map((set) => set.spec.replicas);
  assert.equal(
    after.reduce((sum, size) => sum + size, 0),
    15,
    'twelve and a quarter more',
  );
  assert.ok(
    after.every((size, index) => size > (before[index] ?? 0)),
    'both have grown',
  );
});

test('a paused Deployment scales but does not roll, and says so', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2);
  change(cluster, (object) => {
    object.spec.paused = true;
    object.spec.replicas = 3;
    newImage('nginx:1.30')(object);
  });
  cluster.settle();
  assert.equal(cluster.pods().length, 3);
  assert.ok(cluster.pods().every((pod) => pod.spec.containers[0].image === 'nginx:1.29'));
  assert.equal(
    conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing')?.reason,
    'DeploymentPaused',
  );
  change(cluster, (object) => {
    object.spec.paused = false;
  });
  cluster.settle(20);
  assert.ok(cluster.pods().every((pod) => pod.spec.containers[0].image === 'nginx:1.30'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { isReady, isTerminating } from '../common/pods.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';

const sets = (cluster: TestCluster) => cluster.store.list(REPLICA_SETS, { namespace: 'shop' });

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);

const newImage = (image: string) => (object: KubeObject) => {
  object.spec.template.spec.containers[0].image = image;
};

test('a rolling update never has more or fewer Pods than it may', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 4, {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
  });
  const seen: { wanted: number; ready: number }[] = [];
  cluster.store.subscribe(() => {
    const wanted = sets(cluster).reduce((sum, set) => sum + set.spec.replicas, 0);
    const ready = cluster.pods().filter((pod) => isReady(pod) && !isTerminating(pod));
    seen.push({ wanted, ready: ready.length });
  });
  change(cluster, newImage('nginx:1.30'));
  cluster.settle(30);
  assert.ok(seen.length > 10);
  assert.equal(Math.max(...seen.map((item) => item.wanted)), 5, 'one more than wanted, and no more');
  assert.equal(Math.min(...seen.map((item) => item.ready)), 3, 'at most one not ready');
  assert.equal(cluster.pods().length, 4);
  for (const pod of cluster.pods()) assert.equal(pod.spec.containers[0].image, 'nginx:1.30');
  assert.deepEqual(
    sets(cluster)
      .map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set.spec.replicas])
      .sort(),
    [
      ['1', 0],
      ['2', 4],
    ],
  );
});

test('old ReplicaSets beyond the history limit go, the oldest revision first', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 1, { revisionHistoryLimit: 2 });
  for (const version of [30, 31, 32, 33]) {
    change(cluster, newImage(`nginx:1.${version}`));
    cluster.settle(10);
  }
  const revisions = sets(cluster).map(
    (set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'],
  );
  assert.deepEqual(revisions.sort(), ['3', '4', '5']);
});

test('Recreate makes nothing new before the last old Pod has really gone', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3, { strategy: { type: 'Recreate' } });
  let mixed = false;
  cluster.store.subscribe(() => {
    const images = new Set(cluster.pods().map((pod) => pod.spec.containers[0].image));
    mixed ||= images.size > 1;
  });
  change(cluster, newImage('nginx:1.30'));
  cluster.settle(20);
  assert.equal(mixed, false);
  assert.deepEqual(
    cluster.pods().map((pod) => pod.spec.containers[0].image),
    ['nginx:1.30', 'nginx:1.30', 'nginx:1.30'],
  );
});

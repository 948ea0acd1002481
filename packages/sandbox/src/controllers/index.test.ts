import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAPS, DEPLOYMENTS, NODES, PODS, SERVICE_ACCOUNTS, STORAGE_CLASSES } from './common/types.ts';
import { newDeployment, testCluster } from './testing/cluster.ts';

test('all controllers run, and make workloads run', () => {
  const cluster = testCluster();
  assert.equal(cluster.store.list(NODES).length, 3);
  assert.equal(cluster.exists(SERVICE_ACCOUNTS, 'default'), true);
  assert.equal(cluster.exists(CONFIG_MAPS, 'kube-root-ca.crt'), true);
  assert.equal(cluster.exists(STORAGE_CLASSES, 'standard'), true);
  cluster.store.create(DEPLOYMENTS, newDeployment('web', 2));
  cluster.settle();
  assert.deepEqual(
    cluster.pods().map(({ status }) => status.phase),
    ['Running', 'Running'],
  );
  cluster.store.delete(DEPLOYMENTS, 'shop', 'web');
  cluster.settle();
  assert.deepEqual(cluster.pods(), []);
  assert.deepEqual(cluster.failures, []);
  cluster.stop();
  assert.equal(cluster.clock.pending(), 0);
});

test('a controller may be left out, and its options reach it', () => {
  const cluster = testCluster({ without: ['kubelet', 'namespace-content'], nodes: 1 });
  assert.equal(cluster.store.list(NODES).length, 1);
  assert.equal(cluster.exists(SERVICE_ACCOUNTS, 'default'), false);
  cluster.store.create(SERVICE_ACCOUNTS, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop' },
  });
  cluster.store.create(DEPLOYMENTS, newDeployment('web', 1));
  cluster.settle();
  const [pod] = cluster.store.list(PODS);
  assert.deepEqual([pod?.status.phase, pod?.spec.nodeName], ['Pending', 'node-1']);
  cluster.stop();
  cluster.store.create(DEPLOYMENTS, newDeployment('late', 1));
  cluster.settle();
  assert.equal(cluster.pods().length, 1);
});

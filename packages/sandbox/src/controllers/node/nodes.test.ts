import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../common/conditions.ts';
import { NODES } from '../common/types.ts';
import { deploy, testCluster } from '../testing/cluster.ts';

test('Nodes stand ready, and Pods spread over them', () => {
  const cluster = testCluster({ nodes: 2 });
  const nodes = cluster.store.list(NODES);
  assert.deepEqual(
    nodes.map((node) => node.metadata.name),
    ['node-1', 'node-2'],
  );
  for (const node of nodes) assert.equal(conditionOf(node.status, 'Ready')?.status, 'True');
  deploy(cluster, 'web', 4);
  const counts = Object.groupBy(cluster.pods(), (item) => item.spec.nodeName);
  assert.deepEqual([counts['node-1']?.length, counts['node-2']?.length], [2, 2]);
  const addresses = new Set(cluster.pods().map((item) => item.status.podIP));
  assert.equal(addresses.size, 4);
});

test('a Node that somebody makes is told how long kubelets may keep Secrets', () => {
  const cluster = testCluster({ nodes: 1 });
  cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'more' } });
  cluster.settle();
  for (const node of cluster.store.list(NODES))
    assert.equal(node.metadata.annotations?.['node.alpha.kubernetes.io/ttl'], '0', node.metadata.name);
});

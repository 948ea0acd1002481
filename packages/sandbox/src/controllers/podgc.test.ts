import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODES } from './common/types.ts';
import { deploy, testCluster } from './testing/cluster.ts';

test('Pods of a Node that is gone are removed after a while, and replaced elsewhere', () => {
  const cluster = testCluster({ nodes: 2 });
  deploy(cluster, 'web', 2);
  cluster.store.delete(NODES, undefined, 'node-1');
  cluster.settle(30);
  assert.equal(cluster.pods().filter((item) => item.spec.nodeName === 'node-1').length, 1);
  cluster.settle(20);
  assert.deepEqual(
    cluster.pods().map((item) => [item.spec.nodeName, item.status.phase]),
    [
      ['node-2', 'Running'],
      ['node-2', 'Running'],
    ],
  );
});

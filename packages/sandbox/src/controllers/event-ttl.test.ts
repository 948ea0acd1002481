import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from './common/types.ts';
import { deploy, testCluster } from './testing/cluster.ts';

test('Events are forgotten an hour after they were last counted up', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 1);
  assert.ok(cluster.store.list(EVENTS).length > 0);
  cluster.settle(3500);
  assert.ok(cluster.store.list(EVENTS).length > 0);
  cluster.settle(300);
  assert.deepEqual(cluster.store.list(EVENTS), []);
});

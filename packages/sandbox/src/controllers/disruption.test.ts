import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { conditionOf } from './common/conditions.ts';
import { POD_DISRUPTION_BUDGETS, PODS, STATEFUL_SETS } from './common/types.ts';
import { deploy, deployStateful, type TestCluster, testCluster } from './testing/cluster.ts';

function createBudget(cluster: TestCluster, spec: Body, app = 'web') {
  cluster.store.create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace: 'shop' },
    spec: { selector: { matchLabels: { app } }, ...spec },
  });
  cluster.settle();
}

function figures(cluster: TestCluster) {
  const { status } = cluster.get(POD_DISRUPTION_BUDGETS, 'budget');
  const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } = status;
  return { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed };
}

test('a budget allows what is above its minimum', () => {
  for (const [spec, desired, allowed] of [
    [{ minAvailable: 3 }, 3, 1],
    [{ minAvailable: '50%' }, 2, 2],
    [{ maxUnavailable: 1 }, 3, 1],
    [{ maxUnavailable: '30%' }, 2, 2],
    [{ maxUnavailable: 0 }, 4, 0],
    [{ minAvailable: 9 }, 9, 0],
  ] as const) {
    const cluster = testCluster();
    deploy(cluster, 'web', 4);
    createBudget(cluster, spec);
    assert.deepEqual(
      figures(cluster),
      { expectedPods: 4, currentHealthy: 4, desiredHealthy: desired, disruptionsAllowed: allowed },
      JSON.stringify(spec),
    );
    const condition = conditionOf(cluster.get(POD_DISRUPTION_BUDGETS, 'budget').status, 'DisruptionAllowed');
    assert.equal(condition?.reason, allowed > 0 ? 'SufficientPods' : 'InsufficientPods');
  }
});

test('a Pod on its way out uses the budget up, and its replacement gives it back', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3);
  createBudget(cluster, { maxUnavailable: 1 });
  cluster.store.delete(PODS, 'shop', cluster.pods()[0]?.metadata.name ?? '');
  cluster.clock.advance(20);
  assert.equal(figures(cluster).disruptionsAllowed, 0);
  cluster.settle();
  assert.equal(figures(cluster).disruptionsAllowed, 1);
});

test('naked Pods: a percentage counts none of them, so nothing may be evicted', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3);
  createBudget(cluster, { maxUnavailable: '34%' }, 'kafka');
  assert.equal(figures(cluster).disruptionsAllowed, 2);
  cluster.store.delete(STATEFUL_SETS, 'shop', 'kafka', { propagationPolicy: 'Orphan' });
  cluster.settle();
  assert.deepEqual(figures(cluster), {
    expectedPods: 0,
    currentHealthy: 3,
    desiredHealthy: 0,
    disruptionsAllowed: 0,
  });
  assert.ok(cluster.events('budget').some((event) => event.reason === 'UnmanagedPods'));
});

test('a granted eviction that is not carried out is forgotten after two minutes', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3);
  createBudget(cluster, { minAvailable: 1 });
  const name = cluster.pods()[0]?.metadata.name ?? '';
  cluster.store.modify(
    POD_DISRUPTION_BUDGETS,
    'shop',
    'budget',
    (object) => {
      object.status.disruptedPods = { [name]: '2026-11-02T10:00:15Z' };
    },
    { subresource: 'status' },
  );
  cluster.settle();
  assert.equal(figures(cluster).currentHealthy, 2);
  cluster.settle(130);
  assert.equal(figures(cluster).currentHealthy, 3);
  assert.equal(cluster.get(POD_DISRUPTION_BUDGETS, 'budget').status.disruptedPods, undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);

test('a rollout that gets nowhere misses its deadline without anything else happening', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2, { progressDeadlineSeconds: 60 });
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle(50);
  assert.equal(conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing')?.status, 'True');
  cluster.settle(30);
  const progressing = conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing');
  assert.equal(progressing?.status, 'False');
  assert.equal(progressing?.reason, 'ProgressDeadlineExceeded');
});

test('what keeps a ReplicaSet from its Pods is told of its Deployment too, while it lasts', () => {
  const cluster = testCluster({ without: ['replicaset'] });
  deploy(cluster, 'web', 1);
  const [set] = cluster.store.list(REPLICA_SETS, { namespace: 'shop' });
  const fail = (failing: boolean) => {
    const refusal = {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'exceeded quota',
    };
    cluster.store.modify(
      REPLICA_SETS,
      'shop',
      set?.metadata.name ?? '',
      (fresh) => {
        fresh.status = { ...fresh.status, replicas: 0, conditions: failing ? [refusal] : [] };
      },
      { subresource: 'status' },
    );
    cluster.settle();
    const { status, reason, message } =
      conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'ReplicaFailure') ?? {};
    return [status, reason, message];
  };
  assert.deepEqual(fail(true), ['True', 'FailedCreate', 'exceeded quota']);
  assert.deepEqual(fail(false), [undefined, undefined, undefined]);
});

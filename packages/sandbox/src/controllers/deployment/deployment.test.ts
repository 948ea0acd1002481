import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../common/types.ts';
import {
  deploy,
  newDeployment,
  restartsOf,
  type TestCluster,
  testCluster,
  uidsOf,
} from '../testing/cluster.ts';

const sets = (cluster: TestCluster) => cluster.store.list(REPLICA_SETS, { namespace: 'shop' });

test('deleted with Orphan and created again: the same Pods, no restart', () => {
  const cluster = testCluster();
  const old = deploy(cluster, 'web', 3);
  const before = uidsOf(cluster.pods());
  cluster.store.delete(DEPLOYMENTS, 'shop', 'web', { propagationPolicy: 'Orphan' });
  cluster.settle();
  assert.equal(cluster.exists(DEPLOYMENTS, 'web'), false);
  assert.ok(sets(cluster).every((set) => set.metadata.ownerReferences === undefined));
  assert.deepEqual(uidsOf(cluster.pods()), before);
  // The orphaned ReplicaSet goes on replacing Pods.
  const victim = cluster.pods()[0]?.metadata.name ?? '';
  cluster.store.delete(PODS, 'shop', victim);
  cluster.settle();
  const meanwhile = uidsOf(cluster.pods());
  assert.equal(Object.keys(meanwhile).length, 3);
  assert.equal(meanwhile[victim], undefined);

  cluster.store.create(DEPLOYMENTS, { ...newDeployment('web', 3), spec: old.spec });
  cluster.settle();
  assert.equal(sets(cluster).length, 1);
  assert.equal(
    sets(cluster)[0]?.metadata.ownerReferences?.[0]?.uid,
    cluster.get(DEPLOYMENTS, 'web').metadata.uid,
  );
  assert.deepEqual(uidsOf(cluster.pods()), meanwhile);
  assert.equal(restartsOf(cluster.pods()), 0);
});

test('malformed Deployments break nothing', () => {
  const cluster = testCluster({ lawless: true });
  for (const [name, spec] of Object.entries({
    none: undefined,
    text: 'what',
    empty: {},
    selector: { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] }, template: {} },
    numbers: { replicas: 'many', selector: { matchLabels: { app: 'numbers' } }, template: 7 },
  })) {
    cluster.store.create(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop' },
      spec,
    });
  }
  cluster.settle();
  deploy(cluster, 'web', 2);
  assert.equal(cluster.pods().filter((pod) => pod.metadata.labels?.app === 'web').length, 2);
});

test('stopped controllers leave no timer behind', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3, { progressDeadlineSeconds: 60 });
  cluster.store.delete(PODS, 'shop', cluster.pods()[0]?.metadata.name ?? '');
  cluster.stop();
  assert.equal(cluster.clock.pending(), 0);
  const version = cluster.store.version();
  cluster.settle(60);
  assert.equal(cluster.store.version(), version);
});

test('pausing and resuming leave a mark, and what is scaled meanwhile is scaled', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2);
  const edit = (change: (spec: Record<string, unknown>) => void) => {
    cluster.store.modify(DEPLOYMENTS, 'shop', 'web', (object) => change(object.spec));
    cluster.settle();
  };
  const progressing = () => {
    const { status, reason, message } =
      conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing') ?? {};
    return [status, reason, message];
  };
  edit((spec) => {
    spec.paused = true;
  });
  assert.deepEqual(progressing(), ['Unknown', 'DeploymentPaused', 'Deployment is paused']);
  edit((spec) => {
    spec.replicas = 4;
    spec.minReadySeconds = 1;
  });
  const { status, metadata } = cluster.get(DEPLOYMENTS, 'web');
  assert.equal(status.observedGeneration, metadata.generation);
  assert.deepEqual([status.replicas, status.readyReplicas], [4, 4]);
  assert.equal(sets(cluster)[0]?.spec.minReadySeconds, 1, 'this needs no rollout');
  const said = new Set<string>();
  cluster.store.subscribe(() => said.add(progressing().join(' ')));
  edit((spec) => {
    spec.paused = false;
  });
  assert.ok(said.has('Unknown DeploymentResumed Deployment is resumed'));
  assert.equal(progressing()[1], 'NewReplicaSetAvailable', 'there was nothing left to do');
  assert.equal(sets(cluster).length, 1);
});

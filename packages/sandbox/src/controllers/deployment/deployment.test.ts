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
import { deploymentController } from './deployment.ts';
import { type DeploymentScene, deploymentScene } from './testing/scene.ts';

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
  assert.deepEqual(
    cluster.events('empty').map(({ type, reason, message }) => [type, reason, message]),
    [['Warning', 'SelectingAll', 'This deployment is selecting all pods. A non-empty selector is required.']],
  );
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

const RECREATE = { strategy: { type: 'Recreate' } };

/** The controller of Deployments alone, and what it failed at. */
function started(scene: DeploymentScene): string[] {
  const failures: string[] = [];
  const report = (_: string, key: string, error: unknown) => failures.push(`${key}: ${error}`);
  deploymentController({ report })(scene.cluster.store, scene.cluster.clock);
  scene.cluster.settle();
  return failures;
}

test('Recreate goes on when the last old Pod goes, and by no other Pod', () => {
  const scene = deploymentScene(2, RECREATE);
  const { store } = scene.cluster;
  const old = scene.make('old', { image: 'nginx:1' });
  scene.pod(old, 'old-1');
  const bare = { ...scene.pod(old, 'bare'), metadata: { name: 'bare', namespace: 'shop' } };
  store.delete(PODS, 'shop', 'bare', { gracePeriodSeconds: 0 });
  store.create(PODS, { ...bare, spec: old.spec.template.spec });
  const failures = started(scene);
  assert.deepEqual(scene.sizes(), { 'web-old': 0 });
  // Its end is nobody's beginning: it belonged to none.
  store.delete(PODS, 'shop', 'bare', { gracePeriodSeconds: 0 });
  // A Pod whose ReplicaSet belongs to no Deployment.
  store.modify(REPLICA_SETS, 'shop', 'web-old', (set) => void delete set.metadata.ownerReferences);
  scene.pod(scene.set('web-old'), 'old-2');
  store.delete(PODS, 'shop', 'old-2', { gracePeriodSeconds: 0 });
  scene.cluster.settle();
  assert.deepEqual(scene.sizes(), { 'web-old': 0 });
  store.delete(PODS, 'shop', 'old-1', { gracePeriodSeconds: 0 });
  scene.cluster.settle();
  assert.equal(Object.values(scene.sizes()).includes(2), true);
  assert.deepEqual(failures, []);
});

test('what has gone is no failure', () => {
  const scene = deploymentScene(1);
  const failures = started(scene);
  scene.cluster.store.delete(DEPLOYMENTS, 'shop', 'web');
  scene.cluster.settle();
  assert.equal(scene.cluster.exists(DEPLOYMENTS, 'web'), false);
  assert.deepEqual(failures, []);
});

test('on its way out a Deployment tells how it stands, and rolls nothing out', () => {
  const scene = deploymentScene(2);
  const { store } = scene.cluster;
  store.modify(DEPLOYMENTS, 'shop', 'web', (object) => {
    object.metadata.finalizers = ['example.com/wait'];
  });
  scene.make('old', { image: 'nginx:1', replicas: 1, status: { readyReplicas: 1 } });
  store.delete(DEPLOYMENTS, 'shop', 'web');
  assert.deepEqual(started(scene), []);
  assert.deepEqual(scene.sizes(), { 'web-old': 1 });
  assert.equal(scene.stored().status.readyReplicas, 1);
});

test('the strategy decides: all old ones at once, or as many as there is room for', () => {
  for (const [strategy, old] of [
    [RECREATE, 0],
    [{}, 3],
  ] as const) {
    const scene = deploymentScene(4, strategy);
    scene.make('old', { image: 'nginx:1', replicas: 4, status: { availableReplicas: 4 } });
    assert.deepEqual(started(scene), []);
    assert.equal(scene.sizes()['web-old'], old);
    assert.equal(Object.keys(scene.sizes()).length, old === 0 ? 1 : 2, 'one more, and one less, at a time');
  }
});

test('a pause is told where there is a deadline that has not passed', () => {
  const paused = (spec: object, reason?: string) => {
    const condition = { type: 'Progressing', status: 'False', reason };
    const status = reason === undefined ? {} : { conditions: [condition] };
    const scene = deploymentScene(1, { paused: true, ...spec }, { status });
    assert.deepEqual(started(scene), []);
    return conditionOf(scene.stored().status, 'Progressing')?.reason;
  };
  assert.equal(paused({}), 'DeploymentPaused');
  assert.equal(paused({}, 'ReplicaSetUpdated'), 'DeploymentPaused');
  assert.equal(paused({}, 'ProgressDeadlineExceeded'), 'ProgressDeadlineExceeded');
  assert.equal(paused({ progressDeadlineSeconds: 2147483647 }), undefined);
});

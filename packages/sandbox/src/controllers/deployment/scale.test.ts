import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';
import { isScaling, scaleOnly } from './scale.ts';
import { type DeploymentScene, deploymentScene } from './testing/scene.ts';

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

const R = 'deployment.kubernetes.io/revision';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const strategy = (maxSurge: number | string, maxUnavailable: number | string = 1) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const later = (scene: DeploymentScene) => scene.cluster.clock.advance(1000);

test('it is being scaled while a ReplicaSet that has Pods remembers another number', () => {
  for (const [replicas, desired, is] of [
    [2, '2', true],
    [2, '3', false],
    [1, '2', true],
    [0, '2', false],
    [2, undefined, false],
  ] as const) {
    const scene = deploymentScene(3);
    const set = scene.make('a', {
      replicas,
      annotations: { [R]: '7', ...(desired ? { [DESIRED]: desired } : {}) },
    });
    const other = scene.make('b', { image: 'nginx:1', replicas: 1, annotations: { [DESIRED]: '3' } });
    assert.equal(isScaling(scene.work, [other, set]), is, `${replicas} of ${desired}`);
    assert.equal(scene.stored().metadata.annotations?.[R], '7', 'the revision is brought up to date first');
  }
});

test('where its template has no ReplicaSet yet, asking makes none', () => {
  const scene = deploymentScene(3);
  const old = scene.make('old', { image: 'nginx:1', replicas: 1, annotations: { [DESIRED]: '1' } });
  assert.equal(isScaling(scene.work, [old]), true);
  assert.deepEqual(scene.sizes(), { 'web-old': 1 });
});

test('one ReplicaSet alone has all: the one that runs, else the newest, else the last that was', () => {
  const scene = deploymentScene(3);
  const old = scene.make('old', { image: 'nginx:1', replicas: 1 });
  const newest = scene.make('new');
  scaleOnly(scene.work, [newest, old]);
  assert.deepEqual(scene.sizes(), { 'web-new': 0, 'web-old': 3 });

  const idle = deploymentScene(3);
  scaleOnly(idle.work, [idle.make('old', { image: 'nginx:1' }), idle.make('new')]);
  assert.deepEqual(idle.sizes(), { 'web-new': 3, 'web-old': 0 });

  const gone = deploymentScene(3);
  const first = gone.make('z', { image: 'nginx:1' });
  later(gone);
  const last = gone.make('a', { image: 'nginx:2' });
  scaleOnly(gone.work, [last, first]);
  assert.deepEqual(gone.sizes(), { 'web-a': 3, 'web-z': 0 });

  const none = deploymentScene(3);
  scaleOnly(none.work, []);
  assert.deepEqual(none.sizes(), {});
});

test('the only one of no newest that runs is scaled too', () => {
  const scene = deploymentScene(2);
  scaleOnly(scene.work, [scene.make('old', { image: 'nginx:1', replicas: 1 })]);
  assert.deepEqual(scene.sizes(), { 'web-old': 2 });
});

test('once the newest has all that is wanted, the others end', () => {
  for (const [replicas, desired, available, ends] of [
    [3, '3', 3, true],
    [2, '3', 3, false],
    [3, '2', 3, false],
    [3, '3', 2, false],
  ] as const) {
    const scene = deploymentScene(3, { strategy: { type: 'Recreate' } });
    const annotations = { [DESIRED]: desired };
    const newest = scene.make('new', { replicas, annotations, status: { availableReplicas: available } });
    const old = scene.make('old', { image: 'nginx:1', replicas: 2 });
    const older = scene.make('older', { image: 'nginx:0', replicas: 1 });
    scaleOnly(scene.work, [newest, old, older]);
    const left = ends ? { 'web-old': 0, 'web-older': 0 } : { 'web-old': 2, 'web-older': 1 };
    assert.deepEqual(scene.sizes(), { 'web-new': replicas, ...left }, `${replicas} ${desired} ${available}`);
  }
});

test('scaling of a rollout is shared out in proportion, as in the documentation of Deployments', () => {
  // Ten with 3 more and 2 less allowed; 8 old ones and 5 new ones; then fifteen are wanted.
  const scene = deploymentScene(15, strategy(3, 2));
  const annotations = { [DESIRED]: '10', [MAX]: '13' };
  const old = scene.make('old', {
    image: 'nginx:1',
    replicas: 8,
    annotations,
    status: { availableReplicas: 8 },
  });
  const newest = scene.make('new', { replicas: 5, annotations });
  scaleOnly(scene.work, [newest, old]);
  assert.deepEqual(scene.sizes(), { 'web-new': 7, 'web-old': 11 });
  for (const name of ['web-new', 'web-old']) {
    const { [DESIRED]: desired, [MAX]: max } = scene.set(name).metadata.annotations ?? {};
    assert.deepEqual([desired, max], ['15', '18']);
  }
});

test('what rounding leaves goes to the largest, of equal ones to the newest, and comes from the oldest', () => {
  const three = (wanted: number, sizes = [3, 3, 3]) => {
    const scene = deploymentScene(wanted, strategy(0));
    const annotations = { [DESIRED]: '9', [MAX]: '9' };
    const sets = ['z', 'm', 'a'].map((name, index) => {
      later(scene);
      return scene.make(name, { image: `nginx:${index}`, replicas: sizes[index] ?? 0, annotations });
    });
    scaleOnly(scene.work, sets);
    for (const { metadata } of sets)
      assert.equal(scene.set(metadata.name).metadata.annotations?.[DESIRED], String(wanted));
    return ['z', 'm', 'a'].map((name) => scene.sizes()[`web-${name}`]);
  };
  assert.deepEqual(three(10), [3, 3, 4]);
  assert.deepEqual(three(8), [2, 3, 3]);
  // 5 · 10/9 is nearly 6, and 2 · 10/9 nearly 2.
  assert.deepEqual(three(10, [2, 5, 2]), [2, 6, 2]);
  assert.deepEqual(three(0), [0, 0, 0]);
});

test('without Pods wanted none stay, whatever could be more', () => {
  const scene = deploymentScene(0, strategy(2));
  const annotations = { [DESIRED]: '3', [MAX]: '5' };
  const old = scene.make('old', { image: 'nginx:1', replicas: 3, annotations });
  scaleOnly(scene.work, [scene.make('new', { replicas: 2, annotations }), old]);
  assert.deepEqual(scene.sizes(), { 'web-new': 0, 'web-old': 0 });
});

test('with one Pod wanted and one more allowed there are two', () => {
  const scene = deploymentScene(1, strategy(1));
  const annotations = { [DESIRED]: '5', [MAX]: '6' };
  const old = scene.make('old', { image: 'nginx:1', replicas: 3, annotations });
  scaleOnly(scene.work, [scene.make('new', { replicas: 3, annotations }), old]);
  assert.deepEqual(scene.sizes(), { 'web-new': 1, 'web-old': 1 });
});

test('where nobody knows how many there were, the largest gives what it has and no more', () => {
  const scene = deploymentScene(1, strategy(0));
  const sets = ['a', 'b', 'c'].map((name) => scene.make(name, { image: `nginx:${name}`, replicas: 2 }));
  scaleOnly(scene.work, sets);
  assert.deepEqual(Object.values(scene.sizes()).sort(), [0, 2, 2]);
});

test('only a paused one is cleaned up while it is scaled, and each tells how it stands', () => {
  for (const paused of [true, false]) {
    const scene = deploymentScene(2, { paused, revisionHistoryLimit: 0 });
    const newest = scene.make('new', { replicas: 2, status: { availableReplicas: 2 } });
    scaleOnly(scene.work, [newest, scene.make('old', { image: 'nginx:1' })]);
    assert.deepEqual(Object.keys(scene.sizes()), paused ? ['web-new'] : ['web-new', 'web-old']);
    assert.equal(scene.stored().status.availableReplicas, 2);
  }
});

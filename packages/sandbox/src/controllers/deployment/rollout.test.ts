import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { isReady, isTerminating } from '../common/pods.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../common/types.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';
import { cleanUp, recreate, rollOver, withoutNewest } from './rollout.ts';
import { type DeploymentScene, deploymentScene, type SetOf } from './testing/scene.ts';

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

const R = 'deployment.kubernetes.io/revision';
const rolling = (maxSurge: number, maxUnavailable: number) => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
});
const RECREATE = { strategy: { type: 'Recreate' } };
const reasonOf = (scene: DeploymentScene) => conditionOf(scene.stored().status, 'Progressing')?.reason;

/** A ReplicaSet as `replicas/available`, made after those before it. */
function setsOf(scene: DeploymentScene, sizes: Record<string, string>): KubeObject[] {
  return Object.entries(sizes).map(([name, text]) => {
    const [replicas = 0, availableReplicas = 0] = text.split('/').map(Number);
    const of: SetOf = { replicas, status: { replicas, availableReplicas }, annotations: { [R]: '1' } };
    scene.cluster.clock.advance(1000);
    return scene.make(name, name === 'new' ? of : { ...of, image: `nginx:${name}` });
  });
}

/** What one step of a rolling update makes of these, in the order in which they were made. */
function stepped(replicas: number, spec: object, sizes: Record<string, string>): number[] {
  const scene = deploymentScene(replicas, spec);
  const sets = setsOf(scene, sizes);
  rollOver(scene.work, sets);
  return sets.map(({ metadata }) => scene.sizes()[metadata.name] ?? -1);
}

test('the newest is the one that is taken out, if there is one', () => {
  const scene = deploymentScene(1);
  const [a, b] = [scene.make('a'), scene.make('b')];
  assert.deepEqual(withoutNewest([a, b], a), [b]);
  assert.deepEqual(withoutNewest([a, b], undefined), [a, b]);
});

test('a step of a rolling update goes up or down, as far as there is room', () => {
  const cases: [string, number, object, Record<string, string>, number[]][] = [
    ['up by what may be more', 10, rolling(3, 2), { old: '10/10', new: '0/0' }, [10, 3]],
    ['no room: down by what may be missing', 10, rolling(0, 2), { old: '10/10', new: '0/0' }, [8, 0]],
    ['what is not ready yet is missing already', 10, rolling(3, 2), { old: '8/8', new: '5/0' }, [8, 5]],
    ['what has become ready is not', 10, rolling(3, 2), { old: '8/8', new: '5/1' }, [7, 5]],
    ['a newest that is too large shrinks', 3, rolling(1, 0), { new: '5/5' }, [3]],
    ['the last old one goes', 3, rolling(1, 0), { old: '1/1', new: '3/3' }, [0, 3]],
    ['what is not available goes first', 10, rolling(0, 4), { z: '4/4', a: '6/2', new: '0/0' }, [4, 2, 0]],
    ['the oldest of those first', 4, rolling(0, 1), { z: '2/0', a: '2/0', new: '0/0' }, [1, 2, 0]],
    ['of the available too', 4, rolling(0, 3), { z: '2/2', a: '2/2', new: '0/0' }, [0, 1, 0]],
    ['not one more than is wanted to stay', 4, rolling(1, 0), { z: '3/3', new: '2/1' }, [3, 2]],
    ['only as many as there are', 2, rolling(1, 2), { z: '1/1', a: '1/1', new: '1/1' }, [0, 0, 1]],
    ['what cannot run is no reason to wait', 2, rolling(1, 0), { z: '2/1', new: '1/1' }, [1, 1]],
  ];
  for (const [why, replicas, spec, sizes, expected] of cases)
    assert.deepEqual(stepped(replicas, spec, sizes), expected, why);
});

test('a step makes the ReplicaSet that the template wants', () => {
  const scene = deploymentScene(2);
  rollOver(scene.work, []);
  assert.deepEqual(Object.values(scene.sizes()), [2]);
  assert.equal(reasonOf(scene), 'NewReplicaSetCreated');
});

test('old ReplicaSets are looked through once the rollout is complete, and not before', () => {
  const left = (available: number, more: object = {}) => {
    const scene = deploymentScene(1, { revisionHistoryLimit: 0, ...more });
    const sets = setsOf(scene, { old: '0/0', new: `1/${available}` });
    const run = 'strategy' in more ? recreate : rollOver;
    for (let times = 0; times < 3; times++) run(scene.work, sets);
    return Object.keys(scene.sizes());
  };
  assert.deepEqual(left(1), ['web-new']);
  assert.deepEqual(left(0), ['web-new', 'web-old']);
  assert.deepEqual(left(1, RECREATE), ['web-new']);
  assert.deepEqual(left(0, RECREATE), ['web-new', 'web-old']);
});

test('which old ReplicaSets go: empty ones beyond the limit, the lowest revisions first', () => {
  const cleaned = (
    limit: number | undefined,
    edit: (scene: DeploymentScene) => void = () => {},
    of: SetOf = {},
  ) => {
    const scene = deploymentScene(0, limit === undefined ? {} : { revisionHistoryLimit: limit });
    scene.make('new', { annotations: { [R]: '9' } });
    scene.make('c', { image: 'nginx:3', annotations: { [R]: '1' }, ...of });
    scene.make('b', { image: 'nginx:2', annotations: { [R]: '2' } });
    scene.make('a', { image: 'nginx:1', annotations: { [R]: '3' } });
    edit(scene);
    const old = ['a', 'b', 'c'].map((name) => scene.set(`web-${name}`));
    cleanUp(scene.work, old);
    cleanUp(scene.work, old);
    return Object.keys(scene.sizes()).filter((name) => name !== 'web-new');
  };
  assert.deepEqual(cleaned(undefined), ['web-a', 'web-b', 'web-c']);
  assert.deepEqual(cleaned(4), ['web-a', 'web-b', 'web-c']);
  assert.deepEqual(cleaned(2), ['web-a', 'web-b']);
  assert.deepEqual(cleaned(1), ['web-a']);
  assert.deepEqual(cleaned(0), []);
  // One that is in use counts, and stays.
  assert.deepEqual(cleaned(1, undefined, { replicas: 1, status: { replicas: 0 } }), ['web-a', 'web-c']);
  assert.deepEqual(cleaned(1, undefined, { status: { replicas: 1 } }), ['web-a', 'web-c']);
  // So does one whose controller has not seen its last change.
  assert.deepEqual(cleaned(1, undefined, { status: { observedGeneration: 0 } }), ['web-a', 'web-c']);
  // One that is going already does not count.
  const going = (scene: DeploymentScene) => {
    const { store } = scene.cluster;
    store.modify(
      REPLICA_SETS,
      'shop',
      'web-c',
      (set) => void (set.metadata.finalizers = ['example.com/wait']),
    );
    store.delete(REPLICA_SETS, 'shop', 'web-c');
  };
  assert.deepEqual(cleaned(2, going), ['web-a', 'web-b', 'web-c']);
});

test('one that has taken the name of an old ReplicaSet is left', () => {
  const scene = deploymentScene(0, { revisionHistoryLimit: 0 });
  const old = scene.make('old', { image: 'nginx:1' });
  old.metadata.uid = 'another';
  assert.throws(() => cleanUp(scene.work, [old]), { reason: 'Conflict' });
  assert.deepEqual(Object.keys(scene.sizes()), ['web-old']);
});

test('Recreate: old ones end, then their Pods, then there are new ones', () => {
  const scene = deploymentScene(2, RECREATE);
  const { store } = scene.cluster;
  const old = scene.make('old', { image: 'nginx:1', replicas: 1 });
  const spare = scene.make('spare', { image: 'nginx:2' });
  recreate(scene.work, [old, spare]);
  assert.deepEqual(scene.sizes(), { 'web-old': 0, 'web-spare': 0 });
  assert.equal(scene.stored().status.replicas, 1, 'and it is told how it stands');
  // Its controller has not got there: the status still says one.
  recreate(scene.work, [scene.set('web-old'), spare]);
  assert.deepEqual(Object.keys(scene.sizes()), ['web-old', 'web-spare']);
  const say = (status: object) =>
    store.modify(REPLICA_SETS, 'shop', 'web-old', (set) => void (set.status = status), {
      subresource: 'status',
    });
  scene.pod(old, 'old-1');
  const empty = say({ replicas: 0 });
  recreate(scene.work, [empty, spare]);
  assert.deepEqual(Object.keys(scene.sizes()), ['web-old', 'web-spare'], 'a Pod still runs');
  store.modify(PODS, 'shop', 'old-1', (object) => void (object.status.phase = 'Succeeded'), {
    subresource: 'status',
  });
  recreate(scene.work, [empty, spare]);
  const [made, ...others] = Object.entries(scene.sizes()).filter(([name]) => !/-(old|spare)$/.test(name));
  assert.equal(made?.[1], 2);
  assert.deepEqual(others, []);
  assert.equal(reasonOf(scene), 'NewReplicaSetCreated');
});

test('Recreate: what has just been told to end is waited for, though its controller knows of no Pods yet', () => {
  const scene = deploymentScene(2, RECREATE);
  recreate(scene.work, [scene.make('old', { image: 'nginx:1', replicas: 1, status: { replicas: 0 } })]);
  assert.deepEqual(scene.sizes(), { 'web-old': 0 });
});

test('Recreate: the Pods of the newest are in nobody’s way, and it has all that is wanted', () => {
  const scene = deploymentScene(2, RECREATE);
  const newest = scene.make('new', { replicas: 1 });
  scene.pod(newest, 'new-1');
  recreate(scene.work, [newest, scene.make('old', { image: 'nginx:1' })]);
  assert.deepEqual(scene.sizes(), { 'web-new': 2, 'web-old': 0 });
});

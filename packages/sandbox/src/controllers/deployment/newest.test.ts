import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from '../common/conditions.ts';
import { DEPLOYMENTS } from '../common/types.ts';
import { deploy, testCluster } from '../testing/cluster.ts';
import { NO_DEADLINE, progressing, R, sets } from '../testing/newest-set.ts';
import { newestReplicaSet } from './newest.ts';
import { deploymentScene } from './testing/scene.ts';

test('a Deployment gets a ReplicaSet by the hash of its template, and that its Pods', () => {
  const cluster = testCluster();
  const made = deploy(cluster, 'web', 3);
  const [set, ...others] = sets(cluster);
  assert.ok(set);
  assert.equal(others.length, 0);
  const hash = set.metadata.labels?.['pod-template-hash'];
  assert.equal(set.metadata.name, `web-${hash}`);
  assert.equal(set.spec.selector.matchLabels['pod-template-hash'], hash);
  assert.deepEqual(set.metadata.ownerReferences, [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: made.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  assert.deepEqual(set.metadata.annotations, {
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
    'deployment.kubernetes.io/revision': '1',
  });
  assert.equal(cluster.pods().length, 3);
  for (const pod of cluster.pods()) assert.match(pod.metadata.name, new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
  const deployment = cluster.get(DEPLOYMENTS, 'web');
  assert.equal(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  assert.equal(deployment.status.observedGeneration, deployment.metadata.generation);
  assert.equal(deployment.status.availableReplicas, 3);
  assert.equal(deployment.status.unavailableReplicas, undefined);
  assert.equal(conditionOf(deployment.status, 'Progressing')?.reason, 'NewReplicaSetAvailable');
  assert.equal(conditionOf(deployment.status, 'Available')?.reason, 'MinimumReplicasAvailable');
  assert.deepEqual(
    cluster.events('web').map((event) => event.message),
    [`Scaled up replica set web-${hash} from 0 to 3`],
  );
  assert.deepEqual(cluster.failures, []);
});

const HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';

test('none is made where none is asked for', () => {
  const scene = deploymentScene(2);
  assert.equal(newestReplicaSet(scene.work, [], false), undefined);
  assert.deepEqual(scene.sizes(), {});
});

test('a new ReplicaSet is told of on the Deployment: its revision, its size, that there is progress', () => {
  const scene = deploymentScene(
    3,
    { minReadySeconds: 7 },
    { metadata: { name: 'web', annotations: { note: 'x' } } },
  );
  const old = scene.make('old', { image: 'nginx:1', replicas: 3, annotations: { [R]: '4' } });
  const made = newestReplicaSet(scene.work, [old], true);
  assert.ok(made);
  const { name } = made.metadata;
  // A quarter more than three, rounded up, is one.
  assert.deepEqual(scene.sizes(), { 'web-old': 3, [name]: 1 });
  assert.equal(made.spec.minReadySeconds, 7);
  assert.deepEqual(made.metadata.annotations, { note: 'x', [R]: '5', [DESIRED]: '3', [MAX]: '4' });
  assert.deepEqual(scene.told, [`Normal ScalingReplicaSet: Scaled up replica set ${name} from 0 to 1`]);
  assert.equal(scene.stored().metadata.annotations?.[R], '5');
  assert.deepEqual(progressing(scene.stored()), [
    'True',
    'NewReplicaSetCreated',
    `Created new replica set "${name}"`,
  ]);
});

test('without replicas nothing is told; without a deadline there is no condition, but a revision', () => {
  const scene = deploymentScene(0, NO_DEADLINE);
  const made = newestReplicaSet(scene.work, [], true);
  assert.equal(made?.spec.replicas, 0);
  assert.equal(made?.spec.minReadySeconds, undefined);
  assert.deepEqual(scene.told, []);
  assert.equal(progressing(scene.stored()), undefined);
  assert.equal(scene.stored().metadata.annotations?.[R], '1');
});

test('the size comes without that of the ReplicaSets that it replaces; a surge of none leaves no room', () => {
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  const scene = deploymentScene(2, { strategy });
  const old = scene.make('old', { image: 'nginx:1', replicas: 2 });
  assert.equal(newestReplicaSet(scene.work, [old], true)?.spec.replicas, 0);
});

test('the longest name a Deployment can have leaves room for the hash', () => {
  const name = 'a'.repeat(253);
  const scene = deploymentScene(1, {}, { metadata: { name } });
  const made = newestReplicaSet(scene.work, [], true);
  const hash = made?.metadata.labels?.['pod-template-hash'] ?? '';
  assert.equal(made?.metadata.name.length, 253);
  assert.equal(made?.metadata.name, `${name.slice(hash.length + 1)}-${hash}`);
});

test('annotations of the Deployment go on to its ReplicaSet, but for those of its own bookkeeping', () => {
  const kept = { 'kubernetes.io/change-cause': 'because', team: 'shop' };
  const left = {
    'kubectl.kubernetes.io/last-applied-configuration': '{}',
    [R]: '1',
    [HISTORY]: '1,2',
    [DESIRED]: '9',
    [MAX]: '9',
    'deprecated.deployment.rollback.to': '1',
  };
  const scene = deploymentScene(1, {}, { metadata: { name: 'web', annotations: { ...kept, ...left } } });
  const old = { [R]: '1', [DESIRED]: '1', [MAX]: '2', own: 'y' };
  const set = scene.make('a', { replicas: 1, annotations: old });
  assert.deepEqual(newestReplicaSet(scene.work, [set], true)?.metadata.annotations, { ...old, ...kept });
  assert.deepEqual(scene.set('web-a').metadata.annotations, { ...old, ...kept });
});

test('how long a Pod has to be ready follows the Deployment', () => {
  const of = (wanted: number | undefined, there: number | undefined) => {
    const scene = deploymentScene(1, wanted === undefined ? {} : { minReadySeconds: wanted });
    const set = scene.make('a', { annotations: { [R]: '1' }, spec: there ? { minReadySeconds: there } : {} });
    const found = newestReplicaSet(scene.work, [set], false);
    // What comes next is for the next run: nothing is written to the Deployment by this one.
    const written = scene.stored().metadata.annotations?.[R] !== undefined;
    return [found?.spec.minReadySeconds ?? 0, scene.set('web-a').spec.minReadySeconds ?? 0, written];
  };
  assert.deepEqual(of(7, undefined), [7, 7, false]);
  assert.deepEqual(of(7, 3), [7, 7, false]);
  assert.deepEqual(of(1, undefined), [1, 1, false]);
  assert.deepEqual(of(undefined, 7), [0, 0, false]);
  assert.deepEqual(of(undefined, 1), [0, 0, false]);
  assert.deepEqual(of(7, 7), [7, 7, true]);
  assert.deepEqual(of(undefined, undefined), [0, 0, true]);
});

test('the revisions that a ReplicaSet has had are kept as long as two thousand characters hold them', () => {
  const rollBack = (history: string | undefined, present: string) => {
    const scene = deploymentScene(1);
    const annotations = { [R]: present, ...(history === undefined ? {} : { [HISTORY]: history }) };
    const back = scene.make('a', { annotations });
    const other = scene.make('b', { image: 'nginx:1', annotations: { [R]: '900001' } });
    newestReplicaSet(scene.work, [back, other], true);
    const { annotations: now = {} } = scene.set('web-a').metadata;
    assert.equal(now[R], '900002');
    return now[HISTORY];
  };
  assert.equal(rollBack(undefined, '5'), '5');
  assert.equal(rollBack('1,3', '5'), '1,3,5');
  // 399 times five characters, then four: 1999 with the last comma, and room for nothing more.
  const full = Array.from({ length: 399 }, (_, index) => String(1000 + index));
  assert.equal(full.join(',').length, 1994);
  assert.equal(rollBack(full.join(','), '12345'), [...full, '12345'].join(','));
  assert.equal(rollBack(full.join(','), '123456'), [...full.slice(1), '123456'].join(','));
});

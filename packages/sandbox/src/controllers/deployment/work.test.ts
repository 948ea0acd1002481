import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import type { Tools } from '../common/loop.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { borrowView } from '../common/view.ts';
import { testCluster } from '../testing/cluster.ts';
import {
  condition,
  hasDeadline,
  progress,
  replicaAnnotations,
  resize,
  type Work,
  writeDeployment,
} from './work.ts';

const REVISION = 'deployment.kubernetes.io/revision';

function scene(spec: Body = { replicas: 4 }) {
  const { store, clock } = testCluster({ noControllers: true, lawless: true });
  const told: string[] = [];
  const record: Tools['record'] = (object, type, reason, message) =>
    void told.push(`${object.metadata.name} ${type} ${reason}: ${message}`);
  const tools: Tools = { store, clock, record, view: borrowView(store).view, queue: undefined as never };
  const deployment = store.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  });
  const set = (replicas: number, annotations?: Record<string, string>): KubeObject =>
    store.create(REPLICA_SETS, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web-1', namespace: 'shop', annotations },
      spec: { replicas },
    });
  const work: Work = { deployment, key: 'shop/web', tools };
  return { store, work, told, set };
}

test('a deadline is ten minutes unless it is said that there is none', () => {
  const deadline = (spec?: Body) =>
    hasDeadline({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec });
  assert.deepEqual(
    [deadline(), deadline({ progressDeadlineSeconds: 5 }), deadline({ progressDeadlineSeconds: 2147483647 })],
    [true, true, false],
  );
});

test('a condition is of now', () => {
  const { work } = scene();
  assert.deepEqual(condition(work, 'Available', 'True', 'R', 'm'), {
    type: 'Available',
    status: 'True',
    lastUpdateTime: '2026-11-02T10:00:05Z',
    lastTransitionTime: '2026-11-02T10:00:05Z',
    reason: 'R',
    message: 'm',
  });
  progress(work, 'Unknown', 'Paused', 'p');
  assert.deepEqual(work.deployment.status.conditions[0].type, 'Progressing');
  assert.equal(work.deployment.status.conditions[0].reason, 'Paused');
});

test('status and revision are written, and the working copy follows', () => {
  const { store, work } = scene();
  work.deployment.status = { replicas: 2 };
  work.deployment.metadata.annotations = { [REVISION]: '3' };
  writeDeployment(work);
  const stored = store.get(DEPLOYMENTS, 'shop', 'web');
  assert.deepEqual([stored.status, stored.metadata.annotations], [{ replicas: 2 }, { [REVISION]: '3' }]);
  assert.equal(work.deployment.metadata.resourceVersion, stored.metadata.resourceVersion);
  writeDeployment(work);
  assert.equal(
    store.get(DEPLOYMENTS, 'shop', 'web').metadata.resourceVersion,
    stored.metadata.resourceVersion,
  );
});

test('another Deployment of the name is left alone', () => {
  const { store, work, set } = scene();
  const given = set(1);
  work.deployment = {
    ...work.deployment,
    metadata: { ...work.deployment.metadata, uid: 'old' },
    status: { replicas: 9 },
  };
  assert.throws(() => writeDeployment(work), { message: 'Deployment shop/web has been replaced.' });
  assert.equal(store.get(DEPLOYMENTS, 'shop', 'web').status, undefined);
  const replaced = { ...given, metadata: { ...given.metadata, uid: 'old' } };
  assert.throws(() => resize(work, replaced, 5), { message: 'web-1 has been replaced.' });
});

const DESIRED = {
  'deployment.kubernetes.io/desired-replicas': '4',
  'deployment.kubernetes.io/max-replicas': '5',
};

test('a ReplicaSet is resized, remembers what was wanted, and an Event says so', () => {
  const { store, work, told, set } = scene();
  const given = set(1, { own: 'x' });
  const up = resize(work, given, 3);
  assert.deepEqual([up.spec.replicas, up.metadata.annotations], [3, { own: 'x', ...DESIRED }]);
  resize(work, up, 2);
  assert.equal(store.get(REPLICA_SETS, 'shop', 'web-1').spec.replicas, 2);
  assert.deepEqual(told, [
    'web Normal ScalingReplicaSet: Scaled up replica set web-1 from 1 to 3',
    'web Normal ScalingReplicaSet: Scaled down replica set web-1 from 3 to 2',
  ]);
  assert.deepEqual(replicaAnnotations(work.deployment), DESIRED);
});

test('the same size is written only where what was wanted has changed, and only if asked for', () => {
  const { work, told, set } = scene();
  const given = set(3);
  assert.equal(resize(work, given, 3), given);
  const marked = resize(work, given, 3, { always: true });
  assert.deepEqual(marked.metadata.annotations, DESIRED);
  assert.equal(resize(work, marked, 3, { always: true }), marked);
  assert.deepEqual(told, []);
});

test('where there is no revision, no annotation is written', () => {
  const { store, work } = scene();
  work.deployment.status = { replicas: 1 };
  writeDeployment(work);
  const { metadata, status } = store.get(DEPLOYMENTS, 'shop', 'web');
  assert.deepEqual([metadata.annotations, status], [undefined, { replicas: 1 }]);
});

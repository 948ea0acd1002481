import assert from 'node:assert/strict';
import { test } from 'node:test';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import { fates, first, policy, scale } from './testing/told.ts';
import type { Aim } from './view.ts';

test('a Pod of a living controller comes back; a naked one does not', () => {
  const naked = pod('shop/debug');
  const shop = [...deployment('shop/web', 3), naked];
  const one = radiusOf(view(shop), [aim(first(shop, 'Pod'))]);
  assert.deepEqual(Object.values(fates(one)), ['deleted returns']);
  assert.equal(one.counts.podsNotReplaced, 0);
  assert.equal(one.counts.workloadsLeftWithoutPods, 0);
  const alone = radiusOf(view(shop), [aim(naked)]);
  assert.deepEqual(Object.values(fates(alone)), ['deleted restorable']);
  assert.equal(alone.counts.podsNotReplaced, 1);
});

test('a ReplicaSet of a living Deployment comes back with its Pods; rollout history does not', () => {
  const shop = deployment('shop/web', 2);
  const old = object('apps/v1 ReplicaSet', 'shop/web-old', {
    owners: [first(shop, 'Deployment')],
    annotations: { 'deployment.kubernetes.io/revision': '0' },
    spec: { replicas: 0 },
  });
  const all = [...shop, old];
  const current = radiusOf(view(all), [aim(first(shop, 'ReplicaSet'))]);
  assert.deepEqual(new Set(Object.values(fates(current))), new Set(['deleted returns']));
  assert.equal(current.counts.workloadsLeftWithoutPods, 1, 'but all of its Pods are gone for a while');
  assert.equal(current.counts.workloads, 0);
  assert.deepEqual(Object.values(fates(radiusOf(view(all), [aim(old)]))), ['deleted restorable']);
});

test('a claim whose volume was not seen is taken for lost, and the radius for incomplete', () => {
  const kafka = statefulSet('shop/kafka', 1).filter((one) => one.kind !== 'PersistentVolume');
  const unseen = [{ group: '', kind: 'PersistentVolume', namespaced: false, name: 'pv-x', why: 'forbidden' }];
  const radius = radiusOf(view(kafka, { unseen }), [aim(first(kafka, 'PersistentVolumeClaim'))]);
  assert.equal(radius.counts.volumesLost, 1);
  assert.equal(radius.state, 'incomplete');
});

test('a Deployment scales its ReplicaSet back', () => {
  const shop = deployment('shop/web', 2);
  const radius = radiusOf(view(shop), [aim(first(shop, 'ReplicaSet'), scale(0))]);
  assert.equal(radius.counts.podsNotReplaced, 0);
});

const failing = (name: string, spec: object, count: number, status: object = {}) => {
  const job = object('batch/v1 Job', name, { spec, status });
  return [job, ...Array.from({ length: count }, (_, i) => pod(`${name}-${i}`, job))];
};

test('a Pod whose death fails its Job does not come back, and the Job’s others go with it', () => {
  const jobs = failing('shop/move', { backoffLimit: 0, parallelism: 3 }, 3);
  const radius = radiusOf(view(jobs), [aim(first(jobs, 'Pod', 'move-0'))]);
  assert.deepEqual(fates(radius), {
    'Pod move-0': 'deleted lost',
    'Pod move-1': 'deleted lost',
    'Pod move-2': 'deleted lost',
    'Job move': 'stops lost',
  });
  assert.equal(radius.counts.podsNotReplaced, 3);
  assert.equal(radius.counts.workloadsLeftWithoutPods, 1);
  assert.match(radius.members[0]?.why ?? '', /Job move fails with it/);
});

test('as long as a Job forgives it, it makes another; several at once are several deaths', () => {
  const jobs = failing('shop/move', { backoffLimit: 1, parallelism: 2, completions: 2 }, 2);
  const one = radiusOf(view(jobs), [aim(first(jobs, 'Pod', 'move-0'))]);
  assert.deepEqual(fates(one), { 'Pod move-0': 'deleted returns' });
  const two = radiusOf(view(jobs), [aim(first(jobs, 'Pod', 'move-0')), aim(first(jobs, 'Pod', 'move-1'))]);
  assert.deepEqual(fates(two), {
    'Pod move-0': 'deleted lost',
    'Pod move-1': 'deleted lost',
    'Job move': 'stops lost',
  });
});

test('a Pod that is dying, and that its Job has not counted yet, is a death too', () => {
  const jobs = failing('shop/move', { backoffLimit: 1, parallelism: 2, completions: 2 }, 2);
  const dying = jobs.map((one) =>
    one.metadata.name === 'move-1'
      ? {
          ...one,
          metadata: {
            ...one.metadata,
            deletionTimestamp: '2026-01-01T00:00:00Z',
            finalizers: ['batch.kubernetes.io/job-tracking'],
          },
        }
      : one,
  );
  const radius = radiusOf(view(dying), [aim(first(dying, 'Pod', 'move-0'))]);
  assert.equal(fates(radius)['Pod move-0'], 'deleted lost');
});

test('a Job that ignores disruptions outlives an eviction, and one that is under way; no delete', () => {
  const rules = [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
  ];
  const spec = { backoffLimit: 0, parallelism: 2, completions: 2, podFailurePolicy: { rules } };
  const jobs = failing('shop/move', spec, 2);
  const evict: Aim['effect'] = { does: 'evict', options: {} };
  const one = first(jobs, 'Pod', 'move-0');
  assert.deepEqual(fates(radiusOf(view(jobs), [aim(one, evict)])), { 'Pod move-0': 'deleted returns' });
  assert.equal(fates(radiusOf(view(jobs), [aim(one)]))['Pod move-0'], 'deleted lost');
  const dying = (conditions: object[]) =>
    jobs.map((pod) =>
      pod.metadata.name === 'move-1'
        ? {
            ...pod,
            metadata: {
              ...pod.metadata,
              deletionTimestamp: '2026-01-01T00:00:00Z',
              finalizers: ['batch.kubernetes.io/job-tracking'],
            },
            status: { ...pod.status, conditions },
          }
        : pod,
    );
  const beside = (conditions: object[]) =>
    fates(radiusOf(view(dying(conditions)), [aim(one, evict)]))['Pod move-0'];
  assert.equal(beside([{ type: 'DisruptionTarget', status: 'True' }]), 'deleted returns');
  assert.equal(beside([]), 'deleted lost', 'the other was deleted');
});

test('what goes with a Job comes back with it', () => {
  const jobs = failing('shop/move', { backoffLimit: 0 }, 1);
  const radius = radiusOf(view(jobs), [aim(first(jobs, 'Job'), policy('Background'))]);
  assert.equal(fates(radius)['Pod move-0'], 'deleted restorable');
});

test('what every namespace gets again lies in one: without it nobody knows which', () => {
  const root = object('v1 ConfigMap', 'shop/kube-root-ca.crt');
  assert.deepEqual(Object.values(fates(radiusOf(view([root]), [aim(root)]))), ['deleted returns']);
  root.metadata.namespace = undefined;
  assert.deepEqual(Object.values(fates(radiusOf(view([root]), [aim(root)]))), ['deleted restorable']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import { first, policy, scale } from './testing/told.ts';
import type { Aim, View } from './view.ts';

const counts = (
  objects: KubeObject[],
  targets: KubeObject[],
  effect?: Aim['effect'],
  extra?: Partial<View>,
) =>
  radiusOf(
    view(objects, extra),
    targets.map((one) => aim(one, effect)),
  ).counts;
const evict: Aim['effect'] = { does: 'evict', options: {} };
const succeeded = { status: { phase: 'Succeeded' } };

test('objects, Pods, claims and volumes that go; what stays is none of them', () => {
  const db = statefulSet('shop/db', 2, { whenDeleted: 'Delete' });
  const all = counts(db, [first(db, 'StatefulSet')], policy('Background'));
  assert.deepEqual(
    [all.objects, all.pods, all.podsNotReplaced, all.workloads, all.claims, all.volumesLost],
    [8, 2, 2, 1, 2, 2],
  );
  const orphaned = counts(db, [first(db, 'StatefulSet')], policy('Orphan'));
  assert.deepEqual([orphaned.objects, orphaned.pods, orphaned.claims, orphaned.volumesLost], [1, 0, 0, 0]);
  const retained = statefulSet('shop/db', 2, { whenDeleted: 'Delete', reclaim: 'Retain' });
  const kept = counts(retained, [first(retained, 'StatefulSet')], policy('Background'));
  assert.deepEqual([kept.claims, kept.volumesLost], [2, 0]);
  const claims = db.filter(({ kind }) => kind === 'PersistentVolumeClaim');
  assert.deepEqual([counts(db, claims).objects, counts(db, claims).volumesLost], [4, 2]);
  // A Pod that had finished is lost, and no data with it.
  const done = pod('shop/done', undefined, succeeded);
  assert.equal(counts([done], [done]).volumesLost, 0);
});

test('a Pod that is not made again counts as not replaced, unless it had finished', () => {
  const shop = deployment('shop/web', 2);
  const [naked, done] = [pod('shop/naked'), pod('shop/done', undefined, succeeded)];
  const all = [...shop, naked, done];
  assert.equal(counts(all, [first(shop, 'Pod')]).podsNotReplaced, 0);
  assert.deepEqual([counts(all, [done]).pods, counts(all, [done]).podsNotReplaced], [1, 0]);
  assert.equal(counts(all, [naked, done, first(shop, 'Pod')]).podsNotReplaced, 1);
});

test('a workload counts once: a ReplicaSet of a Deployment is none of its own, whether that goes or stays', () => {
  const shop = deployment('shop/web', 1);
  const [top, set] = [first(shop, 'Deployment'), first(shop, 'ReplicaSet')];
  const count = (objects: KubeObject[], ...targets: KubeObject[]) => counts(objects, targets).workloads;
  assert.equal(count(shop, top), 1);
  assert.equal(count(shop, set), 0, 'its Deployment stays');
  assert.equal(count(shop, top, set), 1);
  assert.equal(count(shop, first(shop, 'Pod')), 0);
  assert.equal(count([set], set), 1, 'its Deployment was not seen');
  const secret = object('v1 Secret', 'shop/key');
  assert.equal(count([secret], secret), 0);
  const kafka = object('k.io/v1 Kafka', 'shop/my');
  const run = object('apps/v1 StatefulSet', 'shop/my', { owners: [kafka] });
  assert.equal(count([kafka, run], run), 1, 'what an operator runs is one');
  assert.equal(count([kafka, run], kafka), 1);
});

test('only data that goes by itself is lost: that of an ephemeral volume is meant to go with its Pod', () => {
  const web = deployment('shop/web', 1);
  const one = first(web, 'Pod');
  one.spec = { nodeName: 'worker-1', volumes: [{ name: 'scratch', ephemeral: {} }] };
  const claim = (name: string, owners: KubeObject[], noController = false) =>
    object('v1 PersistentVolumeClaim', `shop/${name}`, {
      owners,
      noController,
      spec: { volumeName: `pv-${name}` },
    });
  const volume = (of: KubeObject) =>
    object('v1 PersistentVolume', `pv-${of.metadata.name}`, {
      spec: {
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'shop', name: of.metadata.name, uid: of.metadata.uid },
      },
    });
  const lost = (its: KubeObject, ...targets: KubeObject[]) =>
    counts([...web, its, volume(its)], targets).volumesLost;
  const scratch = claim('web-5d8f-0-scratch', [one]);
  assert.equal(lost(scratch, one), 0);
  assert.equal(lost(scratch, scratch), 1, 'its Pod stays');
  assert.equal(lost(scratch, scratch, one), 0);
  const other = claim('kept', [one]);
  assert.equal(lost(other, one), 1, 'no volume of the Pod has that name');
  const owned = claim('web-5d8f-0-scratch', [one], true);
  assert.equal(lost(owned, one), 1, 'nobody controls it');
  const map = object('v1 ConfigMap', 'shop/owner');
  const below = claim('below', [map]);
  assert.equal(counts([map, below, volume(below)], [map]).volumesLost, 1, 'its controller is no Pod');
  const alone = claim('data', []);
  assert.equal(lost(alone, alone), 1);
  const unseen = object('v1 PersistentVolume', 'pv-x', {
    spec: { persistentVolumeReclaimPolicy: 'Delete' },
  });
  assert.equal(counts([unseen], [unseen]).volumesLost, 1, 'a volume without a claim');
});

test('a workload is left without Pods where its last live one goes, or its last one that is ready', () => {
  const web = deployment('shop/web', 3);
  const [a, b, c] = web.filter(({ kind }) => kind === 'Pod') as [KubeObject, KubeObject, KubeObject];
  const left = (objects: KubeObject[], targets: KubeObject[], effect?: Aim['effect']) =>
    counts(objects, targets, effect).workloadsLeftWithoutPods;
  const starting = (one: KubeObject): KubeObject => ({ ...one, status: { phase: 'Pending' } });
  const changed = (change: (one: KubeObject) => KubeObject, ...which: KubeObject[]) =>
    web.map((one) => (which.includes(one) ? change(one) : one));
  assert.equal(left(web, [a, b]), 0);
  assert.equal(left(web, [a, b, c]), 1);
  assert.equal(left(web, [a, b, c], evict), 0, 'an eviction is left to the disruption budgets');
  assert.equal(left(changed(starting, b, c), [a]), 1, 'the others are not ready');
  assert.equal(left(changed(starting, a, b), [a]), 0, 'what was not ready served nobody');
  assert.equal(left(changed(starting, a), [a, b]), 0, 'one stays ready');
  const done = (one: KubeObject): KubeObject => ({ ...one, status: { phase: 'Succeeded' } });
  assert.equal(left(changed(done, b, c), [a]), 1, 'the others have finished');
  assert.equal(left([pod('shop/x')], [pod('shop/x')]), 0, 'a naked Pod has no workload');
  assert.equal(
    left([first(web, 'Deployment'), object('v1 Secret', 'shop/key')], [first(web, 'Deployment')]),
    0,
  );
});

test('one wanted, one lost, one made again is no outage; one that is not made again is', () => {
  const solo = deployment('shop/solo', 1);
  const [one] = solo.filter(({ kind }) => kind === 'Pod') as [KubeObject];
  const top = first(solo, 'Deployment');
  assert.equal(counts(solo, [one]).workloadsLeftWithoutPods, 0);
  assert.equal(counts(solo, [top], scale(0)).workloadsLeftWithoutPods, 1);
  // It has one of two that it wants.
  const wants = { ...top, spec: { ...top.spec, replicas: 2 } };
  const two = solo.map((other) => (other === top ? wants : other));
  assert.equal(counts(two, [one]).workloadsLeftWithoutPods, 1);
  const both = radiusOf(view(two), [aim(wants, scale(1)), aim(one)]).counts;
  assert.equal(both.workloadsLeftWithoutPods, 0, 'it is scaled to one');
});

test('what was made less than two minutes ago and was never ready may be taken back', () => {
  const seenAt = Date.parse('2026-11-23T12:00:00Z');
  const left = (created: string | undefined, ready: boolean) => {
    const web = deployment('shop/web', 2);
    const top = first(web, 'Deployment');
    if (created) top.metadata.creationTimestamp = created;
    if (!ready) for (const one of web) if (one.kind === 'Pod') one.status = { phase: 'Pending' };
    return counts(web, [top], policy('Background'), { seenAt }).workloadsLeftWithoutPods;
  };
  assert.equal(left('2026-11-23T11:58:01Z', false), 0);
  assert.equal(left('2026-11-23T11:58:01Z', true), 1, 'it serves already');
  assert.equal(left('2026-11-23T11:58:00Z', false), 1, 'two minutes ago');
  assert.equal(left('2026-11-23T12:00:05Z', false), 0, 'the clocks differ a little');
  assert.equal(left('2026-11-23T12:00:06Z', false), 1, 'from the future');
  assert.equal(left(undefined, false), 1);
});

test('the Pods of a Job serve nobody: that the ready one of them goes is no outage', () => {
  for (const [type, expected] of [
    ['batch/v1 Job', 0],
    ['batch/v1 CronJob', 0],
    ['apps/v1 ReplicaSet', 1],
  ] as const) {
    const spec = { backoffLimit: 6, parallelism: 2, completions: 2, replicas: 2 };
    const work = object(type, 'shop/work', { spec });
    const [ready, other] = ['a', 'b'].map((name) => pod(`shop/${name}`, work)) as [KubeObject, KubeObject];
    other.status = { phase: 'Running' };
    assert.equal(counts([work, ready, other], [ready]).workloadsLeftWithoutPods, expected, type);
  }
});

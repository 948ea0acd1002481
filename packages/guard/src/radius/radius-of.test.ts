import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import type { Extra } from './testing/objects.ts';
import { aim, deployment, object, pod, view } from './testing/objects.ts';
import { fates, first, policy } from './testing/told.ts';
import type { View } from './view.ts';

test('a Deployment takes its ReplicaSet and Pods, and nothing makes them again', () => {
  const shop = [...deployment('shop/web', 3), ...deployment('shop/cart', 1)];
  const radius = radiusOf(view(shop), [aim(first(shop, 'Deployment', 'web'))]);
  assert.equal(radius.state, 'complete');
  assert.deepEqual(Object.keys(fates(radius)).length, 5);
  assert.ok(Object.values(fates(radius)).every((fate) => fate === 'deleted restorable'));
  assert.deepEqual(radius.counts, {
    objects: 5,
    pods: 3,
    podsNotReplaced: 3,
    workloads: 1,
    workloadsLeftWithoutPods: 1,
    claims: 0,
    volumesLost: 0,
    servicesCut: 0,
    podsOnNodes: 0,
    usedByPods: 0,
    setsBelowHalf: 0,
    statefulPods: 0,
  });
});

test('Orphan: the direct dependents stay, and nothing below is touched', () => {
  const shop = deployment('shop/web', 2);
  const radius = radiusOf(view(shop), [aim(first(shop, 'Deployment'), policy('Orphan'))]);
  assert.deepEqual(fates(radius), {
    'Deployment web': 'deleted restorable',
    'ReplicaSet web-5d8f': 'orphaned restorable',
  });
  assert.equal(radius.counts.workloadsLeftWithoutPods, 0);
});

test('a Job orphans its Pods when nobody says otherwise; kubectl says Background', () => {
  const job = object('batch/v1 Job', 'shop/import');
  const jobs = [job, pod('shop/import-x', job)];
  const byDefault = radiusOf(view(jobs), [aim(job)]);
  assert.equal(fates(byDefault)['Pod import-x'], 'orphaned restorable');
  const background = radiusOf(view(jobs), [aim(job, policy('Background'))]);
  assert.equal(fates(background)['Pod import-x'], 'deleted restorable');
});

test('several owners: one solid owner keeps an object', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b');
  const owned = (extra: Extra) => object('v1 Secret', 'shop/s', { noController: true, ...extra });
  const goes = (objects: KubeObject[], targets: KubeObject[], extra?: Partial<View>) =>
    radiusOf(
      view(objects, extra),
      targets.map((target) => aim(target)),
    ).members.some(({ ref, fate }) => ref.kind === 'Secret' && fate === 'deleted');
  const both = owned({ owners: [a, b] });
  assert.equal(goes([a, b, both], [a]), false);
  assert.equal(goes([a, b, both], [a, b]), true);
  assert.equal(goes([a, both], [a]), true, 'b is gone');
  const renewed = { ...b, metadata: { ...b.metadata, uid: 'other' } };
  assert.equal(goes([a, renewed, both], [a]), true, 'b has another UID');
  const dying = object('v1 ConfigMap', 'shop/b', { terminating: true });
  assert.equal(goes([a, dying, both], [a]), true, 'b is on its way out');
  const abroad = object('v1 ConfigMap', 'other/b');
  assert.equal(
    goes([a, abroad, owned({ owners: [a, abroad] })], [a]),
    true,
    'an owner abroad counts as absent',
  );
  const lostKind = object('gone.io/v1 Thing', 'shop/t');
  assert.equal(
    goes([a, owned({ owners: [a, lostKind] })], [a]),
    false,
    'a kind that nobody serves: an error',
  );
});

test('an owner that was not seen: goes, and the radius is incomplete', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b');
  const secret = object('v1 Secret', 'shop/s', { owners: [a, b], noController: true });
  const blind = view([a, secret], { listed: [] });
  const radius = radiusOf(blind, [aim(a)]);
  assert.equal(radius.counts.objects, 2);
  assert.equal(radius.state, 'incomplete');
});

test('a cluster-scoped object is never collected for a namespaced owner', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const thing = object('x.io/v1 ClusterThing', 't', { owners: [a] });
  assert.equal(radiusOf(view([a, thing]), [aim(a)]).counts.objects, 1);
});

test('an orphan finalizer on a dependent stops the cascade there, except under Foreground', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b', { owners: [a], finalizers: ['orphan'] });
  const c = object('v1 Secret', 'shop/c', { owners: [b] });
  const background = radiusOf(view([a, b, c]), [aim(a, policy('Background'))]);
  assert.equal(fates(background)['Secret c'], 'orphaned restorable');
  const foreground = radiusOf(view([a, b, c]), [aim(a, policy('Foreground'))]);
  assert.equal(fates(foreground)['Secret c'], 'deleted restorable');
});

test('what is unseen matters only where it could belong to this radius', () => {
  const shop = deployment('shop/web', 1);
  const target = first(shop, 'Deployment');
  const kafka = object('k.io/v1 Kafka', 'shop/my');
  const namespace = object('v1 Namespace', 'shop');
  // The custom resource by itself: with it the Namespace would be opaque.
  const state = (unseen: View['unseen'][number], of: KubeObject = target) => {
    const all = [...shop, namespace, ...(of === kafka ? [kafka] : [])];
    return radiusOf(view(all, { unseen: [unseen] }), [aim(of)]).state;
  };
  const broken = { kind: '', why: 'no answer' };
  assert.equal(state({ ...broken, group: 'metrics.k8s.io' }), 'complete');
  assert.equal(state({ ...broken, group: 'metrics.k8s.io' }, namespace), 'complete');
  assert.equal(state({ ...broken, group: 'acme.io' }), 'complete');
  assert.equal(state({ ...broken, group: 'acme.io' }, kafka), 'incomplete');
  assert.equal(state({ ...broken, group: 'acme.io' }, namespace), 'incomplete');
  assert.equal(state({ ...broken, group: 'apps' }), 'incomplete');
  const forbidden = { namespaced: true, why: 'forbidden' };
  assert.equal(state({ ...forbidden, group: '', kind: 'Secret' }), 'incomplete');
  assert.equal(state({ ...forbidden, group: 'rbac.authorization.k8s.io', kind: 'Role' }), 'complete');
  assert.equal(state({ ...forbidden, group: 'x.io', kind: 'ClusterThing', namespaced: false }), 'complete');
  assert.equal(state({ ...forbidden, group: '', kind: 'PodTemplate' }), 'complete');
  assert.equal(state({ ...forbidden, group: '', kind: 'PodTemplate' }, namespace), 'incomplete');
});

test('what is being deleted already is nobody’s loss here, and a target that is gone takes nothing', () => {
  const shop = deployment('shop/web', 2);
  const [target, set, a] = shop;
  assert.ok(target && set && a);
  a.metadata.deletionTimestamp = '2026-11-23T00:00:00Z';
  assert.equal(radiusOf(view(shop), [aim(target)]).counts.pods, 1);
  assert.deepEqual(radiusOf(view([set]), [aim(target)]).members, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { testCluster } from '../testing/cluster.ts';
import { type ClaimOptions, claimObjects } from './adoption.ts';
import { controllerReference } from './owner.ts';
import { PODS, REPLICA_SETS } from './types.ts';

const HELD = 'example.com/held';
const labels = { app: 'web' };

/** A store with an owner, and what its claims come to. */
function scene(finalizer?: string) {
  const { store } = testCluster({ noControllers: true, lawless: true });
  const owner = store.create(REPLICA_SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'shop' },
  });
  const pod = (name: string, metadata: Partial<KubeObject['metadata']> = {}) =>
    store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop', labels, ...metadata },
    });
  const claim = (candidates: KubeObject[], more: Partial<ClaimOptions> = {}) =>
    claimObjects(store, candidates, {
      owner,
      ownerType: REPLICA_SETS,
      type: PODS,
      matches: ({ metadata }) => metadata.labels?.app === 'web',
      finalizer,
      ...more,
    }).map(({ metadata }) => metadata.name);
  const now = (name: string) => store.get(PODS, 'shop', name).metadata;
  return { store, owner, pod, claim, now };
}

test('what nobody controls and matches is adopted, with the finalizer', () => {
  const { owner, pod, claim, now } = scene(HELD);
  const reference = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' };
  assert.deepEqual(
    claim([pod('a', { ownerReferences: [reference] }), pod('b', { labels: { app: 'other' } })]),
    ['a'],
  );
  assert.deepEqual(now('a').ownerReferences, [reference, controllerReference(owner)]);
  assert.deepEqual(now('a').finalizers, [HELD]);
  assert.equal(now('b').ownerReferences, undefined);
  // A reference that does not control yet is replaced.
  const weak = { ...controllerReference(owner), controller: false };
  claim([pod('c', { ownerReferences: [weak], finalizers: [HELD] })]);
  assert.deepEqual(now('c').ownerReferences, [controllerReference(owner)]);
  assert.deepEqual(now('c').finalizers, [HELD]);
});

test('its own that no longer match are released, with the finalizer', () => {
  const { owner, pod, claim, now } = scene(HELD);
  const ownerReferences = [controllerReference(owner)];
  const other = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' };
  const kept = pod('kept', { ownerReferences });
  const lost = pod('lost', { ownerReferences, labels: {}, finalizers: [HELD, 'a.io/b'] });
  const both = pod('both', { ownerReferences: [...ownerReferences, other], labels: {} });
  assert.deepEqual(claim([kept, lost, both]), ['kept']);
  assert.equal(now('lost').ownerReferences, undefined);
  assert.deepEqual(now('lost').finalizers, ['a.io/b']);
  assert.deepEqual(now('both').ownerReferences, [other]);
});

test('others’ objects, those that go, and those elsewhere are left alone', () => {
  const { pod, claim, now, store } = scene();
  const foreign = [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x', controller: true }];
  const going = pod('going', { finalizers: ['a.io/b'] });
  store.delete(PODS, 'shop', 'going');
  const elsewhere = pod('elsewhere', { namespace: 'default' });
  const marked = { ...going, metadata: now('going') };
  assert.deepEqual(claim([pod('foreign', { ownerReferences: foreign }), marked, elsewhere]), []);
  assert.deepEqual(now('foreign').ownerReferences, foreign);
  assert.equal(now('going').ownerReferences, undefined);
});

test('an owner that goes neither adopts nor releases, and keeps what it has', () => {
  const { owner, pod, claim, now } = scene();
  const ownerReferences = [controllerReference(owner)];
  const going = { ...owner, metadata: { ...owner.metadata, deletionTimestamp: '2026-11-02T10:00:00Z' } };
  const candidates = [
    pod('own', { ownerReferences }),
    pod('lost', { ownerReferences, labels: {} }),
    pod('nobody'),
  ];
  assert.deepEqual(claim(candidates, { owner: going }), ['own']);
  assert.deepEqual(now('lost').ownerReferences, ownerReferences);
  assert.equal(now('nobody').ownerReferences, undefined);
});

test('the owner is read anew before it adopts, once', () => {
  const { owner, pod, claim, store, now } = scene();
  let reads = 0;
  const counting = Object.assign(Object.create(store), {
    get: (...args: Parameters<typeof store.get>) => {
      reads++;
      return store.get(...args);
    },
  });
  claimObjects(counting, [pod('x'), pod('y')], {
    owner,
    ownerType: REPLICA_SETS,
    type: PODS,
    matches: () => true,
  });
  assert.equal(reads, 1);
  const stale = { ...owner, metadata: { ...owner.metadata, uid: 'old' } };
  assert.throws(
    () => claim([pod('a')], { owner: stale }),
    /ReplicaSet shop\/web can't adopt: it has been replaced by another\./,
  );
  store.modify(REPLICA_SETS, 'shop', 'web', (object) => {
    object.metadata.finalizers = ['a.io/b'];
  });
  store.delete(REPLICA_SETS, 'shop', 'web');
  assert.throws(() => claim([pod('b')]), /can't adopt: it is being deleted\./);
  store.modify(REPLICA_SETS, 'shop', 'web', (object) => {
    object.metadata.finalizers = [];
  });
  assert.throws(() => claim([pod('c')]), /can't adopt: it could not be read again\./);
  for (const name of ['a', 'b', 'c']) assert.equal(now(name).ownerReferences, undefined);
});

test('what has gone is passed over; another of its name is left, and the rest is done', () => {
  const { pod, claim, store, now } = scene();
  const gone = pod('gone');
  store.delete(PODS, 'shop', 'gone');
  const replaced = pod('replaced');
  store.delete(PODS, 'shop', 'replaced');
  pod('replaced');
  assert.deepEqual(claim([gone]), []);
  assert.throws(() => claim([replaced, pod('fine')]), {
    message: 'Pod replaced has been replaced meanwhile.',
  });
  assert.equal(now('replaced').ownerReferences, undefined);
  assert.equal(now('fine').ownerReferences?.length, 1);
});

test('what another has claimed in the meantime stays with it', () => {
  const { pod, claim, store, now } = scene();
  const seen = pod('raced');
  const rival = { apiVersion: 'v1', kind: 'X', name: 'rival', uid: 'x', controller: true };
  store.modify(PODS, 'shop', 'raced', (object) => {
    object.metadata.ownerReferences = [rival];
  });
  assert.throws(() => claim([seen]), { message: 'Pod raced has just been claimed by rival.' });
  assert.deepEqual(now('raced').ownerReferences, [rival]);
});

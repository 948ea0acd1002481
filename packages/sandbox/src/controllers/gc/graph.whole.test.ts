import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '@toolcrib/kube';
import { CONFIG_MAPS } from '../common/types.ts';
import { make, names, onlyCollector, remove } from '../testing/owned-maps.ts';

test('an owner of the same name but another UID is no owner', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  make(cluster, 'child', [owner]);
  cluster.settle();
  // Replaced before the collector has looked.
  remove(cluster, 'owner');
  make(cluster, 'owner');
  cluster.settle();
  assert.deepEqual(names(cluster), ['owner']);
});

test('a child that is created with an owner that never was goes at once', () => {
  const cluster = onlyCollector();
  const never = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'never', uid: 'no-such-uid' } };
  make(cluster, 'child', [never]);
  cluster.settle();
  assert.deepEqual(names(cluster), []);
});

test('an owner in another namespace counts as absent, and an Event says so', () => {
  const cluster = onlyCollector();
  const elsewhere = cluster.store.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'owner', namespace: 'default' },
  });
  cluster.settle();
  make(cluster, 'child', [elsewhere]);
  cluster.settle();
  assert.deepEqual(names(cluster), []);
  assert.deepEqual(
    cluster.events('child').map((event) => event.reason),
    ['OwnerRefInvalidNamespace'],
  );
  assert.equal(cluster.exists(CONFIG_MAPS, 'owner', 'default'), true);
});

test('a dependent that the collector had not seen when it orphaned is missed, and goes (kubernetes#26120)', () => {
  const cluster = onlyCollector(50);
  const owner = make(cluster, 'owner');
  make(cluster, 'seen', [owner]);
  cluster.settle();
  remove(cluster, 'owner', { propagationPolicy: 'Orphan' });
  // The orphaning is under way when this one arrives: its picture of the owner's dependents is older.
  cluster.clock.advance(60);
  make(cluster, 'late', [owner]);
  cluster.settle();
  assert.deepEqual(names(cluster), ['seen']);
});

test('malformed owner references break nothing', () => {
  const cluster = onlyCollector(2, true);
  const bad = [{}, { uid: 5 }, { apiVersion: 'v1' }] as unknown as OwnerReference[];
  cluster.store.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'bad', namespace: 'shop', ownerReferences: bad },
  });
  const owner = make(cluster, 'owner');
  make(cluster, 'child', [owner]);
  cluster.settle();
  remove(cluster, 'owner');
  cluster.settle(30);
  assert.deepEqual(names(cluster), ['bad']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAPS, NODES } from '../common/types.ts';
import { BLOCKING } from '../testing/collecting.ts';
import { make, names, onlyCollector, reference, remove } from '../testing/owned-maps.ts';
import { attemptToDelete } from './collect.ts';
import { identityOf } from './graph.ts';

test('one solid owner is enough to stay; the dangling reference is taken away', () => {
  const cluster = onlyCollector();
  const gone = make(cluster, 'gone');
  const stays = make(cluster, 'stays');
  make(cluster, 'child', [gone, stays]);
  cluster.settle();
  remove(cluster, 'gone');
  cluster.settle();
  assert.deepEqual(cluster.get(CONFIG_MAPS, 'child').metadata.ownerReferences, [reference(stays)]);
});

test('an owner is told by its UID, also when it has not been found absent before', () => {
  const cluster = onlyCollector();
  const other = make(cluster, 'owner');
  const child = make(cluster, 'child', [{ ...other, metadata: { ...other.metadata, uid: 'earlier' } }]);
  const absent: string[] = [];
  const collector = {
    store: cluster.store,
    isKnownAbsent: () => false,
    rememberAbsent: (identity: { uid: string }) => absent.push(identity.uid),
    attemptToDelete: () => assert.fail('it has no dependents'),
  };
  const owners = child.metadata.ownerReferences ?? [];
  const node = {
    virtual: false,
    owners,
    dependents: new Set<never>(),
    beingDeleted: false,
    deletingDependents: false,
  };
  assert.equal(attemptToDelete(collector, { ...node, identity: identityOf(child) }), 'done');
  assert.deepEqual(names(cluster), ['owner']);
  assert.deepEqual(absent, ['earlier']);
});

test('an owner kind that is not served is an error, never a deletion', () => {
  const cluster = onlyCollector();
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', uid: 'w-uid' } };
  make(cluster, 'child', [widget]);
  const oldVersion = {
    apiVersion: 'apps/v1beta1',
    kind: 'Deployment',
    metadata: { name: 'd', uid: 'd-uid' },
  };
  make(cluster, 'other', [oldVersion]);
  cluster.settle(120);
  assert.deepEqual(names(cluster), ['child', 'other']);
  assert.ok(cluster.failures.some((failure) => failure.includes('example.com/v1/Widget')));
});

test('a cluster-scoped dependent of a namespaced owner is never collected', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  cluster.store.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', ownerReferences: [reference(owner)] },
  });
  cluster.settle();
  remove(cluster, 'owner');
  cluster.settle(60);
  assert.equal(cluster.exists(NODES, 'n'), true);
});

test('Foreground: the owner waits for blocking dependents, and takes the others along without waiting', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  const blocking = make(cluster, 'blocking', [owner], BLOCKING);
  make(cluster, 'loose', [owner]);
  cluster.store.modify(CONFIG_MAPS, 'shop', 'blocking', (object) => {
    object.metadata.finalizers = ['example.com/hold'];
  });
  cluster.settle();
  remove(cluster, 'owner', { propagationPolicy: 'Foreground' });
  cluster.settle();
  assert.deepEqual(names(cluster), ['blocking', 'owner']);
  assert.ok(cluster.get(CONFIG_MAPS, 'blocking').metadata.deletionTimestamp);
  assert.deepEqual(cluster.get(CONFIG_MAPS, 'owner').metadata.finalizers, ['foregroundDeletion']);
  cluster.store.modify(CONFIG_MAPS, 'shop', blocking.metadata.name, (object) => {
    delete object.metadata.finalizers;
  });
  cluster.settle();
  assert.deepEqual(names(cluster), []);
});

test('Foreground goes down the tree: a dependent with dependents is deleted in the foreground too', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  const middle = make(cluster, 'middle', [owner], BLOCKING);
  make(cluster, 'leaf', [middle], BLOCKING);
  const order: string[] = [];
  cluster.settle();
  cluster.store.subscribe(({ type, object, resource }) => {
    if (type === 'DELETED' && resource.resource === 'configmaps') order.push(object.metadata.name);
  });
  remove(cluster, 'owner', { propagationPolicy: 'Foreground' });
  cluster.settle();
  assert.deepEqual(order, ['leaf', 'middle', 'owner']);
});

test('Foreground in a circle comes to an end', () => {
  const cluster = onlyCollector();
  const a = make(cluster, 'a');
  const b = make(cluster, 'b', [a], BLOCKING);
  cluster.store.modify(CONFIG_MAPS, 'shop', 'a', (object) => {
    object.metadata.ownerReferences = [reference(b, BLOCKING)];
  });
  cluster.settle();
  remove(cluster, 'a', { propagationPolicy: 'Foreground' });
  cluster.settle(30);
  assert.deepEqual(names(cluster), []);
});

test('a dependent of a waiting and of a solid owner stays, and no longer blocks', () => {
  const cluster = onlyCollector();
  const going = make(cluster, 'going');
  const solid = make(cluster, 'solid');
  make(cluster, 'child', [going, solid], BLOCKING);
  cluster.settle();
  remove(cluster, 'going', { propagationPolicy: 'Foreground' });
  cluster.settle();
  assert.deepEqual(names(cluster), ['child', 'solid']);
  assert.deepEqual(cluster.get(CONFIG_MAPS, 'child').metadata.ownerReferences, [reference(solid, BLOCKING)]);
});

test('Orphan takes the reference from direct dependents only', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  const child = make(cluster, 'child', [owner]);
  make(cluster, 'grandchild', [child]);
  cluster.settle();
  remove(cluster, 'owner', { propagationPolicy: 'Orphan' });
  cluster.settle();
  assert.deepEqual(names(cluster), ['child', 'grandchild']);
  assert.equal(cluster.get(CONFIG_MAPS, 'child').metadata.ownerReferences, undefined);
  assert.deepEqual(cluster.get(CONFIG_MAPS, 'grandchild').metadata.ownerReferences, [reference(child)]);
});

test('a foreign finalizer keeps an orphaned owner, but not its dependents’ references', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  make(cluster, 'child', [owner]);
  cluster.store.modify(CONFIG_MAPS, 'shop', 'owner', (object) => {
    object.metadata.finalizers = ['example.com/hold'];
  });
  cluster.settle();
  remove(cluster, 'owner', { propagationPolicy: 'Orphan' });
  cluster.settle();
  assert.deepEqual(cluster.get(CONFIG_MAPS, 'owner').metadata.finalizers, ['example.com/hold']);
  assert.equal(cluster.get(CONFIG_MAPS, 'child').metadata.ownerReferences, undefined);
});

test('what already has an orphan finalizer is deleted with Orphan when its own owner goes', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  const child = make(cluster, 'child', [owner]);
  make(cluster, 'grandchild', [child]);
  cluster.store.modify(CONFIG_MAPS, 'shop', 'child', (object) => {
    object.metadata.finalizers = ['orphan'];
  });
  cluster.settle();
  remove(cluster, 'owner');
  cluster.settle();
  assert.deepEqual(names(cluster), ['grandchild']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { CONFIG_MAPS, EVENTS, NODES } from '../common/types.ts';
import { asksOf, startAlone } from '../testing/alone.ts';
import { type TestCluster, testCluster } from '../testing/cluster.ts';
import { make, names, onlyCollector, reference, remove } from '../testing/owned-maps.ts';
import { garbageCollector } from './garbage-collector.ts';

const NEVER: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'never', uid: 'no-such-uid' },
};

/** A collector that starts over what stands already. @returns how to stop it */
function startedOver(prepare: (cluster: TestCluster) => void) {
  const cluster = testCluster({ noControllers: true });
  prepare(cluster);
  const stop = startAlone(cluster, garbageCollector);
  return { cluster, stop };
}

test('what stands when it starts is known to it', () => {
  const { cluster } = startedOver((there) => {
    make(there, 'child', [make(there, 'owner')]);
    make(there, 'stray', [NEVER]);
  });
  assert.deepEqual(names(cluster), ['child', 'owner']);
  remove(cluster, 'owner');
  cluster.settle();
  assert.deepEqual([names(cluster), cluster.failures], [[], []]);
});

test('stopped it has no timer, and looks at nothing any more', () => {
  const { cluster, stop } = startedOver((there) => {
    make(there, 'child', [make(there, 'owner')]);
    make(there, 'second', [make(there, 'other')]);
  });
  remove(cluster, 'owner');
  // It has seen that the owner is gone, and means to look at the child; the other it has not seen go yet.
  cluster.clock.advance(2);
  remove(cluster, 'other', { propagationPolicy: 'Orphan' });
  cluster.clock.advance(2);
  stop();
  assert.equal(cluster.clock.pending(), 0);
  make(cluster, 'stray', [NEVER]);
  assert.equal(cluster.clock.pending(), 0);
  cluster.settle(60);
  assert.ok(names(cluster).includes('stray'));
});

test('stopped before it has looked at what it was told, it does not look later', () => {
  const { cluster, stop } = startedOver(() => {});
  make(cluster, 'stray', [NEVER]);
  stop();
  assert.equal(cluster.clock.pending(), 0);
});

/** An Event, which the collector never sees, but finds when it looks. */
function makeEvent({ store }: TestCluster, name: string, owners: KubeObject[] = []): KubeObject {
  return store.create(EVENTS, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'shop', ownerReferences: owners.map((owner) => reference(owner)) },
    involvedObject: { namespace: 'shop' },
  });
}

test('Events are nobody’s dependents, whether they stand or come', () => {
  const { cluster } = startedOver((there) => void makeEvent(there, 'stood', [NEVER]));
  makeEvent(cluster, 'came', [NEVER]);
  cluster.settle(60);
  assert.deepEqual(
    cluster.store.list(EVENTS, { namespace: 'shop' }).map((event) => event.metadata.name),
    ['came', 'stood'],
  );
  assert.deepEqual(cluster.failures, []);
});

test('what it cannot do is reported with the object, and tried again', () => {
  const cluster = onlyCollector();
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', uid: 'w-uid' } };
  make(cluster, 'child', [widget]);
  cluster.settle(1);
  // Of the owner, which it looks for first.
  const told = cluster.failures.filter((text) => text.startsWith('garbage-collector-controller w-uid: '));
  assert.ok(told.length > 1, cluster.failures.join('\n'));
});

test('a change that cannot be read breaks nothing, and is reported by its name', () => {
  const cluster = onlyCollector(2, true);
  const ownerReferences = [null] as unknown as OwnerReference[];
  const metadata = { name: 'bad', namespace: 'shop', ownerReferences };
  cluster.store.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  make(cluster, 'stray', [NEVER]);
  cluster.settle();
  assert.deepEqual(names(cluster), ['bad']);
  assert.match(cluster.failures[0] ?? '', /^garbage-collector-controller bad: TypeError/);
});

test('an owner that was looked up and is absent takes all that name it, also those that come later', () => {
  const cluster = onlyCollector();
  for (const name of ['a', 'b']) make(cluster, name, [NEVER]);
  cluster.settle();
  assert.deepEqual(names(cluster), []);
  make(cluster, 'c', [NEVER]);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'gone', uid: 'gone-uid' } };
  make(cluster, 'd', [node]);
  cluster.settle();
  assert.deepEqual([names(cluster), cluster.failures], [[], []]);
});

test('of an owner that two know by different names, the name that is right is found', () => {
  const cluster = onlyCollector();
  const { store } = cluster;
  const owner = store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
  cluster.settle();
  make(cluster, 'right', [owner]);
  make(cluster, 'wrong', [{ ...owner, metadata: { ...owner.metadata, name: 'other' } }]);
  cluster.settle();
  assert.deepEqual(names(cluster), ['right']);
});

test('the Foreground way needs what blocks to be looked at', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  make(cluster, 'child', [owner], { blockOwnerDeletion: true });
  cluster.settle();
  remove(cluster, 'owner', { propagationPolicy: 'Foreground' });
  cluster.settle();
  assert.deepEqual(names(cluster), []);
});

test('an owner that it never sees, but finds, is looked up until it is gone', () => {
  const { cluster } = startedOver(() => {});
  const owner = makeEvent(cluster, 'told');
  make(cluster, 'child', [owner]);
  cluster.settle();
  assert.deepEqual(names(cluster), ['child']);
  cluster.store.delete(EVENTS, 'shop', 'told');
  cluster.settle();
  assert.deepEqual([names(cluster), cluster.clock.pending(), cluster.failures], [[], 0, []]);
});

test('of one that it never sees the wrong name is refuted, and the right one looked up until it is gone', () => {
  const cluster = onlyCollector();
  const owner = makeEvent(cluster, 'told');
  make(cluster, 'wrong', [{ ...owner, metadata: { ...owner.metadata, name: 'other' } }]);
  make(cluster, 'right', [owner]);
  cluster.settle();
  assert.deepEqual(names(cluster), ['right']);
  cluster.store.delete(EVENTS, 'shop', 'told');
  cluster.settle();
  assert.deepEqual([names(cluster), cluster.failures], [[], []]);
});

test('what comes to an owner that is waiting for its dependents goes, too', () => {
  const cluster = onlyCollector();
  const blocks = { blockOwnerDeletion: true };
  const owner = make(cluster, 'owner');
  make(cluster, 'first', [owner], blocks);
  const finalizers = (list: string[]) =>
    cluster.store.modify(CONFIG_MAPS, 'shop', 'first', ({ metadata }) => void (metadata.finalizers = list));
  finalizers(['example.com/wait']);
  remove(cluster, 'owner', { propagationPolicy: 'Foreground' });
  cluster.settle();
  make(cluster, 'second', [owner], blocks);
  cluster.settle();
  assert.deepEqual(names(cluster), ['first', 'owner', 'second']);
  finalizers([]);
  cluster.settle();
  assert.deepEqual(names(cluster), []);
});

test('what stands, or can never be resolved, is not looked at again', () => {
  const { cluster } = startedOver(() => {});
  const { store, clock } = cluster;
  const owner = make(cluster, 'owner');
  make(cluster, 'child', [owner, NEVER]);
  const ownerReferences = [reference(owner), reference(NEVER)];
  store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', ownerReferences } });
  cluster.settle();
  assert.deepEqual([names(cluster), clock.pending(), cluster.failures], [['child', 'owner'], 0, []]);
});

test('an absent owner is looked up once, and 500 of them are remembered', () => {
  const cluster = onlyCollector();
  const asks = asksOf(cluster);
  const lookUps = () => asks.splice(0).filter((ask) => ask.startsWith('get configmaps never')).length;
  const stray = (at: number) =>
    make(cluster, `s${at}`, [{ ...NEVER, metadata: { name: `never${at}`, uid: `u${at}` } }]);
  for (let at = 0; at < 500; at++) stray(at);
  cluster.settle();
  assert.deepEqual([names(cluster), lookUps()], [[], 500]);
  for (let at = 1000; at < 1501; at++) stray(at);
  cluster.settle();
  assert.equal(names(cluster).length, 0);
  assert.ok(lookUps() > 501);
});

test('what goes by other hands before it was looked at is no failure', () => {
  const cluster = onlyCollector();
  const owner = make(cluster, 'owner');
  make(cluster, 'child', [owner]);
  make(cluster, 'orphaning');
  cluster.settle();
  remove(cluster, 'owner');
  remove(cluster, 'child');
  remove(cluster, 'orphaning', { propagationPolicy: 'Orphan' });
  cluster.store.modify(CONFIG_MAPS, 'shop', 'orphaning', ({ metadata }) => void (metadata.finalizers = []));
  cluster.settle();
  assert.deepEqual([names(cluster), cluster.failures], [[], []]);
});

test('stopped while it means to delete, it does not', () => {
  const { cluster, stop } = startedOver((there) => {
    make(there, 'child', [make(there, 'owner')]);
  });
  remove(cluster, 'owner');
  cluster.clock.advance(2);
  stop();
  assert.equal(cluster.clock.pending(), 0);
  assert.deepEqual(names(cluster), ['child']);
});

test('an owner of another namespace, or of any where the dependent has none, is told in an Event', () => {
  const cluster = onlyCollector();
  const { store } = cluster;
  const elsewhere = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'far', namespace: 'default' } };
  const far = store.create(CONFIG_MAPS, elsewhere);
  cluster.settle();
  make(cluster, 'child', [far]);
  store.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', ownerReferences: [reference(far)] },
  });
  cluster.settle();
  const told = store
    .list(EVENTS)
    .map(({ metadata, involvedObject: { kind, name, namespace }, reason, type }) => [
      metadata.namespace,
      kind,
      name,
      namespace,
      reason,
      type,
    ]);
  assert.deepEqual(told.sort(), [
    ['default', 'Node', 'n', undefined, 'OwnerRefInvalidNamespace', 'Warning'],
    ['shop', 'ConfigMap', 'child', 'shop', 'OwnerRefInvalidNamespace', 'Warning'],
  ]);
});

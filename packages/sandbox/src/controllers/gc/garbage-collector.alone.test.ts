import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { CONFIG_MAPS, EVENTS, NODES } from '../common/types.ts';
import { startAlone } from '../testing/alone.ts';
import { testCluster } from '../testing/cluster.ts';
import { make, names, onlyCollector, reference, remove } from '../testing/owned-maps.ts';
import { garbageCollector } from './garbage-collector.ts';

const NEVER = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'never', uid: 'no-such-uid' } };

/** A collector that starts over what stands already. @returns how to stop it */
function startedOver(prepare: (cluster: ReturnType<typeof testCluster>) => void) {
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

test('Events are nobody’s dependents', () => {
  const { cluster } = startedOver(({ store }) => {
    store.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'told', namespace: 'shop', ownerReferences: [reference(NEVER as KubeObject)] },
      involvedObject: { namespace: 'shop' },
    });
  });
  cluster.settle(60);
  assert.deepEqual(
    cluster.store.list(EVENTS, { namespace: 'shop' }).map((event) => event.metadata.name),
    ['told'],
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

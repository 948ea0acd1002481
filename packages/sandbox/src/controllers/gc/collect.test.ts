import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { internalError } from '../../apimachinery/api-error.ts';
import type { Store } from '../../store/store.ts';
import { CONFIG_MAPS, NODES } from '../common/types.ts';
import { testCluster } from '../testing/cluster.ts';
import { make, names, onlyCollector, reference, remove } from '../testing/owned-maps.ts';
import { attemptToDelete, type Collector, orphanDependents } from './collect.ts';
import { type GraphNode, identityKey, identityOf } from './graph.ts';

const BLOCKING = { blockOwnerDeletion: true };

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

/** One attempt at a time, by a collector that has seen what a test says. @param between changes the store that it asks */
function attempts(between: (store: Store) => Partial<Store> = () => ({})) {
  const cluster = testCluster({ noControllers: true });
  const asked: string[] = [];
  const absent: string[] = [];
  const known = new Set<string>();
  const collector: Collector = {
    store: { ...cluster.store, ...between(cluster.store) },
    isKnownAbsent: (key) => known.has(key),
    rememberAbsent: ({ namespace, name }) => void absent.push(`${namespace}/${name}`),
    attemptToDelete: ({ identity }) => void asked.push(identity.name),
  };
  const node = (object: KubeObject, of: Partial<GraphNode> = {}): GraphNode => ({
    identity: identityOf(object),
    virtual: false,
    owners: object.metadata.ownerReferences ?? [],
    dependents: new Set(),
    beingDeleted: false,
    deletingDependents: false,
    ...of,
  });
  const stored = (name: string) => cluster.store.get(CONFIG_MAPS, 'shop', name);
  const edit = (name: string, change: (metadata: KubeObject['metadata']) => void) =>
    cluster.store.modify(CONFIG_MAPS, 'shop', name, ({ metadata }) => change(metadata));
  const attempt = (object: KubeObject, of?: Partial<GraphNode>) =>
    attemptToDelete(collector, node(object, of));
  return { cluster, collector, node, asked, absent, known, stored, edit, attempt };
}

/** An owner that is not there. */
const NEVER = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'never', uid: 'no-such-uid' } };

const nothing: Partial<Store> = {
  get: () => assert.fail('nothing is asked'),
  delete: () => assert.fail('nothing is deleted'),
};

test('what goes already by itself is let go', () => {
  const { attempt } = attempts(() => nothing);
  assert.equal(attempt({ ...NEVER }, { beingDeleted: true }), 'done');
});

test('what is not there is absent, and so is what has another UID', () => {
  const { cluster, attempt } = attempts();
  assert.equal(attempt({ ...NEVER, metadata: { ...NEVER.metadata, namespace: 'shop' } }), 'absent');
  const there = make(cluster, 'there', [NEVER]);
  assert.equal(attempt({ ...there, metadata: { ...there.metadata, uid: 'earlier' } }), 'absent');
  assert.deepEqual(names(cluster), ['there']);
});

test('what has no owners stays', () => {
  const { cluster, attempt } = attempts();
  assert.equal(attempt(make(cluster, 'free')), 'done');
  assert.deepEqual(names(cluster), ['free']);
});

test('a namespaced kind without a namespace is hopeless, as owner and by itself', () => {
  const { cluster, attempt, absent } = attempts();
  assert.equal(attempt(NEVER), 'hopeless');
  const owner = make(cluster, 'owner');
  const metadata = { name: 'n', ownerReferences: [reference(owner)] };
  assert.equal(
    attempt(cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata })),
    'hopeless',
  );
  assert.equal(cluster.exists(NODES, 'n'), true);
  assert.deepEqual(absent, []);
});

test('what cannot be read is tried again, and never deleted', () => {
  for (const unreadable of ['child', 'owner']) {
    const { cluster, attempt, absent } = attempts((store) => ({
      get(type, namespace, name) {
        if (name === unreadable) throw internalError('etcd is away');
        return store.get(type, namespace, name);
      },
    }));
    const child = make(cluster, 'child', [make(cluster, 'owner')]);
    assert.throws(() => attempt(child), { message: 'Internal error occurred: etcd is away' });
    assert.deepEqual([names(cluster), absent], [['child', 'owner'], []]);
  }
  const { cluster, attempt } = attempts();
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', uid: 'w-uid' } };
  assert.throws(() => attempt(make(cluster, 'child', [widget])), /REST mapping for example.com\/v1\/Widget/);
});

test('an owner that is known to be absent is not asked for again', () => {
  for (const [kind, namespace] of [
    ['ConfigMap', 'shop'],
    ['Node', ''],
  ] as const) {
    const { cluster, known, absent, attempt } = attempts((store) => ({
      get: (type, at, name) => (name === 'owner' ? assert.fail('it is known') : store.get(type, at, name)),
    }));
    const owner = { apiVersion: 'v1', kind, metadata: { name: 'owner', uid: 'owner-uid' } };
    known.add(identityKey({ apiVersion: 'v1', kind, namespace, name: 'owner', uid: 'owner-uid' }));
    assert.equal(attempt(make(cluster, 'child', [owner])), 'done');
    assert.deepEqual([names(cluster), absent], [[], []]);
  }
});

test('an absent owner is remembered where its kind has its place', () => {
  const { cluster, absent, attempt } = attempts();
  attempt(make(cluster, 'child', [NEVER]));
  attempt(make(cluster, 'second', [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'u' } }]));
  assert.deepEqual(absent, ['shop/never', '/n']);
  assert.deepEqual(names(cluster), []);
});

test('an owner holds as long as it does not wait for its dependents', () => {
  const holds = (finalizers: string[], deleted: boolean) => {
    const { cluster, attempt, edit, stored } = attempts();
    const owner = make(cluster, 'owner');
    edit('owner', (metadata) => void (metadata.finalizers = finalizers));
    if (deleted) cluster.store.delete(CONFIG_MAPS, 'shop', 'owner');
    const child = make(cluster, 'child', [owner]);
    assert.equal(attempt(child), 'done');
    if (!names(cluster).includes('child')) return false;
    assert.equal(stored('child').metadata.resourceVersion, child.metadata.resourceVersion);
    return true;
  };
  assert.equal(holds(['example.com/hold'], true), true);
  assert.equal(holds(['example.com/hold'], false), true);
  const { cluster, attempt, edit } = attempts();
  const waits = make(cluster, 'waits');
  edit('waits', (metadata) => void (metadata.finalizers = ['example.com/hold']));
  cluster.store.delete(CONFIG_MAPS, 'shop', 'waits', { propagationPolicy: 'Foreground' });
  assert.equal(attempt(make(cluster, 'child', [waits])), 'done');
  assert.deepEqual(names(cluster), ['waits']);
});

test('a finalizer that waits for dependents makes no owner wait that is not being deleted', () => {
  const { cluster, attempt, edit } = attempts();
  const owner = make(cluster, 'owner');
  edit('owner', (metadata) => void (metadata.finalizers = ['foregroundDeletion']));
  assert.equal(attempt(make(cluster, 'child', [owner])), 'done');
  assert.deepEqual(names(cluster), ['child', 'owner']);
});

test('how it is deleted follows the finalizer that it has', () => {
  const deleted = (finalizers: string[]) => {
    const { cluster, attempt, edit } = attempts();
    make(cluster, 'child', [NEVER]);
    const child = edit('child', (metadata) => void (metadata.finalizers = finalizers));
    assert.equal(attempt(child), 'done');
    const [left] = cluster.store.list(CONFIG_MAPS);
    return left && [left.metadata.deletionTimestamp !== undefined, left.metadata.finalizers];
  };
  assert.equal(deleted([]), undefined);
  assert.deepEqual(deleted(['orphan']), [true, ['orphan']]);
  assert.deepEqual(deleted(['foregroundDeletion']), [true, ['foregroundDeletion']]);
  assert.deepEqual(deleted(['example.com/hold']), [true, ['example.com/hold']]);
});

test('one that waits for an owner and is waited for no longer blocks; what did not block stays as it was', () => {
  const { cluster, attempt, node, stored, edit } = attempts();
  const [a, b] = [make(cluster, 'a'), make(cluster, 'b')];
  for (const name of ['a', 'b']) {
    edit(name, (metadata) => void (metadata.finalizers = ['example.com/hold']));
    cluster.store.delete(CONFIG_MAPS, 'shop', name, { propagationPolicy: 'Foreground' });
  }
  make(cluster, 'child');
  const child = edit('child', (metadata) => {
    metadata.ownerReferences = [reference(a, BLOCKING), reference(b)];
    metadata.finalizers = ['example.com/hold'];
  });
  const leaf = make(cluster, 'leaf', [child]);
  const attemptWith = (deletingDependents: boolean) =>
    attempt(child, { dependents: new Set([node(leaf, { deletingDependents })]) });
  const references: OwnerReference[] = [reference(a, BLOCKING), reference(b)];
  assert.equal(attemptWith(false), 'done');
  const { ownerReferences, finalizers, deletionTimestamp } = stored('child').metadata;
  assert.deepEqual(ownerReferences, references);
  assert.deepEqual(finalizers, ['example.com/hold', 'foregroundDeletion']);
  assert.ok(deletionTimestamp);
  // Its own write is in its way, as in the real one: it is tried again.
  assert.throws(() => attemptWith(true), { reason: 'Conflict' });
  assert.equal(attemptWith(true), 'done');
  assert.deepEqual(stored('child').metadata.ownerReferences, [
    reference(a, { blockOwnerDeletion: false }),
    reference(b),
  ]);
});

test('what waits for its dependents looks at those that block it, unless they wait themselves', () => {
  const { cluster, attempt, node, stored, edit, asked } = attempts();
  const owner = make(cluster, 'owner');
  edit('owner', (metadata) => void (metadata.finalizers = ['foregroundDeletion', 'example.com/hold']));
  const dependent = (name: string, block: boolean, of: Partial<GraphNode> = {}) =>
    node(make(cluster, name, [owner], { blockOwnerDeletion: block }), of);
  const loose = dependent('loose', false);
  const dependents = new Set([
    dependent('a', true),
    dependent('b', true, { deletingDependents: true }),
    loose,
  ]);
  assert.equal(attempt(owner, { beingDeleted: true, deletingDependents: true, dependents }), 'done');
  assert.deepEqual(asked, ['a']);
  assert.deepEqual(stored('owner').metadata.finalizers, ['foregroundDeletion', 'example.com/hold']);
  for (let times = 0; times < 2; times++) {
    assert.equal(attempt(owner, { deletingDependents: true, dependents: new Set([loose]) }), 'done');
    assert.deepEqual(stored('owner').metadata.finalizers, ['example.com/hold']);
  }
  assert.deepEqual(asked, ['a']);
  assert.equal(
    attempt(make(cluster, 'bare'), { deletingDependents: true }),
    'done',
    'it has no finalizers at all',
  );
});

test('what changes between the look and the deletion: it goes only if it is still the same, of the same owners', () => {
  const racing = (race: (scene: ReturnType<typeof attempts>) => void) => {
    let raced = false;
    const scene: ReturnType<typeof attempts> = attempts((store) => ({
      delete(...given) {
        if (!raced) race(scene);
        raced = true;
        return store.delete(...given);
      },
    }));
    const child = make(scene.cluster, 'child', [NEVER]);
    const outcome = () => scene.attempt(child);
    return { outcome, left: () => names(scene.cluster) };
  };
  const label = racing(({ edit }) => void edit('child', (metadata) => void (metadata.labels = { a: 'b' })));
  assert.equal(label.outcome(), 'done');
  assert.deepEqual(label.left(), []);

  const owned = racing(({ cluster, edit }) => {
    const owner = make(cluster, 'owner');
    edit('child', (metadata) => void (metadata.ownerReferences = [reference(owner)]));
  });
  assert.throws(owned.outcome, { reason: 'Conflict' });
  assert.deepEqual(owned.left(), ['child', 'owner']);

  const replaced = racing(({ cluster }) => {
    remove(cluster, 'child');
    make(cluster, 'child', [NEVER]);
  });
  assert.throws(replaced.outcome, { reason: 'Conflict' });
  assert.deepEqual(replaced.left(), ['child']);

  const gone = racing(({ cluster }) => void remove(cluster, 'child'));
  assert.equal(gone.outcome(), 'done');
  assert.deepEqual(gone.left(), []);

  const failing = racing(() => {
    throw internalError('etcd is away');
  });
  assert.throws(failing.outcome, { message: 'Internal error occurred: etcd is away' });
  assert.deepEqual(failing.left(), ['child']);
});

test('a second conflict is one to try again', () => {
  let times = 0;
  const { cluster, attempt } = attempts((store) => ({
    delete(type, namespace, name, options) {
      times++;
      // As if it were replaced each time.
      return store.delete(type, namespace, name, { ...options, preconditions: { uid: 'another' } });
    },
  }));
  assert.throws(() => attempt(make(cluster, 'child', [NEVER])), { reason: 'Conflict' });
  assert.equal(times, 2);
  assert.deepEqual(names(cluster), ['child']);
});

test('orphaning: those that have gone, were replaced or let go are passed over', () => {
  const { cluster, collector, node, stored, edit } = attempts();
  make(cluster, 'owner');
  const owner = edit('owner', (metadata) => void (metadata.finalizers = ['orphan', 'example.com/hold']));
  const dependents = ['gone', 'replaced', 'free', 'child'].map((name) => node(make(cluster, name, [owner])));
  for (const name of ['gone', 'replaced']) remove(cluster, name);
  make(cluster, 'replaced', [owner]);
  edit('free', (metadata) => void delete metadata.ownerReferences);
  orphanDependents(collector, node(owner, { dependents: new Set(dependents) }));
  assert.deepEqual(stored('replaced').metadata.ownerReferences, [reference(owner)]);
  assert.equal(stored('child').metadata.ownerReferences, undefined);
  assert.deepEqual(stored('owner').metadata.finalizers, ['example.com/hold']);
});

test('orphaning: while one cannot be changed the owner stays, and all the others are let go', () => {
  const cause = internalError('etcd is away');
  const { cluster, collector, node, stored, edit } = attempts((store) => ({
    modify(...given) {
      if (given[2] === 'stuck') throw cause;
      return store.modify(...given);
    },
  }));
  make(cluster, 'owner');
  const owner = edit('owner', (metadata) => void (metadata.finalizers = ['orphan']));
  const dependents = ['stuck', 'child'].map((name) => node(make(cluster, name, [owner])));
  assert.throws(() => orphanDependents(collector, node(owner, { dependents: new Set(dependents) })), {
    message: 'Not all dependents of owner could be orphaned.',
    cause,
  });
  assert.equal(stored('child').metadata.ownerReferences, undefined);
  assert.deepEqual(stored('owner').metadata.finalizers, ['orphan']);
});

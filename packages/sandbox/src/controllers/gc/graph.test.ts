import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { CONFIG_MAPS } from '../common/types.ts';
import { make, names, onlyCollector, remove } from '../testing/owned-maps.ts';
import { dependencyGraph, type GraphChange, type GraphNode, identityOf } from './graph.ts';

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

interface Of {
  uid?: string;
  namespace?: string;
  kind?: string;
  apiVersion?: string;
  owners?: OwnerReference[];
  deleting?: boolean;
  finalizers?: string[];
}

/** An object in `shop` whose UID is its name, where nothing else is said. */
function object(name: string, of: Of = {}): KubeObject {
  const { uid = name, namespace = 'shop', kind = 'ConfigMap', apiVersion = 'v1' } = of;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      uid,
      ...(namespace === '' ? {} : { namespace }),
      ...(of.owners ? { ownerReferences: of.owners } : {}),
      ...(of.deleting ? { deletionTimestamp: '2026-11-02T10:00:00Z' } : {}),
      ...(of.finalizers ? { finalizers: of.finalizers } : {}),
    },
  };
}

const ref = (name: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid: name,
  ...more,
});
const block = (name: string, blockOwnerDeletion = true) => ref(name, { blockOwnerDeletion });

/** A graph, and what each change asks of it. */
function graphScene() {
  const asked: string[] = [];
  const named = ({ identity: { namespace, name } }: GraphNode) => `${namespace}/${name}`;
  const graph = dependencyGraph({
    attemptToDelete: (node) => asked.push(`delete ${named(node)}`),
    attemptToDeleteLater: (node) => asked.push(`later ${named(node)}`),
    attemptToOrphan: (node) => asked.push(`orphan ${named(node)}`),
    ownerIsAbsent: ({ namespace, name }) => asked.push(`absent ${namespace}/${name}`),
    invalidNamespace: (node, owner) => asked.push(`invalid ${named(node)} by ${owner.name}`),
  });
  const apply = (change: GraphChange) => {
    asked.length = 0;
    graph.apply(change);
    return [...asked];
  };
  return {
    node: graph.node,
    add: (name: string, of?: Of) => apply({ type: 'ADDED', object: object(name, of) }),
    change: (name: string, of?: Of, previous?: Of) =>
      apply({
        type: 'MODIFIED',
        object: object(name, of),
        ...(previous ? { previous: object(name, previous) } : {}),
      }),
    remove: (name: string, of?: Of) => apply({ type: 'DELETED', object: object(name, of) }),
    /** It was looked up, and nothing of that name and UID is there. */
    refute: (name: string, of?: Of) => apply({ type: 'DELETED', object: object(name, of), virtual: true }),
    dependents: (uid: string) =>
      [...(graph.node(uid)?.dependents ?? [])].map(({ identity }) => identity.name),
  };
}

test('what is seen is known by its UID', () => {
  const { add, node, remove, refute } = graphScene();
  assert.deepEqual(add('a'), []);
  assert.deepEqual(node('a'), {
    identity: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a', uid: 'a' },
    virtual: false,
    owners: [],
    dependents: new Set(),
    beingDeleted: false,
    deletingDependents: false,
  });
  assert.deepEqual(remove('never'), []);
  assert.deepEqual(refute('never'), []);
  assert.deepEqual(remove('a'), []);
  assert.equal(node('a'), undefined);
});

test('how it stands with its deletion when it is first seen', () => {
  for (const [of, asked, beingDeleted, deletingDependents] of [
    [{ deleting: true }, [], true, false],
    [{ finalizers: ['foregroundDeletion'] }, [], false, false],
    [{ finalizers: ['orphan'] }, [], false, false],
    [{ deleting: true, finalizers: ['foregroundDeletion'] }, ['delete shop/a'], true, true],
    [{ deleting: true, finalizers: ['orphan'] }, ['orphan shop/a'], true, false],
  ] as const) {
    const { add, node } = graphScene();
    assert.deepEqual(add('a', of as Of), asked);
    assert.deepEqual(
      [node('a')?.beingDeleted, node('a')?.deletingDependents],
      [beingDeleted, deletingDependents],
    );
  }
});

test('an owner that nobody has seen is looked up, once', () => {
  const { add, node, dependents } = graphScene();
  assert.deepEqual(add('child', { owners: [block('owner')] }), ['delete shop/owner']);
  assert.deepEqual(add('second', { owners: [ref('owner')] }), []);
  const { dependents: _, ...owner } = node('owner') ?? assert.fail();
  assert.deepEqual(owner, {
    identity: identityOf(object('owner')),
    virtual: true,
    owners: [],
    beingDeleted: false,
    deletingDependents: false,
  });
  assert.deepEqual(dependents('owner'), ['child', 'second']);
});

test('a reference to an owner that is known: what is right asks for nothing, what is doubtful for a look', () => {
  const child = (owner: Of | 'unseen in shop' | 'unseen in the cluster', of: Of) => {
    const { add } = graphScene();
    if (owner === 'unseen in shop') add('first', { owners: [ref('owner')] });
    else if (owner === 'unseen in the cluster') add('first', { namespace: '', owners: [ref('owner')] });
    else add('owner', owner);
    return add('child', { owners: [ref('owner')], ...of });
  };
  const inDefault = { namespace: 'default' };
  const other = (more: Partial<OwnerReference>) => ({ owners: [ref('owner', more)] });
  assert.deepEqual(child({}, {}), []);
  assert.deepEqual(child({ namespace: '' }, {}), [], 'an owner of the cluster may own in each namespace');
  assert.deepEqual(child(inDefault, {}), ['invalid shop/child by owner', 'delete shop/child']);
  for (const more of [{ name: 'x' }, { kind: 'Secret' }, { apiVersion: 'v2' }])
    assert.deepEqual(child({}, other(more)), ['delete shop/child'], JSON.stringify(more));
  assert.deepEqual(child('unseen in shop', {}), []);
  assert.deepEqual(child('unseen in shop', inDefault), ['delete default/child'], 'nobody knows who is right');
  assert.deepEqual(child('unseen in the cluster', {}), ['delete shop/child']);
  assert.deepEqual(child('unseen in the cluster', { namespace: '' }), []);
});

test('of several references one doubtful is enough; those that nobody knows are looked up all the same', () => {
  const { add } = graphScene();
  add('a', { namespace: 'default' });
  add('b', { namespace: 'default' });
  const owners = [ref('a'), ref('b'), ref('c')];
  assert.deepEqual(add('child', { owners }), [
    'invalid shop/child by a',
    'delete shop/c',
    'delete shop/child',
  ]);
  const right = graphScene();
  right.add('a', { namespace: 'default' });
  right.add('b');
  assert.deepEqual(right.add('child', { owners: [ref('a'), ref('b')] }), [
    'invalid shop/child by a',
    'delete shop/child',
  ]);
});

test('an owner turns up: who means another by its UID is looked at', () => {
  const seen = (of: Of, name = 'owner') => {
    const scene = graphScene();
    scene.add('child', { owners: [ref('else'), ref('owner')] });
    scene.add('second', { owners: [ref('other', { uid: 'owner' })] });
    scene.add('far', { namespace: 'default', owners: [ref('owner')] });
    const asked = scene.add(name, { uid: 'owner', ...of });
    const node = scene.node('owner') ?? assert.fail();
    assert.deepEqual(node.identity, identityOf(object(name, { uid: 'owner', ...of })));
    assert.equal(node.virtual, false);
    return asked;
  };
  // As it was thought to be: they have been looked at when they came.
  assert.deepEqual(seen({}), []);
  assert.deepEqual(seen({}, 'other'), [
    'delete shop/child',
    'invalid default/far by owner',
    'delete default/far',
  ]);
  assert.deepEqual(seen({ namespace: '' }), ['delete shop/second']);
  assert.deepEqual(seen({ namespace: 'default' }), [
    'invalid shop/child by owner',
    'delete shop/child',
    'invalid shop/second by other',
    'delete shop/second',
  ]);
});

test('one that means the owner rightly and wrongly at once is looked at', () => {
  const { add } = graphScene();
  add('child', { owners: [ref('owner'), ref('other', { uid: 'owner' })] });
  assert.deepEqual(add('owner', { namespace: '' }), ['delete shop/child']);
});

test('one that knows an absent owner under two names goes on to the other', () => {
  const { add, refute } = graphScene();
  add('child', { owners: [ref('owner'), ref('other', { uid: 'owner' })] });
  assert.deepEqual(refute('owner'), ['absent shop/owner', 'delete shop/child', 'later shop/other']);
});

test('a doubtful reference is looked at when it comes, and not with each change', () => {
  const { add, change } = graphScene();
  add('owner');
  assert.deepEqual(add('child', { owners: [ref('owner', { name: 'other' })] }), ['delete shop/child']);
  assert.deepEqual(change('child', { owners: [ref('owner', { name: 'other' })] }), []);
});

test('an owner that turns up stays known: what comes later is held against it', () => {
  const { add, change } = graphScene();
  add('child', { owners: [ref('owner')] });
  add('owner');
  assert.deepEqual(change('owner'), []);
  assert.deepEqual(add('far', { namespace: 'default', owners: [ref('owner')] }), [
    'invalid default/far by owner',
    'delete default/far',
  ]);
});

test('references that come and go', () => {
  const { add, change, dependents, node } = graphScene();
  for (const name of ['a', 'b']) add(name);
  add('child', { owners: [ref('a'), ref('b')] });
  assert.deepEqual(change('child', { owners: [ref('b'), ref('c')] }), ['delete shop/c']);
  assert.deepEqual(['a', 'b', 'c'].map(dependents), [[], ['child'], ['child']]);
  assert.deepEqual(node('child')?.owners, [ref('b'), ref('c')]);
  assert.deepEqual(change('child'), []);
  assert.deepEqual(['a', 'b', 'c'].map(dependents), [[], [], []]);
});

test('an owner is looked at when one of its dependents no longer blocks it', () => {
  const changed = (before: OwnerReference, after: OwnerReference | undefined) => {
    const { add, change } = graphScene();
    for (const name of ['a', 'owner']) add(name);
    add('child', { owners: [block('a'), before] });
    return change('child', { owners: [block('a'), ...(after ? [after] : [])] });
  };
  assert.deepEqual(changed(block('owner'), undefined), ['delete shop/owner']);
  assert.deepEqual(changed(block('owner'), block('owner', false)), ['delete shop/owner']);
  assert.deepEqual(changed(block('owner'), ref('owner')), ['delete shop/owner']);
  assert.deepEqual(changed(block('owner'), block('owner')), []);
  assert.deepEqual(changed(block('owner', false), undefined), []);
  assert.deepEqual(changed(ref('owner'), undefined), []);
  assert.deepEqual(changed(ref('owner'), block('owner')), []);
});

test('a blocking reference to one that has gone is dropped without more ado', () => {
  const { add, remove, change } = graphScene();
  add('owner');
  add('child', { owners: [block('owner')] });
  remove('owner');
  assert.deepEqual(change('child'), []);
});

test('a deletion begins, and is seen as begun once', () => {
  const begun = (before: Of | undefined, after: Of) => {
    const scene = graphScene();
    scene.add('owner');
    scene.add('child', { owners: [ref('owner')] });
    const asked = scene.change('owner', after, before);
    const { beingDeleted, deletingDependents } = scene.node('owner') ?? assert.fail();
    return [...asked, beingDeleted, deletingDependents];
  };
  const foreground = { deleting: true, finalizers: ['foregroundDeletion'] };
  const orphan = { deleting: true, finalizers: ['orphan'] };
  const both = ['delete shop/child', 'delete shop/owner', true, true];
  assert.deepEqual(begun({}, foreground), both);
  assert.deepEqual(begun(undefined, foreground), both);
  assert.deepEqual(begun({ deleting: true }, foreground), both);
  assert.deepEqual(begun({ finalizers: ['foregroundDeletion'] }, foreground), both);
  assert.deepEqual(begun(foreground, foreground), [true, false]);
  assert.deepEqual(begun({}, orphan), ['orphan shop/owner', true, false]);
  assert.deepEqual(begun(orphan, orphan), [true, false]);
  assert.deepEqual(begun({}, { deleting: true }), [true, false]);
  assert.deepEqual(begun({}, {}), [false, false]);
});

test('one has gone: its dependents are looked at, and the owner that waits for it', () => {
  const { add, remove, node, dependents } = graphScene();
  add('waits', { deleting: true, finalizers: ['foregroundDeletion'] });
  add('stays');
  add('middle', { owners: [ref('waits'), ref('stays'), ref('gone')] });
  remove('gone');
  add('leaf', { owners: [ref('middle')] });
  assert.deepEqual(remove('leaf'), []);
  add('leaf', { owners: [ref('middle')] });
  assert.deepEqual(remove('middle'), ['absent shop/middle', 'delete shop/leaf', 'delete shop/waits']);
  assert.equal(node('middle'), undefined);
  assert.deepEqual([dependents('waits'), dependents('stays')], [[], []]);
});

test('an owner that was looked up and is not there: all agree, and it goes', () => {
  const { add, refute, node } = graphScene();
  add('child', { owners: [ref('owner')] });
  add('second', { owners: [ref('owner')] });
  assert.deepEqual(refute('owner'), ['absent shop/owner', 'delete shop/child', 'delete shop/second']);
  assert.equal(node('owner'), undefined);
});

test('who knows it under another name keeps it, until that has been looked up as well', () => {
  const { add, refute, node } = graphScene();
  add('child', { owners: [ref('owner')] });
  add('second', { owners: [ref('a'), ref('other', { uid: 'owner' })] });
  add('far', { namespace: 'default', owners: [ref('owner')] });
  assert.deepEqual(refute('unheard-of', { uid: 'owner' }), [], 'nobody means that one');
  assert.deepEqual(refute('owner'), ['absent shop/owner', 'delete shop/child', 'later default/owner']);
  assert.equal(node('owner')?.virtual, true);
  assert.deepEqual(
    refute('owner'),
    ['absent shop/owner', 'delete shop/child'],
    'that one is not meant any more',
  );
  assert.deepEqual(refute('owner', { namespace: 'default' }), [
    'absent default/owner',
    'delete default/far',
    'later shop/other',
  ]);
});

test('names are tried in their order, and from the last on from the first', () => {
  const next = (absent: string, ...others: string[]) => {
    const { add, refute } = graphScene();
    for (const [index, name] of [absent, ...others].entries())
      add(`child-${index}`, { owners: [ref(name, { uid: 'owner' })] });
    return refute(absent, { uid: 'owner' }).at(-1);
  };
  assert.equal(next('ab', 'b', 'aa', 'c'), 'later shop/b');
  assert.equal(next('ab', 'c', 'aa', 'b'), 'later shop/b');
  assert.equal(next('z', 'c', 'b'), 'later shop/b');
  assert.equal(next('z', 'b', 'c'), 'later shop/b');
});

test('an absent owner of the cluster is absent for every namespace, and so is another of its kind', () => {
  const scene = () => {
    const { add, ...rest } = graphScene();
    add('node', { namespace: '', owners: [ref('owner')] });
    add('child', { owners: [ref('owner')] });
    return { add, ...rest };
  };
  assert.deepEqual(scene().refute('owner', { namespace: '' }), [
    'absent /owner',
    'delete /node',
    'delete shop/child',
  ]);
  for (const [more, later] of [
    [{ name: 'other' }, 'later /other'],
    [{ kind: 'Secret' }, 'later shop/owner'],
    [{ apiVersion: 'v2' }, 'later shop/owner'],
  ] as const) {
    const { add, refute } = scene();
    add('third', { owners: [ref('owner', more)] });
    assert.equal(refute('owner', { namespace: '' }).at(-1), later);
  }
});

test('an owner that has been seen is not gone because another of its UID is', () => {
  const { add, refute, node } = graphScene();
  add('owner');
  add('child', { owners: [ref('owner')] });
  assert.deepEqual(refute('other', { uid: 'owner' }), []);
  add('second', { owners: [ref('other', { uid: 'owner' })] });
  assert.deepEqual(refute('other', { uid: 'owner' }), ['absent shop/other', 'delete shop/second']);
  assert.equal(node('owner')?.identity.name, 'owner');
  assert.deepEqual(refute('owner'), ['absent shop/owner', 'delete shop/child', 'delete shop/second']);
  assert.equal(node('owner'), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '@toolcrib/kube';
import { block, graphScene, type Of, object, ref } from '../testing/graph-scene.ts';
import { identityOf } from './graph.ts';

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

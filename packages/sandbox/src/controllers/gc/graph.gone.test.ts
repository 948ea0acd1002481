import assert from 'node:assert/strict';
import { test } from 'node:test';
import { block, graphScene, type Of, ref } from '../testing/graph-scene.ts';

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

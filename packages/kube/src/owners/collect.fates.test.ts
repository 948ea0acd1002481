import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PropagationPolicy } from '../delete-options.ts';
import type { KubeObject, OwnerReference } from '../objects.ts';
import { collect } from './collect.ts';
import { ownerGraph } from './graph.ts';

interface Of {
  owners?: (string | Partial<OwnerReference>)[];
  finalizers?: string[];
  deleting?: boolean;
}

/** Objects of one namespace by their UIDs, in which `seen-not` was not listed and `Foreign` is no kind that is served. */
function world(objects: Record<string, Of>) {
  const made = Object.entries(objects).map(([uid, { owners, finalizers, deleting }]): KubeObject => {
    const reference = (owner: string | Partial<OwnerReference>): OwnerReference => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      ...(typeof owner === 'string'
        ? { name: owner, uid: owner }
        : { name: owner.uid ?? '', uid: '', ...owner }),
    });
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: uid,
        namespace: 'shop',
        uid,
        ...(owners ? { ownerReferences: owners.map(reference) } : {}),
        ...(finalizers ? { finalizers } : {}),
        ...(deleting ? { deletionTimestamp: '2026-11-02T10:00:00Z' } : {}),
      },
    };
  });
  return ownerGraph({
    objects: made,
    wasListed: ({ kind }) => kind !== 'Secret',
    scopeOf: ({ kind }) => (kind === 'Foreign' ? undefined : 'namespaced'),
  });
}

const unseen = { kind: 'Secret', uid: 'unseen' };
const foreign = { apiVersion: 'example.com/v1', kind: 'Foreign', uid: 'foreign' };
const absent = { uid: 'absent' };

/** What goes and how (`policy` and through whom), what is orphaned by whom, and what is doubtful. */
function fates(
  objects: Record<string, Of>,
  starts: Record<string, PropagationPolicy>,
  extra?: Parameters<typeof collect>[2],
) {
  const { going, orphaned, doubtful } = collect(world(objects), new Map(Object.entries(starts)), extra);
  return {
    going: Object.fromEntries(
      [...going].map(([uid, { policy, via, also = [] }]) => [uid, [policy, via, ...also].join(' ')]),
    ),
    orphaned: Object.fromEntries(orphaned),
    doubtful: [...doubtful],
  };
}

test('one by one, down the tree', () => {
  assert.deepEqual(
    fates({ a: {}, b: { owners: ['a'] }, c: { owners: ['b'] }, other: {} }, { a: 'Background' }),
    {
      going: { a: 'Background ', b: 'Background a', c: 'Background b' },
      orphaned: {},
      doubtful: [],
    },
  );
});

test('whom an owner keeps loses the reference to the one that goes; whom nobody serves keeps all', () => {
  const child = (...owners: (string | Partial<OwnerReference>)[]) =>
    fates({ a: {}, solid: {}, child: { owners } }, { a: 'Background' });
  assert.deepEqual(child('a', 'solid'), {
    going: { a: 'Background ' },
    orphaned: { child: 'a' },
    doubtful: [],
  });
  assert.deepEqual(child('a', foreign), { going: { a: 'Background ' }, orphaned: {}, doubtful: [] });
  assert.deepEqual(child(foreign, 'a'), { going: { a: 'Background ' }, orphaned: {}, doubtful: [] });
  assert.deepEqual(child('a', absent).going, { a: 'Background ', child: 'Background a' });
});

test('a reference that was never good is not given back', () => {
  const { orphaned } = fates(
    { a: {}, solid: {}, child: { owners: [{ uid: 'a', name: 'another' }, 'solid'] } },
    { a: 'Background' },
  );
  assert.deepEqual(orphaned, {});
});

test('an owner that was not seen makes it doubtful, once, and never what somebody asked for', () => {
  const objects = { a: {}, b: { owners: ['a', unseen] }, c: { owners: ['a'] } };
  assert.deepEqual(fates(objects, { a: 'Background' }).doubtful, ['b']);
  assert.deepEqual(fates(objects, { a: 'Background' }).going, {
    a: 'Background ',
    b: 'Background a',
    c: 'Background a',
  });
  assert.deepEqual(fates(objects, { a: 'Background', b: 'Background' }).doubtful, []);
  assert.deepEqual(
    fates({ a: {}, b: { owners: ['a', unseen, 'solid'] }, solid: {} }, { a: 'Background' }).doubtful,
    [],
  );
});

test('what is being deleted already is left out, and of its own accord gives nothing back', () => {
  assert.deepEqual(
    fates({ a: {}, b: { owners: ['a'], deleting: true }, c: { owners: ['b'] } }, { a: 'Background' }),
    {
      going: { a: 'Background ' },
      orphaned: {},
      doubtful: [],
    },
  );
  const kept = { a: {}, solid: {}, b: { owners: ['a', 'solid'], deleting: true } };
  assert.deepEqual(fates(kept, { a: 'Background' }).orphaned, {});
  // An Orphan delete strips it all the same.
  assert.deepEqual(fates(kept, { a: 'Orphan' }).orphaned, { b: 'a' });
});

test('Orphan: dependents stay and lose the reference, one that another owner takes goes', () => {
  assert.deepEqual(fates({ a: {}, b: { owners: ['a'] }, c: { owners: ['b'] } }, { a: 'Orphan' }), {
    going: { a: 'Orphan ' },
    orphaned: { b: 'a' },
    doubtful: [],
  });
  const both = fates({ a: {}, b: {}, c: { owners: ['a', 'b'] } }, { a: 'Orphan', b: 'Background' });
  assert.deepEqual(Object.keys(both.going), ['a', 'b', 'c']);
  assert.deepEqual(both.orphaned, {});
  // The first that goes is the one that is named.
  const two = fates({ a: {}, b: {}, c: { owners: ['b', 'a'] } }, { a: 'Orphan', b: 'Orphan' });
  assert.deepEqual(two.orphaned, { c: 'a' });
});

test('how a dependent goes: Foreground where an owner waits and it has dependents, else by its finalizer', () => {
  const how = (policy: PropagationPolicy, finalizers: string[], withLeaf: boolean) =>
    fates(
      { a: {}, b: { owners: ['a'], finalizers }, ...(withLeaf ? { leaf: { owners: ['b'] } } : {}) },
      { a: policy },
    ).going.b;
  assert.equal(how('Background', [], true), 'Background a');
  assert.equal(how('Foreground', [], true), 'Foreground a');
  assert.equal(how('Foreground', [], false), 'Background a');
  assert.equal(how('Background', ['orphan'], true), 'Orphan a');
  assert.equal(how('Foreground', ['orphan'], true), 'Foreground a');
  assert.equal(how('Background', ['foregroundDeletion'], false), 'Foreground a');
  assert.equal(how('Background', ['orphan', 'foregroundDeletion'], false), 'Orphan a');
  assert.equal(how('Background', ['example.com/hold'], true), 'Background a');
});

test('who else takes it is said, once each', () => {
  const { going } = fates(
    { a: {}, b: {}, c: {}, d: { owners: ['a', 'b', 'c'] } },
    { a: 'Background', b: 'Background', c: 'Background' },
  );
  assert.equal(going.d, 'Background a b c');
  const start = fates({ a: {}, b: { owners: ['a'] } }, { a: 'Background', b: 'Background' });
  assert.deepEqual(start.going, { a: 'Background ', b: 'Background  a' });
  // Nobody takes himself, and an owner that is named twice takes it once.
  const self = fates({ a: { owners: ['a'] }, b: { owners: ['a', 'a'] } }, { a: 'Background' });
  assert.deepEqual(self.going, { a: 'Background ', b: 'Background a' });
});

test('of two ways to go, it goes by the one that takes more, and so does what hangs on it', () => {
  const objects = { a: {}, b: { owners: ['a'] }, c: { owners: ['b'] }, d: { owners: ['c'] } };
  assert.deepEqual(fates(objects, { b: 'Orphan' }).going, { b: 'Orphan ' });
  const both = fates(objects, { b: 'Orphan', a: 'Background' });
  assert.deepEqual(both.going, {
    b: 'Background  a',
    a: 'Background ',
    c: 'Background b',
    d: 'Background c',
  });
  assert.deepEqual(both.orphaned, {});
  const foreground = fates(objects, { b: 'Background', a: 'Foreground' }).going;
  assert.deepEqual(foreground, {
    b: 'Foreground  a',
    a: 'Foreground ',
    c: 'Foreground b',
    d: 'Background c',
  });
  assert.equal(
    fates(objects, { b: 'Foreground', a: 'Background' }).going.b,
    'Foreground  a',
    'not the one that takes less',
  );
});

test('what goes beside owner references goes with its object, by the policy of that', () => {
  const objects = { set: {}, claim: {}, volume: { owners: ['claim'] } };
  const asked: string[] = [];
  const extra: Parameters<typeof collect>[2] = (object, policy) => {
    asked.push(`${object.metadata.uid} ${policy}`);
    const claim = world(objects).get('claim');
    return object.metadata.uid === 'set' && claim ? [claim] : [];
  };
  const { going } = fates(objects, { set: 'Foreground' }, extra);
  assert.deepEqual(going, { set: 'Foreground ', claim: 'Background set', volume: 'Background claim' });
  assert.deepEqual(asked, ['set Foreground', 'claim Background', 'volume Background']);
});

test('a start that nobody has seen goes too, and takes its dependents', () => {
  const nothingOf: Parameters<typeof collect>[2] = (object) => (object.metadata.name === 'x' ? [object] : []);
  assert.deepEqual(fates({ b: { owners: [unseen] } }, { unseen: 'Background' }, nothingOf).going, {
    unseen: 'Background ',
    b: 'Background unseen',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beforeTheAct, promisedIn } from './before-the-act.ts';
import { but, object, owned, snapshotOf } from './testing/kept.ts';

const early = (objects: Parameters<typeof snapshotOf>[0], more = {}) =>
  snapshotOf(objects, { takenAt: 1, ...more });
const late = (objects: Parameters<typeof snapshotOf>[0], more = {}) =>
  snapshotOf(objects, { id: 's2', takenAt: 2, ...more });

test('of several states of one object the earliest is the one before the act', () => {
  const before = object('v1 ConfigMap', 'c', { data: { a: '1' } });
  const after = but(before, { data: { a: '2' } });
  for (const snapshots of [
    [early([before]), late([after])],
    [late([after]), early([before])],
  ])
    assert.deepEqual(beforeTheAct(snapshots), [before]);
  const nameless = object('v1 ConfigMap', 'd', { metadata: { uid: undefined } });
  assert.deepEqual(beforeTheAct([early([nameless])]), []);
});

test('what came under a name after the act began is not what stood there before, nor is what it owned', () => {
  const owner = object('v1 Secret', 'owner');
  const anew = but(owner, { metadata: { uid: 'anew' } });
  const set = object('apps/v1 ReplicaSet', 'of-anew', { metadata: owned(anew) });
  const pod = object('v1 Pod', 'of-set', { metadata: owned(set) });
  const other = object('v1 Pod', 'other', { metadata: owned(owner) });
  // The Pod stands before its set: it goes with it all the same.
  const found = beforeTheAct([early([owner]), late([pod, set, anew, other])]);
  assert.deepEqual(
    found.map(({ metadata }) => metadata.name),
    ['owner', 'other'],
  );
});

test('a mere owner that was made anew is named by the one before', () => {
  const owner = object('v1 ConfigMap', 'owner');
  const anew = but(owner, { metadata: { uid: 'anew' } });
  const plain = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner' };
  const mine = object('v1 Secret', 'mine', {
    metadata: {
      ownerReferences: [
        { ...plain, uid: 'anew' },
        { ...plain, name: 'else', uid: 'else' },
      ],
    },
  });
  const [, found] = beforeTheAct([early([owner]), late([anew, mine])]);
  assert.deepEqual(
    found?.metadata.ownerReferences?.map(({ uid }) => uid),
    ['ConfigMap-owner', 'else'],
  );
  const untouched = object('v1 Secret', 'untouched');
  assert.equal(beforeTheAct([early([owner]), late([anew, untouched])])[1], untouched);
});

test('of what was promised the first word counts', () => {
  const first = { promised: [{ uid: 'a', loss: 'lost' as const }] };
  const second = {
    promised: [
      { uid: 'a', loss: 'returns' as const },
      { uid: 'b', loss: 'restorable' as const },
    ],
  };
  const said = promisedIn([late([], second), early([], first), snapshotOf([], { takenAt: 3 })]);
  assert.deepEqual([...said].sort(), [
    ['a', 'lost'],
    ['b', 'restorable'],
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Radius, RadiusMember } from '@toolcrib/model';
import { partOf } from './part.ts';

const member = (uid: string, via?: string): RadiusMember => ({
  ref: { apiVersion: 'v1', kind: 'Thing', name: uid, uid },
  fate: 'deleted',
  loss: 'restorable',
  why: '',
  owners: [],
  ...(via === undefined ? {} : { via }),
});

test('each target has what hangs on it, and together they have everything', () => {
  const members = [
    member('a'),
    member('a1', 'a'),
    member('a2', 'a1'),
    member('b'),
    member('b1', 'b'),
    // Reached through what is not in the radius, and a circle: nobody's, and so everybody's.
    member('scaled', 'elsewhere'),
    member('x', 'y'),
    member('y', 'x'),
  ];
  const targets = ['a', 'b'].map((uid) => member(uid).ref);
  const radius = { targets, members } as Radius;
  const part = (...uids: string[]) => partOf(radius, new Set(uids)).map(({ ref }) => ref.uid);
  assert.deepEqual(part('a'), ['a', 'a1', 'a2', 'scaled', 'x', 'y']);
  assert.deepEqual(part('b'), ['b', 'b1', 'scaled', 'x', 'y']);
  assert.deepEqual(
    part('a', 'b'),
    members.map(({ ref }) => ref.uid),
  );
});

test('a target that hangs on another target is in the part of both, and so is what hangs on it', () => {
  const members = [
    member('a'),
    { ...member('b'), owners: ['a'] },
    member('b1', 'b'),
    // Taken for other reasons than an owner reference: of a Namespace, of a kind.
    { ...member('c'), also: ['b1'] },
    // Owned by two targets: whichever is sent last takes it.
    { ...member('d', 'a'), owners: ['a', 'e'] },
    member('e'),
  ];
  const targets = ['e', 'c', 'b', 'a'].map((uid) => member(uid).ref);
  const part = (uid: string) =>
    partOf({ targets, members } as Radius, new Set([uid])).map(({ ref }) => ref.uid);
  assert.deepEqual(part('a'), ['a', 'b', 'b1', 'c', 'd']);
  assert.deepEqual(part('b'), ['b', 'b1', 'c']);
  assert.deepEqual(part('c'), ['c']);
  assert.deepEqual(part('e'), ['d', 'e']);
});

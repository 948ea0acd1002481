import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anotherCluster, compareClusters } from './cluster-identity.ts';
import type { ClusterIdentity } from './records/act.ts';

const CASES: [string, ClusterIdentity | undefined, ClusterIdentity, ReturnType<typeof compareClusters>][] = [
  ['the same', { uid: '1', address: 'a' }, { uid: '1', address: 'a' }, 'same'],
  ['moved, its CA renewed', { uid: '1', address: 'a' }, { uid: '1', address: 'b' }, 'same'],
  ['made again at the same address', { uid: '1', address: 'a' }, { uid: '2', address: 'a' }, 'other'],
  ['may not be read now', { uid: '1', address: 'a' }, { address: 'a' }, 'by-address'],
  ['could not be read then', { address: 'a' }, { uid: '1', address: 'a' }, 'by-address'],
  ['neither can be compared', { uid: '1', address: 'a' }, { address: 'b' }, 'unknown'],
  ['an old record', undefined, { uid: '1', address: 'a' }, 'unknown'],
];
for (const [name, then, now, expected] of CASES)
  test(`${name}: ${expected}`, () => assert.equal(compareClusters(then, now), expected));

for (const [name, then, now, expected] of CASES) {
  const another = expected === 'other' || (expected === 'unknown' && then !== undefined);
  test(`${name}: ${another ? 'taken for another' : 'not taken for another'}`, () =>
    assert.equal(anotherCluster(then, now) !== undefined, another));
}

// What differs between two clusters is replaced only where it has the form that a real cluster gives it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare } from './compare.ts';
import { normalise } from './normalise.ts';
import type { Answered, Observation } from './types.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 500);
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z');
const uid = (digit: number) => '00000000-0000-4000-8000-000000000000'.replaceAll('0', String(digit));

const got = (body: unknown): Observation[] => [{ what: 'GET /x', status: 200, body, seen: now }];
const differ = (a: unknown, b: unknown, trail: Answered[] = []) =>
  compare(normalise(got(a), trail), normalise(got(b), trail)).length > 0;

const created = (creationTimestamp: unknown) => ({ metadata: { creationTimestamp } });
const deleted = (deletionTimestamp: string, grace = 30) => ({
  metadata: { uid: uid(1), deletionTimestamp, deletionGracePeriodSeconds: grace },
});
const service = (clusterIP: unknown) => ({ spec: { clusterIP } });
const port = (nodePort: unknown) => ({ spec: { ports: [{ nodePort }] } });
const list = (resourceVersion: unknown, ...items: string[]) => ({
  metadata: { resourceVersion },
  items: items.map((version) => ({ metadata: { resourceVersion: version } })),
});
const condition = (lastTransitionTime: unknown) => ({
  status: { conditions: [{ type: 'A', lastTransitionTime }] },
});

for (const [what, real, mine, expected] of [
  ['two moments', created(at(-5)), created(at(-3)), 'same'],
  ['a word instead of a time', created(at(-5)), created('yesterday'), 'differ'],
  ['milliseconds', created(at(-5)), created(new Date(now - 5000).toISOString()), 'differ'],
  ['another year', created(at(-5)), created('1970-01-01T00:00:00Z'), 'differ'],
  ['a time to come', created(at(-5)), created(at(60)), 'differ'],
  ['no time', created(at(-5)), created(null), 'differ'],
  ['no field', created(at(-5)), created(undefined), 'differ'],
  ['a condition with milliseconds', condition(at(-1)), condition(new Date(now).toISOString()), 'differ'],
  ['two deletes', deleted(at(29)), deleted(at(28)), 'same'],
  ['a delete in 1970', deleted(at(29)), deleted('1970-01-01T00:00:00Z'), 'differ'],
  ['a delete with its grace forgotten', deleted(at(30)), deleted(at(0), 7200), 'differ'],
  ['two versions', list('123'), list('456'), 'same'],
  ['a version that is a number', list('123'), list(456), 'differ'],
  ['a version that is always 1', list('123'), list('1'), 'differ'],
  ['a list older than what is in it', list('123', '122'), list('123', '124'), 'differ'],
  ['two addresses', service('10.0.0.7'), service('10.96.1.2'), 'same'],
  ['an address where there is none', service('None'), service('10.96.1.2'), 'differ'],
  ['none where there is an address', service('10.96.1.2'), service('None'), 'differ'],
  ['two node ports', port(30001), port(31999), 'same'],
  ['a node port out of its range', port(30001), port(80), 'differ'],
  ['a node port that is a string', port(30001), port('30001'), 'differ'],
  ['a Node that there is not', { spec: { nodeName: 'node-1' } }, { spec: { nodeName: 'nowhere' } }, 'differ'],
  ['a UID that is none', { metadata: { uid: uid(1) } }, { metadata: { uid: 'one' } }, 'differ'],
] as const) {
  test(`${what}: ${expected}`, () => assert.equal(differ(real, mine), expected === 'differ'));
}

test('a delete without its grace is seen by when the object was last seen alive', () => {
  const trail: Answered[] = [{ sent: now - 200, poll: true, body: { metadata: { uid: uid(1) } } }];
  assert.equal(differ(deleted(at(1), 1), deleted(at(1), 1), trail), false);
  assert.equal(differ(deleted(at(1), 1), deleted(at(0), 1), trail), true);
});

test('a look that was sent as the answer came says nothing of the moment of the delete', () => {
  // The second changed between the delete and its answer.
  const trail: Answered[] = [{ sent: now, poll: true, body: { metadata: { uid: uid(1) } } }];
  assert.equal(differ(deleted(at(-1), 0), deleted(at(0), 0), trail), false);
});

test('an owner that only a quiet answer showed is told from any other', () => {
  const owned = (owner: string) => ({ metadata: { name: 'pod', ownerReferences: [{ uid: owner }] } });
  const trail: Answered[] = [{ sent: now, poll: false, body: { metadata: { name: 'set', uid: uid(1) } } }];
  assert.equal(differ(owned(uid(1)), owned(uid(1)), trail), false);
  assert.equal(differ(owned(uid(1)), owned(uid(2)), trail), true);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayNameOwners, ownersIn } from './owners.ts';

const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'u' };
const sent = (body: unknown, media = 'application/merge-patch+json', more: Record<string, string> = {}) => ({
  headers: { 'content-type': media, ...more },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const named = (ownerReferences: unknown, more: object = {}) => ({ metadata: { ownerReferences, ...more } });

test('a body in which the word can’t stand touches no owners', () => {
  assert.equal(ownersIn(sent({ metadata: { labels: { a: 'b' } } })), 'untouched');
  assert.equal(ownersIn(sent('a: b', 'application/yaml')), 'untouched');
  for (const body of [
    '{"metadata":{"ownerReferences":[]}}',
    '{"metadata":{"OWNERREFERENCES":[]}}',
    '{"\\u006fwner":1}',
  ])
    assert.equal(mayNameOwners(sent(body)), true, body);
  for (const body of ['ownerReferences: []', '"\\x6f": 1', '!!binary b3duZXI=', 'a\0b'])
    assert.equal(mayNameOwners(sent(body, 'application/apply-patch+yaml')), true, body);
  const patch = (op: string) => mayNameOwners(sent([{ op, path: '/a' }], 'application/json-patch+json'));
  assert.deepEqual(['add', 'remove', 'copy', 'move'].map(patch), [false, false, true, true]);
  assert.equal(
    mayNameOwners(sent('{}', 'application/vnd.kubernetes.protobuf')),
    true,
    'bytes alone say nothing',
  );
  assert.equal(mayNameOwners(sent('{}', 'application/json', { 'content-encoding': 'gzip' })), true);
});

test('a list is what the write names; an empty one, or none, touches nothing', () => {
  assert.deepEqual(ownersIn(sent(named([OWNER]))), [OWNER]);
  assert.deepEqual(ownersIn(sent(named([OWNER]), 'application/json')), [OWNER]);
  for (const body of [
    named([]),
    named(null),
    { metadata: null, x: 'ownerReferences' },
    { x: 'ownerReferences' },
  ])
    assert.equal(ownersIn(sent(body)), 'untouched', JSON.stringify(body));
});

test('what only the server can say', () => {
  for (const body of [
    named('x'),
    named([{ ...OWNER, uid: undefined }]),
    named([{ ...OWNER, name: 3 }]),
    named([null]),
    named([{ ...OWNER, $patch: 'delete' }]),
    named([OWNER], { '$deleteFromPrimitiveList/finalizers': [] }),
    { metadata: { OwnerReferences: [OWNER] } },
    { Metadata: named([OWNER]).metadata },
    { metadata: 3, x: 'ownerReferences' },
    ['ownerReferences'],
    '{"ownerReferences": broken',
    '{"metadata":{"ownerReferences":[],"ownerReferences":[]}}',
  ])
    assert.equal(ownersIn(sent(body)), 'ask-server', JSON.stringify(body));
  const inOrder = named([OWNER], { '$setElementOrder/ownerReferences': [{ uid: 'u' }] });
  assert.deepEqual(ownersIn(sent(inOrder, 'application/strategic-merge-patch+json')), [OWNER]);
  assert.equal(ownersIn(sent([{ op: 'copy', path: '/a' }], 'application/json-patch+json')), 'ask-server');
  assert.equal(ownersIn(sent('no protobuf', 'application/vnd.kubernetes.protobuf')), 'ask-server');
  assert.equal(ownersIn(sent(named([OWNER]), 'text/odd')), 'ask-server');
});

test('an encoded body can’t be read', () => {
  assert.throws(
    () => ownersIn(sent(named([OWNER]), 'application/json', { 'content-encoding': 'gzip' })),
    /encoded/,
  );
});

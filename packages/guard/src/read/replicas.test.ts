import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replicasIn } from './replicas.ts';

const WEB = { group: 'apps', resource: 'deployments' };
const RING = { group: 'acme.io', resource: 'rings' };
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const read = (
  body: unknown,
  at: { method?: string; media?: string; type?: typeof WEB; onScale?: boolean } = {},
) => {
  const { method = 'PATCH', media = MERGE, type = WEB, onScale = false } = at;
  return replicasIn({ method, headers: { 'content-type': media } }, type, body, onScale);
};

test('a number of the API’s is what is asked for', () => {
  for (const replicas of [0, 1, 2 ** 31 - 1]) assert.equal(read({ spec: { replicas } }), replicas);
  for (const replicas of [2 ** 31, -1, 1.5, '3', true, Number.NaN])
    assert.equal(read({ spec: { replicas } }), 'ask-server', String(replicas));
});

test('what a body without it means', () => {
  for (const body of [{}, { spec: {} }]) {
    assert.equal(read(body), 'unchanged');
    assert.equal(read(body, { method: 'PUT' }), 1, 'the default');
    assert.equal(read(body, { method: 'PUT', type: RING }), 'ask-server');
    assert.equal(read(body, { method: 'PUT', onScale: true }), 0);
    assert.equal(read(body, { onScale: true }), 'unchanged');
  }
  assert.equal(read({ spec: null }, { method: 'PUT' }), 1);
  assert.equal(read({ spec: null }), 'ask-server');
  assert.equal(read({ spec: null }, { onScale: true }), 0);
  assert.equal(read({ spec: { replicas: null } }), 1);
  assert.equal(read({ spec: { replicas: null } }, { type: RING }), 'ask-server');
  assert.equal(read({ spec: { replicas: null } }, { onScale: true }), 0);
});

test('what is no object, or written otherwise, only the server can tell', () => {
  for (const body of [null, 3, 'x', [], { spec: 3 }, { spec: [] }])
    assert.equal(read(body), 'ask-server', JSON.stringify(body));
  for (const body of [{ Spec: {} }, { spec: { Replicas: 0 } }, { spec: { replicas: 1, REPLICAS: 0 } }])
    assert.equal(read(body), 'ask-server', JSON.stringify(body));
  assert.equal(read({ spec: { replicasMax: 0, xreplicas: 1 }, inspec: 1 }), 'unchanged');
});

test('a directive where it could take the number away is the server’s to carry out', () => {
  for (const body of [{ $patch: 'replace' }, { spec: { $retainKeys: ['a'], replicas: 3 } }]) {
    assert.equal(read(body, { media: STRATEGIC }), 'ask-server', JSON.stringify(body));
    assert.notEqual(read(body), 'ask-server', 'of a merge patch it is a field like any other');
  }
  assert.equal(read({ spec: { template: { $patch: 'delete' }, replicas: 2 } }, { media: STRATEGIC }), 2);
});

test('a directive about the field itself the server decides by chance', () => {
  for (const body of [
    { '$deleteFromPrimitiveList/spec': [] },
    { '$setElementOrder/spec': [] },
    { spec: { '$deleteFromPrimitiveList/replicas': [1], replicas: 3 } },
    { spec: { '$setElementOrder/replicas': [1] } },
  ])
    assert.throws(() => read(body, { media: STRATEGIC }), /decides by chance/, JSON.stringify(body));
  assert.doesNotThrow(() =>
    read({ metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } }, { media: STRATEGIC }),
  );
});

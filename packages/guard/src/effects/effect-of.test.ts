import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effect, JSON_TYPE } from './testing/read-effect.ts';

const KAFKA = '/apis/apps/v1/namespaces/shop/statefulsets/kafka';

describe('deletes', () => {
  // As kubectl 1.35 sends `kubectl delete statefulset kafka`.
  const body = '{"propagationPolicy":"Background"}';
  it('options come from the body', () => {
    const found = effect({ method: 'DELETE', path: KAFKA, type: JSON_TYPE, body });
    assert.equal(found.verb, 'delete');
    assert.equal('propagation' in found && found.propagation, 'Background');
  });

  it('the query counts only where the body is empty', () => {
    const query = 'propagationPolicy=Orphan&dryRun=All';
    const withBody = effect({ method: 'DELETE', path: KAFKA, query, type: JSON_TYPE, body });
    assert.deepEqual(
      'options' in withBody && [withBody.propagation, withBody.dryRun],
      ['Background', false],
      'a query beside a body is what the server ignores',
    );
    const without = effect({ method: 'DELETE', path: KAFKA, query });
    assert.deepEqual('options' in without && [without.propagation, without.dryRun], ['Orphan', true]);
  });

  it("kubectl's dry run stands in the body", () => {
    const found = effect({ method: 'DELETE', path: KAFKA, type: JSON_TYPE, body: '{"dryRun":["All"]}' });
    assert.equal('dryRun' in found && found.dryRun, true);
  });

  for (const [what, sent] of [
    ['gzip', { type: JSON_TYPE, encoding: 'gzip', body: '{}' }],
    ['CBOR', { type: 'application/cbor', body: '\u00a0' }],
    ['no JSON', { type: JSON_TYPE, body: '{' }],
    ['a list', { type: JSON_TYPE, body: '[]' }],
    ['another kind', { type: JSON_TYPE, body: '{"kind":"Pod"}' }],
    ['an unknown policy', { type: JSON_TYPE, body: '{"propagationPolicy":"Backgroud"}' }],
    ['a key twice', { type: JSON_TYPE, body: '{"dryRun":[],"dryRun":["All"]}' }],
    ['a field of a later version', { type: JSON_TYPE, body: '{"preconditions":{"uid":"u","generation":3}}' }],
    ['a field in other letters', { type: JSON_TYPE, body: '{"PropagationPolicy":"Orphan"}' }],
    ['a fraction', { type: JSON_TYPE, body: '{"gracePeriodSeconds":5.0}' }],
    [
      'two policies, of which the server takes none',
      { type: JSON_TYPE, body: '{"orphanDependents":true,"propagationPolicy":"Foreground"}' },
    ],
    ['an empty policy', { type: JSON_TYPE, body: '{"propagationPolicy":""}' }],
    ['a dry run of another name', { type: JSON_TYPE, body: '{"dryRun":["All","Some"]}' }],
    ['an empty dry run in the query', { query: 'dryRun=' }],
    ['YAML beyond all options', { type: 'application/yaml', body: `a: ${'x'.repeat(300_000)}` }],
  ] as const) {
    it(`a body that can't be read (${what}) is not understood`, () => {
      const found = effect({ method: 'DELETE', path: KAFKA, ...sent });
      assert.equal(found.verb, 'not-understood');
      assert.equal('target' in found && found.target?.name, 'kafka');
    });
  }

  for (const [path, verb, target] of [
    ['/api/v1/namespaces/shop', 'delete', { resource: 'namespaces', namespace: undefined, name: 'shop' }],
    [
      '/api/v1/namespaces/shop/pods',
      'delete-collection',
      { resource: 'pods', namespace: 'shop', name: undefined },
    ],
    ['/api/v1/watch/namespaces/shop/pods/a', 'delete', { resource: 'pods', namespace: 'shop', name: 'a' }],
    ['/api/v1/nodes/n1', 'delete', { resource: 'nodes', namespace: undefined, name: 'n1' }],
    [
      '/apis/kafka.strimzi.io/v1/namespaces/a/kafkas/b',
      'delete',
      { resource: 'kafkas', namespace: 'a', name: 'b' },
    ],
    [
      '/api/v1/namespaces/shop/pods/a/log',
      'not-understood',
      { resource: 'pods', namespace: 'shop', name: 'a' },
    ],
    ['/healthz', 'not-understood', undefined],
  ] as const) {
    it(`DELETE ${path} is ${verb}`, () => {
      const found = effect({ method: 'DELETE', path });
      assert.equal(found.verb, verb);
      const { resource, namespace, name } = ('target' in found && found.target) || {};
      assert.deepEqual(target && { resource, namespace, name }, target);
    });
  }
});

describe('evictions', () => {
  const path = '/api/v1/namespaces/shop/pods/a/eviction';
  const body = (more: object) =>
    JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' }, ...more });
  it("drain's eviction", () => {
    const found = effect({
      method: 'POST',
      path,
      type: JSON_TYPE,
      body: body({ deleteOptions: { gracePeriodSeconds: 5 } }),
    });
    assert.equal(found.verb, 'evict');
    assert.equal('options' in found && found.options.gracePeriodSeconds, 5);
  });
  it('another Pod in the body than in the path is not understood', () => {
    assert.equal(
      effect({ method: 'POST', path, type: JSON_TYPE, body: body({ metadata: { name: 'b' } }) }).verb,
      'not-understood',
    );
  });
});

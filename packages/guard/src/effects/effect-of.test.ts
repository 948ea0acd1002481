import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effectsOf } from './effect-of.ts';
import { needsJudgement } from './needs-judgement.ts';

interface Sent {
  method: string;
  path: string;
  query?: string;
  type?: string;
  encoding?: string;
  body?: string;
}

function effect({ method, path, query = '', type, encoding, body = '' }: Sent) {
  const headers: Record<string, string> = {};
  if (type) headers['content-type'] = type;
  if (encoding) headers['content-encoding'] = encoding;
  const [first, ...more] = effectsOf({ method, path, query, headers, body: new TextEncoder().encode(body) });
  assert.deepEqual(more, []);
  return first;
}

const KAFKA = '/apis/apps/v1/namespaces/shop/statefulsets/kafka';
const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const JSON_TYPE = 'application/json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const APPLY = 'application/apply-patch+yaml';

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

describe('replicas', () => {
  const asked = (sent: Sent) => {
    const found = effect(sent);
    return found.verb === 'scale' ? found.replicas : found.verb;
  };
  const CR = '/apis/db.example.com/v1/namespaces/shop/databases/main';
  for (const [what, sent, expected] of [
    [
      'kubectl scale',
      { method: 'PATCH', path: `${WEB}/scale`, type: MERGE, body: '{"spec":{"replicas":0}}' },
      0,
    ],
    [
      'null on /scale',
      { method: 'PATCH', path: `${WEB}/scale`, type: MERGE, body: '{"spec":{"replicas":null}}' },
      0,
    ],
    ['no spec on /scale', { method: 'PATCH', path: `${WEB}/scale`, type: MERGE, body: '{"spec":null}' }, 0],
    [
      'PUT /scale without a number',
      { method: 'PUT', path: `${WEB}/scale`, type: JSON_TYPE, body: '{"kind":"Scale","spec":{}}' },
      0,
    ],
    [
      'JSON patch on /scale',
      { method: 'PATCH', path: `${WEB}/scale`, type: JSON_PATCH, body: '[]' },
      'ask-server',
    ],
    [
      'rollout restart',
      { method: 'PATCH', path: WEB, type: STRATEGIC, body: '{"spec":{"template":{"metadata":{}}}}' },
      'none',
    ],
    ['a merge patch to 3', { method: 'PATCH', path: WEB, type: MERGE, body: '{"spec":{"replicas":3}}' }, 3],
    [
      'apply without the line',
      { method: 'PATCH', path: WEB, type: STRATEGIC, body: '{"spec":{"replicas":null}}' },
      1,
    ],
    [
      '$retainKeys',
      { method: 'PATCH', path: WEB, type: STRATEGIC, body: '{"spec":{"$retainKeys":["template"]}}' },
      'ask-server',
    ],
    [
      '$patch: replace',
      { method: 'PATCH', path: WEB, type: STRATEGIC, body: '{"$patch":"replace","spec":{"replicas":5}}' },
      'ask-server',
    ],
    ['server-side apply', { method: 'PATCH', path: WEB, type: APPLY, body: 'spec: {}' }, 'ask-server'],
    [
      'a label',
      { method: 'PATCH', path: WEB, type: MERGE, body: '{"metadata":{"labels":{"a":"b"}}}' },
      'none',
    ],
    [
      'an unknown patch type',
      { method: 'PATCH', path: WEB, type: 'application/x', body: '{}' },
      'not-understood',
    ],
    ['PUT without the line', { method: 'PUT', path: WEB, type: JSON_TYPE, body: '{"spec":{}}' }, 1],
    [
      'PUT with spec twice',
      { method: 'PUT', path: WEB, type: JSON_TYPE, body: '{"spec":{"replicas":0},"spec":{}}' },
      'not-understood',
    ],
    [
      'a dry run in the query',
      { method: 'PUT', path: WEB, query: 'dryRun=All', type: JSON_TYPE, body: '{"spec":{}}' },
      'none',
    ],
    [
      'PUT of a custom resource without it',
      { method: 'PUT', path: CR, type: JSON_TYPE, body: '{"spec":{}}' },
      'ask-server',
    ],
    [
      'apply of a custom resource',
      { method: 'PATCH', path: CR, type: APPLY, body: 'spec: {}' },
      'ask-server',
    ],
    ...[4294967296, -1].map(
      (number) =>
        [
          `${number} replicas`,
          { method: 'PATCH', path: WEB, type: STRATEGIC, body: `{"spec":{"replicas":${number}}}` },
          'ask-server',
        ] as const,
    ),
    ...['0.0', '1e0', '"0"'].map(
      (text) =>
        [
          `${text} replicas`,
          { method: 'PATCH', path: WEB, type: STRATEGIC, body: `{"spec":{"replicas":${text}}}` },
          'ask-server',
        ] as const,
    ),
    [
      'YAML, which the server reads in its own way',
      { method: 'PUT', path: WEB, type: 'application/yaml', body: 'spec: {replicas: 0o0}' },
      'ask-server',
    ],
    [
      'protobuf',
      { method: 'PUT', path: WEB, type: 'application/vnd.kubernetes.protobuf', body: 'k8s\0' },
      'ask-server',
    ],
    [
      'a list in the place of spec',
      { method: 'PATCH', path: CR, type: MERGE, body: '{"spec":[]}' },
      'ask-server',
    ],
    [
      'a directive about replicas, which the server takes by chance before or after it',
      {
        method: 'PATCH',
        path: WEB,
        type: STRATEGIC,
        body: '{"spec":{"replicas":3,"$deleteFromPrimitiveList/replicas":0}}',
      },
      'not-understood',
    ],
    [
      'a directive about spec',
      {
        method: 'PATCH',
        path: WEB,
        type: STRATEGIC,
        body: '{"spec":{"replicas":3},"$setElementOrder/spec":{"replicas":0}}',
      },
      'not-understood',
    ],
    [
      'replicas in other letters',
      { method: 'PATCH', path: CR, type: MERGE, body: '{"spec":{"Replicas":0}}' },
      'ask-server',
    ],
    [
      'CBOR',
      { method: 'PATCH', path: WEB, type: 'application/apply-patch+cbor', body: '' },
      'not-understood',
    ],
    [
      'two types',
      { method: 'PUT', path: WEB, type: 'application/json, text/plain', body: '{}' },
      'not-understood',
    ],
    [
      'a dry run among others, which the server refuses',
      { method: 'PUT', path: WEB, query: 'dryRun=x&dryRun=All', type: JSON_TYPE, body: '{"spec":{}}' },
      1,
    ],
    [
      'a custom resource to 1',
      { method: 'PATCH', path: CR, type: MERGE, body: '{"spec":{"replicas":1}}' },
      1,
    ],
  ] as const) {
    it(`${what}: ${expected}`, () => assert.equal(asked(sent), expected));
  }
});

describe('what is judged at all', () => {
  const pod = {
    type: 'resource',
    group: '',
    version: 'v1',
    resource: 'pods',
    namespace: 'a',
    name: 'b',
  } as const;
  const web = { ...pod, group: 'apps', resource: 'deployments' } as const;
  for (const [method, target, judged] of [
    ['GET', pod, false],
    ['HEAD', pod, false],
    ['DELETE', pod, true],
    ['delete', pod, true],
    ['PURGE', pod, false],
    ['POST', pod, false],
    ['POST', { ...pod, subresource: 'eviction' }, true],
    ['POST', { ...pod, subresource: 'exec' }, false],
    // Its body may name owners that are not there.
    ['PATCH', pod, true],
    ['PATCH', { ...pod, subresource: 'proxy/a/b' }, false],
    ['PATCH', web, true],
    ['PUT', { ...web, subresource: 'scale' }, true],
    ['PUT', { ...web, subresource: 'status' }, true],
    ['PUT', { ...web, subresource: 'scale/anything' }, true],
    ['PUT', { ...web, subresource: 'scaled' }, true],
    ['DELETE', { ...pod, subresource: 'proxy/a/b' }, false],
    ['PATCH', { ...pod, group: 'db.example.com', resource: 'databases' }, true],
    ['PATCH', { ...pod, group: 'rbac.authorization.k8s.io', resource: 'roles' }, true],
    ['PATCH', { ...pod, group: 'cluster.x-k8s.io', resource: 'machinedeployments' }, true],
    ['PUT', { ...pod, group: 'gateway.networking.k8s.io', resource: 'gateways' }, true],
  ] as const) {
    const unknown = !/^(GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(method);
    it(`${method} ${target.group}/${target.resource}/${'subresource' in target ? target.subresource : ''}: ${judged || unknown}`, () => {
      assert.equal(needsJudgement(method, target, '', false), judged || unknown);
    });
  }
});

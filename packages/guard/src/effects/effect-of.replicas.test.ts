import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effect, JSON_TYPE, type Sent } from './testing/read-effect.ts';

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';

const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const APPLY = 'application/apply-patch+yaml';

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

// Requests that Kubernetes' own handlers read as more than the guard did: found by `npm run deep -- fuzz`, made short.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import { canonical } from '../read/canonical.ts';
import { effectsOf } from './effect-of.ts';
import { needsJudgement } from './needs-judgement.ts';

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const CRATE = '/apis/stable.example.com/v1/namespaces/shop/crates/web';
const POD = '/api/v1/namespaces/shop/pods/web';
const STRATEGIC = 'application/strategic-merge-patch+json';
const MERGE = 'application/merge-patch+json';
const JSON_TYPE = 'application/json';

/** Each came to 0 replicas or to a delete at the server; how it has to be read. */
const FOUND: [what: string, method: string, target: string, type: string, body: string, reads: RegExp][] = [
  [
    'a directive that takes replicas away',
    'PATCH',
    WEB,
    STRATEGIC,
    '{"spec":{"$deleteFromPrimitiveList/replicas":0}}',
    /^not-understood$/,
  ],
  [
    'a directive that takes the spec away',
    'PATCH',
    WEB,
    STRATEGIC,
    '{"$deleteFromPrimitiveList/spec":null}',
    /^not-understood$/,
  ],
  [
    'a directive with an order',
    'PATCH',
    WEB,
    STRATEGIC,
    '{"$setElementOrder/spec":{"replicas":0}}',
    /^not-understood$/,
  ],
  [
    '2^32, which is 0 in 32 bits',
    'PATCH',
    WEB,
    STRATEGIC,
    '{"spec":{"replicas":4294967296}}',
    /^ask-server$/,
  ],
  [
    '2^53 + 1, which is no number of ours',
    'PATCH',
    WEB,
    STRATEGIC,
    '{"spec":{"replicas":9007199254740993}}',
    /^ask-server$/,
  ],
  ['2^63', 'PATCH', `${WEB}/scale`, STRATEGIC, '{"spec":{"replicas":9223372036854775808}}', /^ask-server$/],
  ['more behind /scale', 'PATCH', `${CRATE}/scale/x`, MERGE, '{"spec":{"replicas":0}}', /^scale$/],
  ['/scale twice', 'PUT', `${CRATE}/scale/scale`, JSON_TYPE, '{"spec":{}}', /^scale$/],
  [
    'a dry run behind a broken escape',
    'PATCH',
    `${WEB}?x=%zz&dryRun=All`,
    MERGE,
    '{"spec":{"replicas":0}}',
    /^(refused|scale)$/,
  ],
  [
    'a dry run behind 10,000 parameters',
    'PUT',
    `${WEB}/scale?${'&'.repeat(10_001)}dryRun=All`,
    JSON_TYPE,
    '{"spec":{"replicas":0}}',
    /^(refused|scale)$/,
  ],
  [
    'a dry run in a pair with ;',
    'PUT',
    `${WEB}/scale?dryRun=All;x`,
    JSON_TYPE,
    '{"spec":{"replicas":0}}',
    /^(refused|scale)$/,
  ],
  [
    'a body that says nothing of the dry run in its query',
    'DELETE',
    `${POD}?dryRun=All`,
    JSON_TYPE,
    '{"gracePeriodSeconds":0}',
    /^delete$/,
  ],
];

describe('what the referee read as more than we did', () => {
  for (const [what, method, target, type, body, reads] of FOUND) {
    it(what, () => {
      const [path = '', query = ''] = target.split('?');
      assert.ok(needsJudgement(method, parseRequestPath(path), query, false), 'it is not judged');
      const read = canonical({
        method,
        path,
        query,
        headers: { 'content-type': type },
        body: Buffer.from(body),
      });
      const effect = 'refused' in read ? undefined : effectsOf(read.request)[0];
      assert.match(effect?.verb ?? 'refused', reads);
      if (effect?.verb === 'scale') assert.equal(effect.replicas, 0);
      if (effect && 'dryRun' in effect) assert.equal(effect.dryRun, false);
    });
  }

  it('preconditions in the query of a delete are its own', () => {
    const request = {
      method: 'DELETE',
      path: POD,
      query: 'resourceVersion=7&uid=u',
      headers: {},
      body: Buffer.alloc(0),
    };
    const [effect] = effectsOf(request);
    assert.ok(effect.verb === 'delete');
    assert.deepEqual(effect.options.preconditions, { uid: 'u', resourceVersion: '7' });
  });

  it('a policy and orphanDependents at once, which the server refuses, are not made into one of them', () => {
    const query = 'propagationPolicy=Orphan&orphanDependents=false';
    const [effect] = effectsOf({ method: 'DELETE', path: POD, query, headers: {}, body: Buffer.alloc(0) });
    assert.equal(effect.verb, 'not-understood');
  });
});

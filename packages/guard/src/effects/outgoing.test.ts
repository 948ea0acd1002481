import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { asked } from '../testing/way.ts';
import { effectsOf } from './effect-of.ts';
import { kindOf } from './index.ts';
import type { Destructive } from './subject.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'shop', uid: 'u1' },
};
const AT = '/api/v1/namespaces/shop/pods/a';

function sent(method: string, path: string, query: string, body: string) {
  const headers = { 'content-type': 'application/json' };
  const request = asked(method, path, { query, headers, body: Buffer.from(body) });
  const effect = effectsOf(request)[0] as Destructive;
  const { query: left, body: now } = kindOf(effect).pinned(effect, request, pod);
  return { query: left, body: now && JSON.parse(Buffer.from(now.bytes).toString()) };
}

test('a delete carries the UID that was seen, and its options as the server would have read them', () => {
  const kind = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid: 'u1' } };
  assert.deepEqual(sent('DELETE', AT, '', ''), { query: '', body: kind });
  assert.deepEqual(sent('DELETE', AT, 'gracePeriodSeconds=0&pretty=true&propagationPolicy=Orphan', ''), {
    query: 'pretty=true',
    body: { ...kind, gracePeriodSeconds: 0, propagationPolicy: 'Orphan' },
  });
  // With a body the server ignores the query: so does what goes out.
  assert.deepEqual(sent('DELETE', AT, 'gracePeriodSeconds=0', '{"propagationPolicy":"Foreground"}'), {
    query: '',
    body: { ...kind, propagationPolicy: 'Foreground' },
  });
});

test("a client's own preconditions stay: one that names another object must fail at the server", () => {
  const { body } = sent('DELETE', AT, '', '{"preconditions":{"uid":"other","resourceVersion":"7"}}');
  assert.deepEqual(body.preconditions, { uid: 'other', resourceVersion: '7' });
  const more = sent('DELETE', AT, '', '{"preconditions":{"resourceVersion":"7"}}');
  assert.deepEqual(more.body.preconditions, { uid: 'u1', resourceVersion: '7' });
});

test('preconditions in the query count as those in a body do', () => {
  const { query, body } = sent('DELETE', AT, 'uid=other&resourceVersion=7&pretty=true', '');
  assert.deepEqual([query, body.preconditions], ['pretty=true', { uid: 'other', resourceVersion: '7' }]);
  const { body: pinnedBody } = sent('DELETE', AT, 'resourceVersion=7', '');
  assert.deepEqual(pinnedBody.preconditions, { uid: 'u1', resourceVersion: '7' });
});

test('both forms of orphaning at once, which the server refuses, never go out', () => {
  const { body } = sent('DELETE', AT, '', '{"orphanDependents":true}');
  assert.equal(body.orphanDependents, true);
  assert.equal(body.propagationPolicy, undefined);
});

test('an eviction carries the UID in its deleteOptions, and stays what it was', () => {
  const path = `${AT}/eviction`;
  const text =
    '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"a"},"deleteOptions":{"gracePeriodSeconds":5}}';
  assert.deepEqual(sent('POST', path, 'pretty=1', text), {
    query: undefined,
    body: {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'a' },
      deleteOptions: { gracePeriodSeconds: 5, preconditions: { uid: 'u1' } },
    },
  });
});

test('a delete of which one part is not known is not written anew', () => {
  const request = asked('DELETE', AT, {
    body: Buffer.from('{"orphanDependents":true,"propagationPolicy":"Foreground"}'),
  });
  assert.equal(effectsOf(request)[0].verb, 'not-understood');
});

test('options in the query go, however they are escaped, and the rest stays in one form', () => {
  const { query } = sent('DELETE', AT, 'a=%7ez&dry%52un=x&gracePeriodSeconds=1&b=x+y', '{}');
  assert.equal(query, 'a=~z&b=x%20y');
});

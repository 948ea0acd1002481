import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';
import { asked } from '../testing/way.ts';
import { effectsOf } from './effect-of.ts';
import { evictKind as kind } from './evict.ts';

const AT = '/api/v1/namespaces/shop/pods/a/eviction';
const sent = (body: object, query = '') =>
  asked('POST', AT, { query, body: Buffer.from(JSON.stringify(body)) });
const read = (body: object, query = '') => effectsOf(sent(body, query))[0];
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'shop', uid: 'u1' },
};
const target = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };
const effect = { verb: 'evict' as const, target, options: { gracePeriodSeconds: 5 }, dryRun: false };
const bodyOf = (out: { body?: { bytes: Uint8Array } } | undefined) =>
  JSON.parse(Buffer.from(out?.body?.bytes ?? '').toString());

test('only a POST to the eviction of a Pod is one', () => {
  const path = { type: 'resource' as const, ...target, subresource: 'eviction' };
  assert.equal(kind.mayBe?.('POST', path), true);
  assert.equal(kind.mayBe?.('PUT', path), false);
  for (const other of [{ group: 'x' }, { resource: 'nodes' }, { subresource: 'binding' }])
    assert.equal(kind.mayBe?.('POST', { ...path, ...other }), false);
});

test('its options stand in its body, and a dry run there or in the query', () => {
  const found = read({ metadata: { name: 'a' }, deleteOptions: { gracePeriodSeconds: 5 } });
  assert.ok(found?.verb === 'evict');
  assert.deepEqual([found.options.gracePeriodSeconds, found.dryRun], [5, false]);
  const dry = [read({ deleteOptions: { dryRun: ['All'] } }), read({}, 'dryRun=All')];
  assert.deepEqual(
    dry.map((one) => one?.verb === 'evict' && one.dryRun),
    [true, true],
  );
});

test('one whose body names another Pod is not understood', () => {
  const found = read({ metadata: { name: 'b' } });
  assert.deepEqual(
    found?.verb === 'not-understood' && found.why,
    'the Eviction names another Pod than its path',
  );
  assert.equal(read({ metadata: { name: '' } })?.verb, 'evict');
});

test('it goes out for the Pod that was seen, unless its client has named one', () => {
  const seen = bodyOf(kind.pinned?.(effect, sent({ deleteOptions: { gracePeriodSeconds: 5 } }), pod));
  assert.deepEqual(seen, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    deleteOptions: { gracePeriodSeconds: 5, preconditions: { uid: 'u1' } },
  });
  const own = {
    apiVersion: 'policy/v1beta1',
    deleteOptions: { preconditions: { uid: 'u0', resourceVersion: '7' } },
  };
  const kept = bodyOf(kind.pinned?.(effect, sent(own), pod));
  assert.deepEqual(
    [kept.apiVersion, kept.deleteOptions.preconditions],
    ['policy/v1beta1', { uid: 'u0', resourceVersion: '7' }],
  );
  // What may not be read has no UID.
  assert.equal('preconditions' in bodyOf(kind.pinned?.(effect, sent({}), undefined)).deleteOptions, false);
});

test('a dry run is written as one in its own options', () => {
  const out = bodyOf(kind.asDryRun?.(effect, sent({ deleteOptions: { gracePeriodSeconds: 5 } })));
  assert.deepEqual(out.deleteOptions, { gracePeriodSeconds: 5, dryRun: ['All'] });
});

test('it is aimed at its Pod as an eviction, by the short way, side by side, and is none of helm', () => {
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a', uid: 'u1' };
  assert.deepEqual(kind.aim?.(effect, ref), {
    ref,
    type: { group: '', resource: 'pods' },
    effect: { does: 'evict', options: { gracePeriodSeconds: 5 } },
  });
  assert.deepEqual([kind.cheap, kind.sideBySide, kind.helmSends], [{ evicts: true }, true, false]);
  // A budget's no takes nothing; of a 500 nobody knows.
  assert.deepEqual([kind.refusedBy?.(429), kind.refusedBy?.(500)], [true, false]);
});

/** What it is about, where the cluster answers so to a read of it. */
const looked = (status: number, body: object) => {
  const answer = { status, headers: {}, body: Buffer.from(JSON.stringify(body)) };
  const cluster = { request: async () => answer } as Partial<Cluster> as Cluster;
  return kind.look?.(effect, { request: sent({}), cluster, as: undefined });
};

test('it is looked at by a read of its own: what stands there, what may not be read, and what is not there', async () => {
  const found = await looked(200, pod);
  assert.ok(found?.kind === 'destructive');
  assert.deepEqual(
    [found.objects, found.aims.map(({ ref }) => ref.uid), found.blind],
    [[pod], ['u1'], undefined],
  );
  const blind = await looked(403, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
  });
  assert.ok(blind?.kind === 'destructive' && blind.objects.length === 0);
  assert.match(blind.blind ?? '', /can't be read with these rights/);
  const details = { name: effect.target.name, kind: effect.target.resource };
  const absent = await looked(404, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 404,
    reason: 'NotFound',
    details,
  });
  assert.ok(absent?.kind === 'answered' && absent.answer.do === 'answer');
  assert.equal(absent.answer.status, 404);
});

test('it goes only as it was sent, and says why', () => {
  assert.match(kind.asSentWhy?.(effect, 1) ?? '', /cannot be kept running while it is deleted/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { asked } from '../testing/way.ts';
import { effectKindContract } from './effect-kind.contract.ts';
import { effectsOf } from './effect-of.ts';
import { evictKind as kind } from './evict.ts';

effectKindContract('evict', kind);

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

test('without a body, or with no options in it, it is an eviction with none; what is no eviction is none', () => {
  for (const one of [effectsOf(asked('POST', AT))[0], read({ deleteOptions: null })]) {
    assert.ok(one?.verb === 'evict');
    assert.deepEqual([JSON.stringify(one.options), one.dryRun], ['{}', false]);
  }
  const verbs = effectsOf(asked('POST', '/api/v1/namespaces/shop/pods')).map(({ verb }) => verb);
  assert.deepEqual(verbs, ['none']);
});

test('one whose body names another Pod is not understood', () => {
  const found = read({ metadata: { name: 'b' } });
  assert.deepEqual(
    found?.verb === 'not-understood' && found.why,
    'the Eviction names another Pod than its path',
  );
  assert.equal(read({ metadata: { name: '' } })?.verb, 'evict');
});

test('it goes out as an Eviction of the version that its client wrote', () => {
  const seen = bodyOf(kind.pinned?.(effect, sent({ deleteOptions: { gracePeriodSeconds: 5 } }), pod));
  assert.deepEqual(seen, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    deleteOptions: { gracePeriodSeconds: 5, preconditions: { uid: 'u1' } },
  });
  const older = bodyOf(kind.pinned?.(effect, sent({ apiVersion: 'policy/v1beta1' }), pod));
  assert.equal(older.apiVersion, 'policy/v1beta1');
  const bare = bodyOf(kind.pinned?.(effect, asked('POST', AT), pod));
  assert.deepEqual(bare.deleteOptions, { preconditions: { uid: 'u1' } });
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

test('it goes only as it was sent, and says why', () => {
  assert.match(kind.asSentWhy?.(effect, 1) ?? '', /cannot be kept running while it is deleted/);
});

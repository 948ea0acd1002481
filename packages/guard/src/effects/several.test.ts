import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect, SingleEffect } from '@toolcrib/model';
import { effectSchema } from '@toolcrib/model/records/effect';
import { aRequest } from '../journal/testing/records.ts';
import { asked } from '../testing/way.ts';
import type { AnyKind, Became, WholeKind } from './effect-kind.ts';
import { eachEffect, kindOf } from './index.ts';
import { severalOf } from './several.ts';

// What counts of a request of several effects: of each answer the most cautious one.

const web = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
const scale: SingleEffect = { verb: 'scale', target: web, replicas: 0, was: 2, dryRun: false };
const deleted: SingleEffect = {
  verb: 'delete',
  target: web,
  options: {},
  dryRun: false,
  through: 'its owner is gone',
};
const effect: Effect = { verb: 'several', target: web, effects: [deleted, scale], dryRun: false };
const kind = kindOf(effect);
const none = {} as never;

/** One part that answers so, the others as a kind that says nothing of itself. */
const parts = (...each: Partial<AnyKind>[]) =>
  severalOf(
    each.map((own) => ({ effect: scale, kind: { ...kindOf(scale), ...own } as WholeKind<SingleEffect> })),
  );

test('its title and its words say all that it does', () => {
  const both = 'a write that deletes deployment shop/web, and scale deployment shop/web to 0';
  assert.equal(kind.title(effect), both);
  assert.equal(
    kind.typed(effect, ' (+ 2 more)'),
    'a write that deletes deployments/web -n shop, and scale deployments/web -n shop to 0 (+ 2 more)',
  );
  assert.equal(kind.besides(effect), 'its owner is gone');
  assert.match(kind.asSentWhy(effect, 1), /several things at once/);
});

test('it is neither cheap, nor softened, nor read ahead, nor covered by a yes to another, whatever its parts say', () => {
  const all = parts(
    { cheap: { evicts: true }, likeness: () => 'same', sideBySide: true },
    { cheap: { evicts: true } },
  );
  assert.equal(all.cheap, undefined);
  assert.equal(all.likeness, undefined);
  assert.equal(all.sideBySide, false);
  assert.equal(all.asDelete(none), undefined);
  assert.equal(all.asDryRun, undefined);
  assert.equal(all.oneByOne, false);
  // What begins something and takes something besides is asked about by its own bytes.
  assert.equal(parts({ begins: { command: 'helm uninstall', goesOnAs: 'delete' } }, {}).begins, undefined);
});

test('what any of them does counts for the whole', () => {
  assert.equal(kind.unread(effect), undefined);
  assert.equal(parts({}, { unread: () => 'no words' }).unread(none), 'no words');
  // One by one it would lose the other half.
  assert.match(parts({}, { oneByOne: true }).unread(none) ?? '', /a whole collection, and does more/);
  assert.equal(parts({}, { beginsUninstall: () => true }).beginsUninstall(none), true);
  assert.equal(parts({}, {}).beginsUninstall(none), false);
  assert.equal(parts({ helmSends: false }, { helmSends: true }).helmSends, true);
  assert.equal(parts({ helmSends: false }, { helmSends: false }).helmSends, false);
  assert.deepEqual(kind.asScale(effect), scale);
  assert.equal(kind.targets, 'go');
  assert.equal(parts({ targets: 'stay' }, { targets: 'unknown' }).targets, 'unknown');
  assert.equal(parts({ targets: 'stay' }, { targets: 'stay' }).targets, 'stay');
  // Of nobody knows how an undo of the whole goes: it goes about each.
  assert.equal(kind.undo, 'unknown');
});

test('refused it is by what says of each that it took nothing', () => {
  assert.equal(parts({ refusedBy: () => true }, { refusedBy: () => true }).refusedBy(409), true);
  assert.equal(parts({ refusedBy: () => true }, { refusedBy: () => false }).refusedBy(409), false);
});

test('it goes out pinned by each of them, one after the other', () => {
  const of = (more: object) => ({
    pinned: (_: never, request: { body: Uint8Array }) => ({
      query: 'pinned=1',
      body: {
        bytes: Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(request.body).toString()), ...more })),
        type: 'application/json',
      },
    }),
  });
  const request = asked('PUT', '/x', { body: Buffer.from('{"a":1}') });
  const { body, query } = parts(of({ b: 2 }), { pinned: () => ({}) }, of({ c: 3 })).pinned(
    none,
    request,
    undefined,
  );
  assert.deepEqual(JSON.parse(Buffer.from(body?.bytes ?? '').toString()), { a: 1, b: 2, c: 3 });
  assert.equal(query, 'pinned=1');
  // Each reads what the one before it has written, by its type; the first what its client sent.
  const types: unknown[] = [];
  const seen = (type: string): Partial<AnyKind> => ({
    pinned(_: never, { headers }: { headers: Record<string, unknown> }) {
      types.push(headers['content-type']);
      return { body: { bytes: Buffer.from('{}'), type } };
    },
  });
  const merge = asked('PATCH', '/x', { headers: { 'content-type': 'application/merge-patch+json' } });
  parts(seen('application/json'), seen('application/yaml')).pinned(none, merge, undefined);
  assert.deepEqual(types, ['application/merge-patch+json', 'application/json']);
  assert.deepEqual(
    parts({ pinned: () => ({}) }, { pinned: () => ({}) }).pinned(none, request, undefined),
    {},
  );
});

const look = (one: Became) => ({ became: async () => one });
const all: Became = { done: 'all', note: 'gone' };
const part: Became = { done: 'part', note: '1 of 2' };
const nothing: Became = { done: 'none', note: 'stands' };
const never: Became = { never: 'not known' };
for (const [what, looks, expected] of [
  ['one of them seen carried out, as one write', [all, never], { done: 'all', note: 'gone; not known' }],
  [
    'one of them seen carried out, and the other not yet',
    [nothing, all],
    { done: 'all', note: 'stands; gone' },
  ],
  ['one of them in part', [part, nothing], { done: 'part', note: '1 of 2; stands' }],
  ['none of them', [nothing, nothing], { done: 'none', note: 'stands; stands' }],
  ['one of which no look tells', [nothing, never], { never: 'stands; not known' }],
] as const)
  test(`what became of it: ${what}`, async () => {
    assert.deepEqual(await parts(...looks.map(look)).became?.(none), expected);
  });

test('what became of it no look tells where one of them has none', () => {
  assert.equal(parts(look(all), { became: undefined }).became, undefined);
});

test('it is stored and read back as it is, and one of another kind among them is told as a word that is not known', () => {
  assert.deepEqual(
    JSON.parse(JSON.stringify(effectSchema.parse(effect))),
    JSON.parse(JSON.stringify(effect)),
  );
  const later = { ...effect, effects: [deleted, { ...scale, verb: 'prune' }] };
  assert.deepEqual(effectSchema.safeParse(later).error?.issues[0]?.path, ['effects', 1, 'verb']);
  // One alone is written as what it is.
  assert.equal(effectSchema.safeParse({ ...effect, effects: [scale] }).success, false);
});

test('an undo goes about each: as many requests of one effect, with all else the same', () => {
  const [single, both] = [aRequest({ id: 'a' }), aRequest({ id: 'b', effect })];
  assert.deepEqual(eachEffect([single, both]), [
    single,
    { ...both, effect: deleted },
    { ...both, effect: scale },
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_COUNTED, type Radius, type RadiusMember } from '@toolcrib/model';
import { type Palette, tree } from './tree.ts';

const member = (name: string, more: Partial<RadiusMember> = {}): RadiusMember => ({
  ref: { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name, uid: name },
  fate: 'deleted',
  loss: 'restorable',
  why: 'asked for',
  owners: [],
  ...more,
});
const radius = (members: RadiusMember[], more: Partial<Radius> = {}): Radius => ({
  state: 'complete',
  targets: [],
  members,
  unseen: [],
  opaque: [],
  counts: { ...NOTHING_COUNTED, objects: 1 },
  seenAt: 0,
  ...more,
});
/** Which colour a text has is written around it. */
const marked: Palette = {
  lost: (text) => `<lost ${text}>`,
  restorable: (text) => `<restorable ${text}>`,
  returns: (text) => `<returns ${text}>`,
  faint: (text) => `<faint ${text}>`,
  bold: () => '',
};
const rows = (of: Radius, options: Parameters<typeof tree>[1] = {}) =>
  tree(of, { width: 200, palette: marked, ...options })
    .split('\n')
    .filter((line) => line !== '');
const row = (more: Partial<RadiusMember>, options?: Parameters<typeof tree>[1]) =>
  rows(radius([member('a', more)]), options)[0];

test('what becomes of each is said in words, in the colour of its loss', () => {
  const name = 'Secret shop/a · ';
  for (const [more, said] of [
    [{}, '<restorable goes, can be brought back>'],
    [{ why: 'to be evicted' }, '<restorable goes, can be brought back: to be evicted>'],
    [{ why: 'owned by Secret b' }, '<restorable goes, can be brought back: owned by Secret b>'],
    [{ estimated: true }, '<restorable goes, can be brought back (this one or another)>'],
    [
      { loss: 'returns', why: 'Set s makes it again' },
      '<returns comes back by itself: Set s makes it again>',
    ],
    [
      { loss: 'returns', estimated: true, why: 'x' },
      '<returns comes back by itself (this one or another): x>',
    ],
    [{ loss: 'lost', why: 'its data goes' }, '<lost CANNOT be brought back: its data goes>'],
    [
      { loss: 'lost', spent: true, why: 'it had finished' },
      '<restorable goes, and is not brought back: it had finished>',
    ],
    [{ fate: 'orphaned', why: 'stays, and loses its owner' }, '<restorable stays, and loses its owner>'],
    [{ fate: 'stops', why: 'its volume goes' }, '<restorable stops: its volume goes>'],
    [
      { fate: 'stops', loss: 'returns', why: 'every Pod goes' },
      '<returns stops for a while: every Pod goes>',
    ],
  ] as const)
    assert.equal(row(more), name + said, JSON.stringify(more));
});

test('of what could not be kept nothing is brought back, and that is said of nothing else', () => {
  const name = 'Secret shop/a · ';
  const notKept = { notKept: true };
  assert.equal(row({}, notKept), `${name}<lost goes, and was not kept>`);
  for (const more of [
    { loss: 'returns', why: 'x' },
    { loss: 'lost', why: 'x' },
    { spent: true, why: 'x' },
    { fate: 'stops', why: 'x' },
    { fate: 'orphaned', why: 'x' },
  ] as const)
    assert.equal(row(more, notKept), row(more), JSON.stringify(more));
});

test('what hangs on what is not shown stands at the top; what is owned needs no reason below its owner', () => {
  const of = (via: string | undefined) =>
    rows(radius([member('a'), member('b', { why: 'owned by Secret a', ...(via ? { via } : {}) })]));
  assert.deepEqual(of('a'), [
    'Secret shop/a · <restorable goes, can be brought back>',
    '└─ Secret b · <restorable goes, can be brought back>',
  ]);
  assert.equal(of('elsewhere')[1], 'Secret shop/b · <restorable goes, can be brought back>');
  assert.equal(of(undefined)[1], 'Secret shop/b · <restorable goes, can be brought back: owned by Secret a>');
});

test('each is drawn once, and a circle ends', () => {
  const twice = radius([member('a'), member('b', { via: 'a' }), member('b', { via: 'a' })]);
  assert.equal(rows(twice).filter((line) => line.includes('Secret b')).length, 1);
  const round = radius([member('a'), member('b', { via: 'a' }), member('a', { via: 'b' })]);
  assert.equal(rows(round).length, 2);
});

test('no members, and lines below the tree: what was not seen, what is only told, and who else decides', () => {
  assert.deepEqual(rows(radius([])), []);
  const unseen = [
    { kind: 'Secret', why: 'forbidden' },
    { kind: 'Ring.k.io', why: 'forbidden', unlikely: true as const },
  ];
  assert.deepEqual(rows(radius([], { unseen })), [
    '! not seen: Secret · <lost forbidden>',
    '- not looked through · <faint hardly likely to go with it: Ring.k.io>',
  ]);
  assert.deepEqual(rows(radius([], { unseen: unseen.slice(0, 1) })), [
    '! not seen: Secret · <lost forbidden>',
  ]);
  const opaque = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ref: { apiVersion: 'k.io/v1', kind: 'Ring', name: `r${i}` },
      why: 'x',
    }));
  const line = (i: number) => `? others decide: Ring r${i} · <lost x>`;
  const eight = Array.from({ length: 8 }, (_, i) => line(i));
  assert.deepEqual(rows(radius([], { opaque: opaque(1) })), [line(0)]);
  assert.deepEqual(rows(radius([], { opaque: opaque(8) })), eight);
  assert.deepEqual(rows(radius([], { opaque: opaque(10) })), [...eight, '? … and 2 more']);
});

test('alike is only what has the same below it: one that had finished is none of them', () => {
  const many = Array.from({ length: 9 }, (_, i) => member(`c${i}`));
  const folded = rows(radius(many));
  assert.deepEqual([folded.length, folded.at(-1)], [8, '… and 2 more Secrets']);
  const spent = many.map((one, i) => (i === 8 ? { ...one, spent: true as const } : one));
  assert.equal(rows(radius(spent)).length, 9);
  const eight = rows(radius(many.slice(1)));
  assert.equal(eight.length, 8);
  assert.match(eight.at(-1) ?? '', /^Secret shop\/c8 · /);
});

test('a name that has no room ends in dots', () => {
  const long = radius([member('x'.repeat(100))]);
  assert.equal(rows(long, { width: 20 })[0]?.startsWith('Secret shop/xxxxxxx…'), true);
  assert.equal(rows(long, { width: 20, unicode: false })[0]?.startsWith('Secret shop/xxxxx...'), true);
  assert.equal(rows(long, { width: 2, unicode: false })[0]?.startsWith('...'), true);
});

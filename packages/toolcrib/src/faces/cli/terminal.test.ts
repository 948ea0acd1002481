import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitted, integer, named, table } from './terminal.ts';

const FITTED: [what: string, text: string, columns: number | undefined, expected: string][] = [
  ['nothing is broken for a pipe', 'a long line of words', undefined, 'a long line of words'],
  ['nothing is broken for a terminal of no size', 'a long line of words', 0, 'a long line of words'],
  ['what fits stays', 'a line\n\n  another', 20, 'a line\n\n  another'],
  ['at spaces, indented', '  some words that go on', 14, '  some words\n    that go on'],
  ['a word is never broken', 'a-word-that-is-far-too-long b', 10, 'a-word-that-is-far-too-long\n  b'],
  [
    'a command stands whole, its explanation goes on below',
    '  toolcrib approve ABCDE --softened   its Pods keep running',
    42,
    '  toolcrib approve ABCDE --softened   its\n    Pods keep running',
  ],
  [
    'a command alone is never broken',
    '  toolcrib approve X --without-net name',
    20,
    '  toolcrib approve X --without-net name',
  ],
  ['a word that fits only further to the left stands there', '    a longer-word', 12, '    a\n longer-word'],
  [
    'a point in time is one word',
    'up since 2026-11-30 14:03:05 +01:00, it seems',
    30,
    'up since\n  2026-11-30 14:03:05 +01:00,\n  it seems',
  ],
  ['colours have no width', '\u001b[1mone\u001b[22m two', 7, '\u001b[1mone\u001b[22m two'],
];
for (const [what, text, columns, expected] of FITTED) {
  test(what, () => assert.equal(fitted(text, columns), expected));
}

test('the last column of a table is broken under itself', () => {
  const rows = [
    ['A', 'WHAT'],
    ['first', 'delete the pods of everything'],
  ];
  const wide = 'A      WHAT\nfirst  delete the pods of everything';
  assert.equal(table(rows, undefined), wide);
  assert.equal(table(rows, 80), wide);
  assert.equal(table(rows, 28), 'A      WHAT\nfirst  delete the pods of\n       everything');
  // Too narrow for that: as it is, rather than a column of single words.
  assert.equal(table(rows, 20), wide);
});

test('a whole number within bounds, and nothing else', () => {
  const parse = integer(1, 10);
  assert.deepEqual(['1', '10', '007'].map(parse), [1, 10, 7]);
  for (const text of ['', '0', '11', '-1', '1.5', '1e1', '0x1', ' 1', '1x', 'abc', '9'.repeat(30)])
    assert.throws(() => parse(text), /whole number, 1 to 10/, text);
});

test('a name that would not be seen, or not as one, is in quotes; nothing in it moves the terminal', () => {
  assert.deepEqual(['prod', '', '  ', 'a b', 'a\u001b[2J', 'x\u202ey'].map(named), [
    'prod',
    '""',
    '"  "',
    '"a b"',
    'a\ufffd[2J',
    'x\ufffdy',
  ]);
});

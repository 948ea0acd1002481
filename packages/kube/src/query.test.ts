import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KubeError } from './errors.ts';
import { goQuery, queryText, readQuery } from './query.ts';

describe('a query, as Go reads it', () => {
  // What `url.ParseQuery` of Go 1.26 gives.
  for (const [raw, pairs] of [
    ['', []],
    [
      'a=1&b=2&a=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    [
      '&&a&=b&',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    [
      'a=b=c&d=%3d',
      [
        ['a', 'b=c'],
        ['d', '='],
      ],
    ],
    ['dry%52un=%41ll', [['dryRun', 'All']]],
    ['a+b=c+d%20e%2B', [['a b', 'c d e+']]],
    [
      'x=#y&z=?',
      [
        ['x', '#y'],
        ['z', '?'],
      ],
    ],
  ] as const) {
    it(raw || '(nothing)', () => assert.deepEqual(readQuery(raw), pairs));
  }
});

describe('a query that Go reads in part only is refused', () => {
  const many = (count: number) => 'dryRun=All&'.repeat(count - 1);
  for (const [what, raw, left] of [
    ['10,001 parameters', `${many(10_001)}x`, []],
    ['a ;', 'a=1;b&c=2', [['c', '2']]],
    ['a broken escape', 'a=%4&b=1', [['b', '1']]],
    ['a broken escape in a name', '%zz=1&b=1', [['b', '1']]],
    ['bytes that are no UTF-8', 'a=%ff&b=1', [['b', '1']]],
    ['a bare byte', 'a=\u00e9', [['a', '\u00e9']]],
  ] as const) {
    it(what, () => {
      assert.throws(
        () => readQuery(raw),
        (error) => error instanceof KubeError && error.code === 'bad-query',
      );
      assert.deepEqual(goQuery(raw), left);
    });
  }
  it('and 10,000 parameters are read', () => assert.equal(readQuery(`${many(10_000)}x`).length, 10_000));
});

it('what is written is read as the same, whoever reads it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))),
      (given) => {
        const pairs = given.filter(([name, value]) => name.isWellFormed() && value.isWellFormed());
        const text = queryText(pairs);
        assert.match(text, /^[A-Za-z0-9\-._~%=&]*$/);
        assert.deepEqual(readQuery(text), pairs);
        assert.deepEqual([...new URLSearchParams(text)], pairs);
      },
    ),
  );
});

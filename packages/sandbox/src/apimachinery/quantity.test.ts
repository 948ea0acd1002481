import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalQuantity, parseQuantity } from './quantity.ts';

// From apimachinery's own rules: no fraction, the largest suffix that loses nothing, the family as written.
const CASES: [string, string][] = [
  ['0.5', '500m'],
  ['500m', '500m'],
  ['2000m', '2'],
  ['1000', '1k'],
  ['1.5Gi', '1536Mi'],
  ['1024Mi', '1Gi'],
  ['1025Mi', '1025Mi'],
  ['512Ki', '512Ki'],
  ['0.5Ki', '512'],
  ['0', '0'],
  ['0.0', '0'],
  ['1e3', '1e3'],
  ['12E', '12E'],
  ['-1500m', '-1500m'],
  ['.5', '500m'],
  ['100n', '100n'],
  ['0.1n', '1n'],
  ['1024Ei', '1024Ei'],
  ['5e0', '5'],
];

test('quantities are written in the one way that the server writes them', () => {
  for (const [given, expected] of CASES) assert.equal(canonicalQuantity(given), expected, given);
  for (const [, expected] of CASES) assert.equal(canonicalQuantity(expected), expected, `${expected} again`);
});

test('what is no quantity is none', () => {
  for (const text of ['', 'm', '1.2.3', '1 Gi', 'five', '1kk', 'Gi'])
    assert.equal(parseQuantity(text), undefined, text);
});

test('forty powers of ten are read, more are no quantity', () => {
  assert.equal(parseQuantity('1e40')?.nano, 10n ** 49n);
  assert.equal(parseQuantity('1e41'), undefined);
});

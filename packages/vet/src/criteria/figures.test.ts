import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { absenceFactor, daysBetween, median, quote, windowStart } from './figures.ts';

test('the contributor absence factor of CHAOSS’ worked example is 2', () => {
  assert.equal(absenceFactor([1000, 202, 90, 33, 332, 343, 42, 433]), 2);
});

test('half of the commits exactly is enough; nobody is 0', () => {
  assert.equal(absenceFactor([5, 5]), 1);
  assert.equal(absenceFactor([5, 4, 2]), 2);
  assert.equal(absenceFactor([1]), 1);
  assert.equal(absenceFactor([]), 0);
  assert.equal(absenceFactor([0, 0]), 0);
});

test('no smaller group of people makes half, whatever the numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 40 }), (counts) => {
      const factor = absenceFactor(counts);
      const sorted = [...counts].sort((a, b) => b - a);
      const top = (people: number) => sorted.slice(0, people).reduce((sum, count) => sum + count, 0);
      assert.ok(2 * top(factor) >= top(counts.length));
      assert.ok(2 * top(factor - 1) < top(counts.length));
    }),
  );
});

test('a median is a value that occurred, the lower of two', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 3, 2]), 2);
  assert.equal(median([]), null);
});

test('days are whole and rounded down; a window begins at midnight', () => {
  assert.equal(daysBetween('2026-01-01T00:00:00Z', '2026-01-02T23:59:59Z'), 1);
  assert.equal(windowStart(Date.parse('2026-11-23T12:00:00Z'), 90).iso, '2026-08-25T00:00:00Z');
});

test('what is quoted for sh stays one word', () => {
  assert.equal(quote('v1.2.3'), 'v1.2.3');
  assert.equal(quote("a'b $(id)"), `'a'\\''b $(id)'`);
});

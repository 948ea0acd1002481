import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenBounds } from './bounds.ts';
import { categories } from './playbook/index.ts';
import type { Outcome } from './result.ts';

const results = (counts: Partial<Record<Outcome, number>>) =>
  Object.entries(counts).flatMap(([outcome, count]) =>
    Array.from({ length: count }, () => ({ outcome: outcome as Outcome })),
  );

for (const [what, counts, broken] of [
  ['five percent accepted', { identical: 190, accepted: 10 }, undefined],
  ['more than five percent accepted', { identical: 189, accepted: 11 }, /11 of 200 steps are accepted/],
  ['a fifth not served', { identical: 160, unserved: 40 }, undefined],
  ['more than a fifth not served', { identical: 159, unserved: 41 }, /41 of 200 steps are not served yet/],
  ['too few steps', { identical: 159 }, /159 steps/],
] as const) {
  test(what, () => {
    const lines = brokenBounds([], results(counts));
    if (broken) assert.match(lines.join(), broken);
    else assert.deepEqual(lines, []);
  });
}

test('a category needs eight steps; each of the playbook has them', () => {
  const step = { id: 'x/y', category: 'x', name: 'y', run: async () => {} };
  const enough = results({ identical: 160 });
  assert.deepEqual(brokenBounds(categories, enough), []);
  assert.match(brokenBounds([{ name: 'x', steps: Array(7).fill(step) }], enough).join(), /x: 7 steps/);
});

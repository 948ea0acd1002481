import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '@toolcrib/model';
import { goodFacts } from '../testing/evidence.ts';
import { contentFlips } from '../testing/flips/content.ts';
import { overTimeFlips } from '../testing/flips/over-time.ts';
import { signingFlips } from '../testing/flips/signing.ts';
import { verdicts } from '../testing/verdicts.ts';
import { CRITERIA } from './index.ts';

const FLIPS = [...signingFlips, ...overTimeFlips, ...contentFlips];

test('the table flips each criterion both ways by what was found, not only by what was wanted', () => {
  const flipped = (to: Verdict) =>
    new Set(
      FLIPS.filter((row) => row.to === to && row.spoil !== undefined && row.threshold === undefined).map(
        ({ criterion }) => criterion,
      ),
    );
  // What is still to come can't be anything but unknown.
  const all = new Set(CRITERIA.map(({ id }) => id).filter((id) => id !== 'trial-record'));
  assert.deepEqual(
    [all.difference(flipped('fail')), all.difference(flipped('unknown'))],
    [new Set(), new Set()],
  );
});

for (const { criterion, to, why, spoil, threshold, also = {}, given = {} } of FLIPS) {
  test(`${criterion} becomes ${to}, and nothing else changes: ${why}`, () => {
    const facts = goodFacts();
    const before = verdicts(goodFacts(), given);
    spoil?.(facts);
    const after = verdicts(facts, threshold === undefined ? given : { [criterion]: threshold });
    for (const id of [criterion, ...Object.keys(also)]) assert.equal(before[id], 'pass', id);
    assert.deepEqual(after, { ...before, ...also, [criterion]: to });
  });
}

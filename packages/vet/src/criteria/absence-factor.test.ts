import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byHand, type GoodFacts, judged, said } from '../testing/judged.ts';
import { NOW } from '../testing/repository.ts';
import { absenceFactorCriterion as criterion } from './absence-factor.ts';

const today = Math.floor(NOW / 86_400_000);
const person = (name: string, address: string, commits: number, daysAgo = 1, bot = false) => ({
  name,
  address,
  bot,
  commits,
  days: [today - daysAgo, commits],
});
const people =
  (...contributors: ReturnType<typeof person>[]) =>
  (facts: GoodFacts) =>
    void Object.assign(facts['git.history'], { contributors });

it('is the smallest number of people who made half of the commits', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: 'half of 120 commits come from 2 people within 365 days; 2 wanted',
    evidence: ['git.history'],
    numbers: { factor: 2, byName: 2, byAddress: 2, commits: 120, largestSharePercent: 42, windowDays: 365 },
  });
  const lone = judged(criterion, { facts: people(person('A', 'a', 2), person('B', 'b', 1)) });
  assert.deepEqual([lone.verdict, lone.numbers.factor, lone.numbers.largestSharePercent], ['fail', 1, 67]);
  assert.equal(lone.reason, 'half of 3 commits come from 1 person within 365 days; 2 wanted');
});

it('is the smaller by name and by address: one of several names or addresses is one', () => {
  const names = judged(criterion, {
    facts: people(person('A', 'a', 1), person('B', 'a', 1), person('C', 'c', 1), person('D', 'd', 1)),
  });
  assert.deepEqual([names.numbers.byName, names.numbers.byAddress, names.numbers.factor], [2, 1, 1]);
  const addresses = judged(criterion, {
    facts: people(person('A', 'a', 1), person('A', 'b', 1), person('C', 'c', 1), person('D', 'd', 1)),
  });
  assert.deepEqual(
    [addresses.numbers.byName, addresses.numbers.byAddress, addresses.numbers.factor],
    [1, 2, 1],
  );
});

it('counts the days of the window, and no programs; where nobody is left it fails', () => {
  const facts = people(
    person('A', 'a', 1, 365),
    person('B', 'b', 1, 365),
    person('C', 'c', 9, 366),
    person('bot', 'x', 9, 1, true),
  );
  assert.equal(judged(criterion, { facts }).numbers.commits, 2);
  assert.equal(
    said(criterion, { facts, threshold: { days: 30, min: 1 } }),
    'fail: nobody committed within 30 days; 1 wanted',
  );
  assert.equal(judged(criterion, { facts, threshold: { days: 30 } }).numbers.largestSharePercent, 0);
});

it('is unknown without a history, or over more days than are kept', () => {
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave a history of commits');
  const long = judged(criterion, { threshold: { days: 1097 } });
  assert.deepEqual([long.verdict, long.evidence], ['unknown', ['git.history']]);
});

it('can be had by hand, by names and by addresses', () => {
  const lines = byHand(criterion, { threshold: { days: 10 } });
  assert.deepEqual(
    lines.map(([figure]) => figure),
    ['byName', 'byAddress'],
  );
  for (const [, command] of lines)
    assert.match(
      command,
      /log --no-show-signature --no-merges --since-as-filter=2026-03-13T00:00:00Z .* uniq -c/,
    );
  assert.match(lines[0]?.[1] ?? '', /sed 's\/ <\.\*\/\/'/);
  assert.match(lines[1]?.[1] ?? '', /tr A-Z a-z/);
  assert.deepEqual(byHand(criterion, { only: {} }), []);
});

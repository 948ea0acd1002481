import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byHand, type GoodFacts, judged, said } from '../testing/judged.ts';
import { NOW } from '../testing/repository.ts';
import { at } from '../testing/verdicts.ts';
import { commitCadence as criterion } from './commit-cadence.ts';

const today = Math.floor(NOW / 86_400_000);
/** One commit by a person on each of these days ago. */
const commits =
  (...daysAgo: number[]) =>
  (facts: GoodFacts) =>
    void (facts['git.history'].contributors = [
      { name: 'A', address: 'a', bot: false, commits: 0, days: daysAgo.flatMap((ago) => [today - ago, 1]) },
      { name: 'bot', address: 'b', bot: true, commits: 0, days: [today - 14, 99] },
    ]);

it('is commits in a week over the window, with the weeks that had none', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: '39 commits within 90 days (3 a week); 1 a week wanted',
    evidence: ['git.history'],
    numbers: { commits: 39, perWeek: 3, weeksWithout: 0, ageDays: 800, windowDays: 90 },
  });
  const few = judged(criterion, { facts: commits(0, 6, 7, 27), threshold: { days: 28 } });
  assert.deepEqual(
    [few.verdict, few.numbers.commits, few.numbers.perWeek, few.numbers.weeksWithout],
    ['pass', 4, 1, 1],
  );
  const fewer = judged(criterion, { facts: commits(0, 6, 27), threshold: { days: 28 } });
  assert.deepEqual([fewer.verdict, fewer.numbers.perWeek, fewer.numbers.weeksWithout], ['fail', 0.8, 2]);
  assert.equal(fewer.reason, '3 commits within 28 days (0.8 a week); 1 a week wanted');
});

it('says nothing of a project that is too young, and is never rounded up to a pass', () => {
  const aged = (days: number) =>
    said(criterion, { facts: (facts) => (facts['git.history'].firstAt = at(days)) });
  assert.match(aged(90), /^pass/);
  assert.equal(aged(89), 'unknown: the project is 89 days old: its cadence says nothing before 90');
  assert.match(
    said(criterion, { facts: commits(0, 1, 2), threshold: { days: 22 } }),
    /^fail: 3 commits within 22 days \(1 a week\)/,
  );
});

it('is unknown without a history, or over more days than are kept', () => {
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave a history of commits');
  assert.deepEqual(judged(criterion, { threshold: { days: 1097 } }).evidence, ['git.history']);
  assert.match(said(criterion, { threshold: { days: 1097 } }), /^unknown: the window is longer/);
});

it('can be had by hand', () => {
  const lines = byHand(criterion, { threshold: { days: 10 } });
  assert.deepEqual(
    lines.map(([figure]) => figure),
    ['commits', 'ageDays'],
  );
  assert.match(lines[0]?.[1] ?? '', /--since-as-filter=2026-03-13T00:00:00Z .*\| wc -l$/);
  assert.match(lines[1]?.[1] ?? '', new RegExp(`int\\(\\(${NOW / 1000}-\\$1\\)/86400\\)`));
  assert.deepEqual(byHand(criterion, { only: {} }), []);
});

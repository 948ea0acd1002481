import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byHand, type GoodFacts, judged, said } from '../testing/judged.ts';
import { NOW } from '../testing/repository.ts';
import { at } from '../testing/verdicts.ts';
import { releaseCadence as criterion } from './release-cadence.ts';

/** Releases of these days ago, oldest first; a negative one is of the future. */
const released =
  (...daysAgo: number[]) =>
  (facts: GoodFacts) =>
    void (facts['git.releases'].releases = daysAgo.map((ago, index) => ({
      tag: `v1.${index}.0`,
      version: `1.${index}.0`,
      at: at(ago),
      prerelease: false,
      annotated: true,
    })));

it('is the days between releases: median, longest, and since the last', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason:
      '6 releases within 1095 days: median 70 days apart, longest 70, 20 since the last, newer half 1 × the older; at most 365 wanted',
    evidence: ['git.releases'],
    numbers: {
      releases: 6,
      openDays: 20,
      windowDays: 1095,
      from: 'git',
      medianDays: 70,
      longestDays: 70,
      slowdown: 1,
    },
  });
  const uneven = judged(criterion, { facts: released(500, 100, 90, 30) });
  assert.deepEqual(
    [uneven.numbers.medianDays, uneven.numbers.longestDays, uneven.numbers.slowdown],
    [60, 400, null],
  );
  assert.equal(
    uneven.reason,
    '4 releases within 1095 days: median 60 days apart, longest 400, 30 since the last; at most 365 wanted',
  );
  assert.match(said(criterion, { facts: released(800, 400, 30) }), /^fail: .* median 370 days apart/);
  assert.equal(judged(criterion, { threshold: { maxMedianDays: 70 } }).verdict, 'pass');
  assert.equal(judged(criterion, { threshold: { maxMedianDays: 69 } }).verdict, 'fail');
});

it('has a trend from four intervals on, and fails by it only where that is asked', () => {
  const facts = released(1000, 990, 980, 500, 20);
  assert.equal(judged(criterion, { facts }).numbers.slowdown, 48);
  assert.equal(judged(criterion, { facts, threshold: { maxMedianDays: 500 } }).verdict, 'pass');
  assert.equal(judged(criterion, { facts, threshold: { maxSlowdown: 47 } }).verdict, 'fail');
  assert.equal(judged(criterion, { facts, threshold: { maxSlowdown: 48 } }).verdict, 'pass');
  // The one in the middle is of neither half.
  assert.equal(judged(criterion, { facts: released(600, 590, 580, 300, 280, 260) }).numbers.slowdown, 2);
  // Of an even count the lower of the two in the middle.
  assert.equal(judged(criterion, { facts: released(600, 590, 100, 80, 60) }).numbers.slowdown, 2);
  assert.equal(judged(criterion, { facts: released(40, 40, 40, 30, 20) }).numbers.slowdown, null);
});

it('is of a window, and without prereleases', () => {
  assert.equal(judged(criterion, { facts: released(1096, 1095, 100, 20) }).numbers.releases, 3);
  const facts = (all: GoodFacts) => {
    released(100, 80, 60, 20)(all);
    Object.assign(all['git.releases'].releases[2] ?? {}, { prerelease: true });
  };
  assert.equal(judged(criterion, { facts }).numbers.releases, 3);
});

it('is none of one or two releases, and a failure where there is none for three years', () => {
  assert.equal(
    said(criterion, { facts: released(50, 20) }),
    'unknown: 2 releases within 1095 days make no cadence',
  );
  const none = judged(criterion, { facts: released(1300, 1200, 1100) });
  assert.deepEqual(none, {
    verdict: 'fail',
    reason: 'no release within 1095 days',
    evidence: ['git.releases'],
    numbers: { releases: 0, openDays: 1100, windowDays: 1095, from: 'git' },
  });
  assert.equal(said(criterion, { facts: released(1300) }), 'fail: no release within 1095 days');
  assert.equal(
    said(criterion, { facts: released() }),
    'unknown: none of its 6 tags names a version: releases are not to be seen here',
  );
  assert.match(said(criterion, { facts: released(20, 10, 5) }), /^pass/);
});

it('is unknown where releases are not all known, or not of the past', () => {
  assert.match(
    said(criterion, { facts: (facts) => (facts['git.releases'].complete = false) }),
    /^unknown: there are more releases than are kept/,
  );
  assert.equal(
    said(criterion, { facts: released(60, 40, 20, -2) }),
    'unknown: 1 releases are dated in the future',
  );
  assert.match(said(criterion, { facts: released(60, 40, 20, -1) }), /^pass/);
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave releases');
});

it('can be had by hand, from tags', () => {
  const lines = byHand(criterion, { threshold: { days: 10 } });
  assert.deepEqual(
    lines.map(([figure]) => figure),
    ['releases', 'medianDays', 'longestDays'],
  );
  for (const [, command] of lines)
    assert.ok(command.includes(`awk '$1>=${NOW / 1000 - 864_000} {print $1}'`));
  assert.deepEqual(byHand(criterion, { only: {} }), []);
  const registry = {
    name: 'tool',
    latest: null,
    maintainers: [],
    repository: null,
    versions: 1,
    deprecatedVersions: 0,
    timesDoubt: null,
    signaturesDoubt: null,
    releases: [{ version: '1.0.0', at: at(20), prerelease: false }],
    complete: true,
  };
  const both = (facts: GoodFacts) => void Object.assign(facts, { 'npm.package': registry });
  assert.equal(judged(criterion, { facts: both }).numbers.from, 'npm');
  assert.deepEqual(byHand(criterion, { facts: both }), [], 'what the registry says is not had from tags');
  assert.deepEqual(byHand(criterion, { facts: released() }), []);
});

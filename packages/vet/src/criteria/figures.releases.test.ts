import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { viewOf } from './criterion.ts';
import {
  daysBetween,
  decided,
  historyDoubt,
  peopleSince,
  plural,
  quote,
  releasesOf,
  tagsDisagree,
  unknown,
  windowStart,
} from './figures.ts';

type Values = Parameters<typeof factsFrom>[0];
type Gaps = Parameters<typeof viewOf>[2];
const view = (values: Values, gaps: Gaps = []) => viewOf(SUBJECT, factsFrom(values), gaps);
const date = (month: number, day = 1) => new Date(Date.UTC(2026, month - 1, day)).toISOString();
const npm = (more: Partial<NonNullable<Values['npm.package']>> = {}): NonNullable<Values['npm.package']> => ({
  name: 'tool',
  latest: '1.1.0',
  maintainers: [],
  repository: null,
  versions: 2,
  deprecatedVersions: 0,
  timesDoubt: null,
  signaturesDoubt: null,
  releases: [
    { version: '1.0.0', at: date(1), prerelease: false },
    { version: '1.1.0-rc.1', at: date(2), prerelease: true },
  ],
  complete: true,
  ...more,
});
const git = (
  more: Partial<NonNullable<Values['git.releases']>> = {},
): NonNullable<Values['git.releases']> => ({
  ...goodFacts()['git.releases'],
  releases: [{ tag: 'v1.0.0', version: '1.0.0', at: date(1), prerelease: false, annotated: true }],
  ...more,
});

test('releases are the registry’s where its times are believed, else those of the tags', () => {
  const fromNpm = {
    evidence: 'npm.package',
    from: 'npm',
    complete: true,
    releases: [
      { name: '1.0.0', version: '1.0.0', at: Date.UTC(2026, 0, 1), prerelease: false },
      { name: '1.1.0-rc.1', version: '1.1.0-rc.1', at: Date.UTC(2026, 1, 1), prerelease: true },
    ],
  };
  const fromGit = {
    evidence: 'git.releases',
    from: 'git',
    complete: false,
    releases: [{ name: 'v1.0.0', version: '1.0.0', at: Date.UTC(2026, 0, 1), prerelease: false }],
  };
  const tags = git({ complete: false });
  assert.deepEqual(releasesOf(view({ 'npm.package': npm(), 'git.releases': tags })), fromNpm);
  assert.deepEqual(releasesOf(view({ 'npm.package': npm({ complete: false }) })), {
    ...fromNpm,
    complete: false,
  });
  assert.deepEqual(releasesOf(view({ 'git.releases': tags })), fromGit);
  const [first] = fromNpm.releases;
  const one = npm({ releases: npm().releases.slice(0, 1) });
  assert.deepEqual(releasesOf(view({ 'npm.package': one, 'git.releases': tags })), {
    ...fromNpm,
    releases: [first],
  });
  for (const more of [{ timesDoubt: 'a mirror' }, { releases: [] }])
    assert.deepEqual(releasesOf(view({ 'npm.package': npm(more), 'git.releases': tags })), fromGit);
});

test('where there are none it is said why: doubts, gaps, tags that name no version, or nobody looked', () => {
  const gaps = [
    { types: ['git.releases' as const], reason: 'no clone' },
    { types: ['npm.package' as const], reason: 'no network' },
  ] as unknown as Gaps;
  assert.deepEqual(releasesOf(view({}, gaps)), { doubt: 'no clone; no network' });
  assert.deepEqual(releasesOf(view({}, gaps.slice(0, 1))), { doubt: 'no clone' });
  assert.deepEqual(releasesOf(view({ 'npm.package': npm({ timesDoubt: 'a mirror' }) }, gaps.slice(0, 1))), {
    doubt: 'a mirror; no clone',
  });
  assert.deepEqual(releasesOf(view({ 'git.releases': git({ releases: [], tags: 3 }) })), {
    doubt: 'none of its 3 tags names a version: releases are not to be seen here',
  });
  assert.deepEqual(releasesOf(view({ 'npm.package': npm({ releases: [] }) })), {
    doubt: 'no source gave releases',
  });
  assert.deepEqual(releasesOf(view({})), { doubt: 'no source gave releases' });
});

/** So many versions, of which so many came into the registry so many days after their tags. */
function apart(versions: number, late: number, days: number) {
  const list = Array.from({ length: versions }, (_, i) => `1.${i}.0`);
  const tagged = list.map((version) => ({
    tag: version,
    version,
    at: date(1),
    prerelease: false,
    annotated: true,
  }));
  const released = list.map((version, i) => ({
    version,
    at: new Date(Date.UTC(2026, 0, 1 + (i < late ? days : 0))).toISOString(),
    prerelease: false,
  }));
  return { 'npm.package': npm({ releases: released }), 'git.releases': git({ releases: tagged }) };
}

test('registry and tags disagree where most versions came more than a month after their tags', () => {
  const said = (late: number, of: number) =>
    `the registry has ${late} of ${of} versions more than a month later than their tags: one of the two is not the time of publication`;
  assert.equal(tagsDisagree(view(apart(5, 3, 31))), said(3, 5));
  assert.equal(tagsDisagree(view(apart(5, 3, 30))), null, 'a month is nothing');
  assert.equal(tagsDisagree(view(apart(5, 2, 31))), null, 'the fewer of them');
  assert.equal(tagsDisagree(view(apart(6, 3, 31))), null, 'half');
  assert.equal(tagsDisagree(view(apart(4, 4, 31))), null, 'too few to tell');
  assert.deepEqual(releasesOf(view(apart(5, 5, 31))), { doubt: said(5, 5) });
  const one = apart(5, 5, 31);
  assert.equal(tagsDisagree(view({ 'npm.package': one['npm.package'] })), null);
  assert.equal(tagsDisagree(view({ 'git.releases': one['git.releases'] })), null);
  const doubted = { ...one, 'npm.package': { ...one['npm.package'], timesDoubt: 'a mirror' } };
  assert.equal(tagsDisagree(view(doubted)), null, 'said already');
  // Versions that only one of both has are compared with nothing.
  const others = git({
    releases: one['git.releases'].releases.map((tag) => ({ ...tag, version: `2${tag.version}` })),
  });
  assert.equal(tagsDisagree(view({ ...one, 'git.releases': others })), null);
});

test('people are who committed from a day on, by name and by address; bots are none', () => {
  const history = {
    ...goodFacts()['git.history'],
    contributors: [
      { name: 'Aiko', address: 'a1', bot: false, commits: 9, days: [100, 2, 99, 5, 101, 1] },
      { name: 'Aiko', address: 'a2', bot: false, commits: 1, days: [100, 1] },
      { name: 'Ben', address: 'a2', bot: false, commits: 1, days: [200, 4] },
      { name: 'Chris', address: 'a3', bot: false, commits: 1, days: [99, 7] },
      { name: 'bot', address: 'a4', bot: true, commits: 1, days: [100, 50] },
      { name: 'nobody', address: 'a5', bot: false, commits: 0, days: [] },
    ],
  };
  const people = peopleSince(history, 100);
  assert.equal(people.commits, 8);
  assert.deepEqual(
    [...people.byName],
    [
      ['Aiko', 4],
      ['Ben', 4],
    ],
  );
  assert.deepEqual(
    [...people.byAddress],
    [
      ['a1', 3],
      ['a2', 5],
    ],
  );
});

test('a history with commits of the future, or shorter than the window, gives no figures', () => {
  const history = { ...goodFacts()['git.history'], daysFrom: 100 };
  assert.equal(historyDoubt(history, 100), undefined);
  assert.match(historyDoubt(history, 99) ?? '', /the window is longer/);
  assert.match(historyDoubt({ ...history, future: 1 }, 100) ?? '', /^1 commits are dated in the future/);
});

test('a judgement is what holds, with its reason, its figures and its evidence', () => {
  assert.deepEqual(decided(true, 'why', ['a'], { x: 1 }), {
    verdict: 'pass',
    reason: 'why',
    numbers: { x: 1 },
    evidence: ['a'],
  });
  assert.equal(decided(false, 'why', [], {}).verdict, 'fail');
  assert.deepEqual(unknown('why'), { verdict: 'unknown', reason: 'why', numbers: {}, evidence: [] });
  assert.deepEqual(unknown('why', ['a'], { x: 1 }).evidence, ['a']);
});

test('days by numbers and by texts, windows, counts of things, words', () => {
  assert.equal(daysBetween(0, 86_400_000), 1);
  assert.equal(daysBetween('1970-01-01T00:00:00Z', 2 * 86_400_000 - 1), 1);
  assert.equal(daysBetween(86_400_000, 0), -1);
  assert.deepEqual(windowStart(Date.UTC(1970, 0, 11, 23), 3), { day: 7, iso: '1970-01-08T00:00:00Z' });
  assert.deepEqual([plural(1, 'day'), plural(0, 'day'), plural(2, 'day')], ['1 day', '0 days', '2 days']);
  assert.equal(plural(2, 'history', 'histories'), '2 histories');
  assert.equal(quote('a b'), "'a b'");
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type GoodFacts, judged, said } from '../testing/judged.ts';
import { at } from '../testing/verdicts.ts';
import { maintained as criterion } from './maintained.ts';

const without = (type: keyof GoodFacts) => (facts: GoodFacts) =>
  void delete (facts as Partial<GoodFacts>)[type];
const npm = (daysAgo: number | null, timesDoubt: string | null = null) => ({
  name: 'tool',
  latest: '1.5.0',
  maintainers: [],
  repository: null,
  versions: 1,
  deprecatedVersions: 0,
  timesDoubt,
  signaturesDoubt: null,
  releases: daysAgo === null ? [] : [{ version: '1.5.0', at: at(daysAgo), prerelease: false }],
  complete: true,
});

it('passes where nothing says that it has ended, and a person worked on it lately', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: 'the last commit by a person is 1 days old; at most 365 wanted',
    evidence: ['git.history', 'git.files', 'git.main', 'npm.version'],
    numbers: { quietDays: 1 },
  });
  const quiet = (days: number) => ({
    facts: (facts: GoodFacts) => (facts['git.history'].lastHumanAt = at(days)),
  });
  assert.match(said(criterion, quiet(365)), /^pass/);
  assert.equal(
    said(criterion, quiet(366)),
    'fail: the last commit by a person is 366 days old; at most 365 wanted',
  );
  assert.equal(
    said(criterion, { facts: (facts) => (facts['git.history'].lastHumanAt = null as never) }),
    'fail: no commit is by a person',
  );
});

it('fails where it is said that it has ended, by whomever', () => {
  const end = 'This project is archived.';
  for (const facts of [
    (facts: GoodFacts) => Object.assign(facts['git.main'].readmes[0] ?? {}, { endOfLife: end }),
    (facts: GoodFacts) => (facts['git.files'].readme.endOfLife = end),
  ]) {
    const found = judged(criterion, { facts });
    assert.deepEqual(
      [found.verdict, found.reason, found.numbers],
      ['fail', `its README says: “${end}”`, { endOfLife: end }],
    );
  }
  const deprecated = judged(criterion, { facts: (facts) => (facts['npm.version'].deprecated = 'use x') });
  assert.deepEqual(
    [deprecated.verdict, deprecated.reason, deprecated.numbers],
    ['fail', 'deprecated: “use x”', { deprecated: true }],
  );
  const depsdev = (value: boolean | null) => ({
    only: {
      'depsdev.version': {
        system: 'NPM',
        name: 'tool',
        version: '1.5.0',
        publishedAt: null,
        deprecated: value,
        licences: [],
        advisories: [],
        provenances: 0,
      },
    },
  });
  assert.equal(said(criterion, depsdev(true)), 'fail: deps.dev calls this version deprecated');
  assert.deepEqual(judged(criterion, depsdev(true)).numbers, { deprecated: true });
  for (const value of [false, null])
    assert.equal(said(criterion, depsdev(value)), 'unknown: no source says whether it is kept');
});

it('is unknown where what may say so was not seen', () => {
  assert.equal(
    said(criterion, {
      facts: (facts) => Object.assign(facts['git.main'].readmes[0] ?? {}, { sha256: null }),
    }),
    'unknown: its README is too large to be read',
  );
  assert.equal(
    said(criterion, { facts: without('git.main') }),
    'unknown: the README of its main branch was not read',
  );
  const gaps: [string, string][] = [
    ['git.main', 'not read'],
    ['npm.version', 'not read'],
    ['npm.version', 'not asked'],
  ];
  assert.equal(said(criterion, { gaps }), 'unknown: not read; not asked');
  for (const one of gaps) assert.equal(said(criterion, { gaps: [one] }), `unknown: ${one[1]}`);
  for (const future of [1, 3])
    assert.equal(
      said(criterion, { facts: (facts) => (facts['git.history'].future = future) }),
      `unknown: ${future} commits are dated in the future`,
    );
});

it('is by the releases of the registry where there is no history', () => {
  const of = (...given: Parameters<typeof npm>) =>
    said(criterion, { only: { 'npm.package': npm(...given) } });
  const found = judged(criterion, { only: { 'npm.package': npm(20) } });
  assert.deepEqual(found, {
    verdict: 'pass',
    reason: 'not deprecated, and the last release is 20 days old; at most 365 wanted',
    evidence: ['npm.package'],
    numbers: { quietDays: 20 },
  });
  assert.match(of(365), /^pass/);
  assert.match(of(366), /^fail/);
  assert.match(of(-1), /^pass/);
  assert.equal(of(-1.5), 'unknown: 1.5.0 is dated in the future');
  assert.equal(of(null), 'unknown: no release has a time');
  assert.equal(of(20, 'a mirror wrote them'), 'unknown: a mirror wrote them');
  const gap: [string, string][] = [
    ['git.history', 'the clone is shallow'],
    ['git.history', 'or so'],
  ];
  assert.equal(
    said(criterion, { only: { 'npm.package': npm(20) }, gaps: gap }),
    'unknown: the clone is shallow; or so',
  );
  assert.equal(
    said(criterion, { only: { 'npm.package': npm(20) }, gaps: gap.slice(0, 1) }),
    'unknown: the clone is shallow',
  );
  const two = npm(20);
  two.releases.unshift({ version: '1.4.0', at: at(400), prerelease: false });
  assert.equal(judged(criterion, { only: { 'npm.package': two } }).numbers.quietDays, 20, 'the last counts');
  assert.equal(said(criterion, { only: {} }), 'unknown: no source says whether it is kept');
});

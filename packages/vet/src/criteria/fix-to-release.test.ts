import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type GoodFacts, judged, said } from '../testing/judged.ts';
import { at } from '../testing/verdicts.ts';
import { fixToRelease as criterion } from './fix-to-release.ts';

const fix = (kind: 'security' | 'bug', fixed: number, released: number | null) => ({
  commit: 'a'.repeat(40),
  at: at(fixed),
  kind,
  ids: [],
  release: released === null ? null : 'v1',
  releasedAt: released === null ? null : at(released),
});
const fixes =
  (...all: ReturnType<typeof fix>[]) =>
  (facts: GoodFacts) =>
    void Object.assign(facts['git.fixes'], { fixes: all });

it('is how long security fixes waited for their release', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: '1 security fix: released after 10 days in the median, 10 at most, none waits; at most 60 wanted',
    evidence: ['git.fixes', 'git.releases'],
    numbers: {
      medianDays: 10,
      longestDays: 10,
      fixes: 1,
      securityFixes: 1,
      notReleased: 0,
      oldestOpenDays: null,
    },
  });
});

it('counts what still waits with its wait so far, and a tag before its commit as none', () => {
  const facts = fixes(fix('security', 100, null), fix('security', 50, 60), fix('security', 70, null));
  const found = judged(criterion, { facts });
  assert.deepEqual(found.numbers, {
    medianDays: 70,
    longestDays: 100,
    fixes: 3,
    securityFixes: 3,
    notReleased: 2,
    oldestOpenDays: 100,
  });
  assert.equal(
    found.reason,
    '3 security fixes: released after 70 days in the median, 100 at most, 2 not released yet, the oldest for 100 days; at most 60 wanted',
  );
  assert.equal(found.verdict, 'fail');
  assert.equal(judged(criterion, { facts, threshold: { maxMedianDays: 70 } }).verdict, 'pass');
  assert.equal(judged(criterion, { facts: fixes(fix('security', 50, 60)) }).numbers.medianDays, 0);
});

it('is by other fixes where none names an advisory, within the window and none of the future', () => {
  const bugs = judged(criterion, {
    facts: fixes(fix('bug', 30, 10), fix('bug', 1096, 0), fix('bug', -2, null)),
  });
  assert.match(bugs.reason, /^1 fix \(none names an advisory\): released after 20 days/);
  assert.equal(bugs.numbers.securityFixes, 0);
  assert.equal(
    judged(criterion, { facts: fixes(fix('bug', 1095, 1095), fix('bug', -1, null)) }).numbers.fixes,
    2,
  );
  const old = { facts: fixes(fix('bug', 1096, 0)) };
  assert.equal(said(criterion, old), 'unknown: no commit within 1095 days names a fix');
  assert.equal(judged(criterion, { ...old, threshold: { days: 1096 } }).numbers.fixes, 1);
});

it('is unknown without fixes, releases, or dates to rely on', () => {
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave commits that fix something');
  const none = 'unknown: no release is known by tag, so no fix can be followed to one';
  assert.equal(said(criterion, { facts: (facts) => (facts['git.releases'].releases = []) }), none);
  assert.equal(
    said(criterion, { facts: (facts) => delete (facts as Partial<GoodFacts>)['git.releases'] }),
    none,
  );
  assert.match(
    said(criterion, { facts: (facts) => (facts['git.history'].future = 2) }),
    /^unknown: 2 commits are dated in the future/,
  );
  assert.match(
    said(criterion, { facts: (facts) => delete (facts as Partial<GoodFacts>)['git.history'] }),
    /^pass/,
  );
});

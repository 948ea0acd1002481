import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byHand, type GoodFacts, judged, said } from '../testing/judged.ts';
import { disclosure as criterion } from './disclosure.ts';

const HASH = 'b'.repeat(64);
const policy = (path: string, more = {}) => ({
  path,
  sha256: HASH as string | null,
  contact: true,
  timeframes: [{ text: 'within 14 days', days: 14 }],
  ...more,
});
const policies =
  (...all: ReturnType<typeof policy>[]) =>
  (facts: GoodFacts) =>
    void Object.assign(facts['git.files'], { security: all });

it('passes with a way to report and a time frame that is short enough', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: 'SECURITY.md names 14 days: “… within 14 days …”; at most 90 wanted',
    evidence: ['git.files'],
    numbers: { policies: 1, path: 'SECURITY.md', textSha256: HASH, shortestDays: 14, contact: true },
  });
  const frames = [
    { text: 'a year', days: 365 },
    { text: 'in a month', days: 30 },
    { text: 'in 90 days', days: 90 },
  ];
  const two = { facts: policies(policy('SECURITY.md', { timeframes: frames })) };
  assert.equal(said(criterion, two), 'pass: SECURITY.md names 30 days: “… in a month …”; at most 90 wanted');
  assert.match(said(criterion, { ...two, threshold: { maxDays: 30 } }), /^pass/);
  assert.match(said(criterion, { ...two, threshold: { maxDays: 29 } }), /^fail/);
});

it('fails for what it does not say, and is unknown where it was not read', () => {
  const of = (more: object) => said(criterion, { facts: policies(policy('SECURITY.md', more)) });
  assert.equal(said(criterion, { facts: policies() }), 'fail: the repository has no security policy');
  const none = judged(criterion, { facts: policies() });
  assert.deepEqual(none.numbers, { policies: 0 });
  const endless = judged(criterion, { facts: policies(policy('SECURITY.md', { timeframes: [] })) });
  assert.equal(endless.numbers.shortestDays, null);
  assert.equal(of({ contact: false }), 'fail: SECURITY.md names no way to report');
  assert.equal(of({ timeframes: [] }), 'fail: SECURITY.md names no time frame');
  assert.equal(of({ sha256: null, contact: false }), 'unknown: SECURITY.md is too large to be read');
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave the files of the version');
});

it('is the policy that GitHub would show, wherever others lie', () => {
  const order = [
    '.github/SECURITY.md',
    'Security.md',
    '.gitlab/security.txt',
    'docs/SECURITY',
    'other/SECURITY.md',
    '.github/security-insights.yml',
    'security-insights.yml',
    'elsewhere/security-insights.yml',
  ];
  for (const [index, path] of order.entries()) {
    const rest = order
      .slice(index)
      .toReversed()
      .map((one) => policy(one));
    assert.equal(judged(criterion, { facts: policies(...rest) }).numbers.path, path);
  }
});

it('can be had by hand', () => {
  const facts = policies(policy('docs/SECURITY my.md'));
  assert.deepEqual(byHand(criterion, { facts }), [
    ['textSha256', `$GIT cat-file blob '${'a'.repeat(40)}:docs/SECURITY my.md' | sha256sum | cut -c1-64`],
  ]);
  assert.deepEqual(byHand(criterion, { facts: policies() }), []);
  // A pack may call it anything.
  assert.equal(judged(criterion, { facts: policies(policy('x'), policy('y')) }).numbers.path, 'x');
  assert.deepEqual(byHand(criterion, { only: {} }), []);
});

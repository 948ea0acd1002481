import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byHand, type GoodFacts, judged, said } from '../testing/judged.ts';
import { licence as criterion } from './licence.ts';

const HASH = 'b'.repeat(64);
const text = (path: string, spdx: string | null, more = {}) => ({
  path,
  sha256: HASH as string | null,
  spdx,
  likeness: 1,
  ...more,
});
/** Licence files and what is declared, in manifests and by the registry. */
const made =
  (texts: ReturnType<typeof text>[], registry: string | null = null, ...manifests: string[]) =>
  (facts: GoodFacts) => {
    Object.assign(facts['git.files'], {
      licences: texts,
      declaredLicences: manifests.map((expression) => ({ path: 'package.json', sha256: HASH, expression })),
    });
    facts['npm.version'].licence = registry;
  };
const declared = (expression: string, threshold = {}) =>
  said(criterion, { facts: made([], expression), threshold });

it('passes by a text that the OSI approves, and says which', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: 'Apache-2.0 (by its text) is approved by the OSI or allowed here',
    evidence: ['git.files', 'npm.version'],
    numbers: { expression: 'Apache-2.0', textSha256: HASH },
  });
  const two = {
    facts: made([text('LICENSE-MIT', 'MIT'), text('LICENSE-APACHE', 'Apache-2.0'), text('COPYING', 'MIT')]),
  };
  assert.equal(judged(criterion, two).numbers.expression, 'MIT AND Apache-2.0');
});

it('is by what is declared where there is no text, all of an AND and one of an OR', () => {
  assert.equal(declared('MIT'), 'pass: MIT (declared, no text seen) is approved by the OSI or allowed here');
  assert.equal(
    declared('BUSL-1.1'),
    'fail: BUSL-1.1 (declared, no text seen) is not approved by the OSI, or denied here',
  );
  const table: [expression: string, threshold: object, verdict: string][] = [
    ['MIT OR BUSL-1.1', {}, 'pass'],
    ['BUSL-1.1 OR MIT', {}, 'pass'],
    ['MIT AND BUSL-1.1', {}, 'fail'],
    ['BUSL-1.1 AND MIT', {}, 'fail'],
    ['BUSL-1.1', { allow: ['BUSL-1.1'] }, 'pass'],
    ['MIT', { deny: ['MIT'] }, 'fail'],
    ['GPL-3.0-or-later', { deny: ['GPL-3.0-only'] }, 'fail'],
    ['GPL-3.0-only', { deny: ['GPL-3.0'] }, 'fail'],
    ['BUSL-1.1', { allow: ['BUSL-1.1'], deny: ['BUSL-1.1'] }, 'fail'],
    ['see LICENSE', {}, 'unknown'],
    [Array(400).fill('MIT').join(' OR '), {}, 'unknown'],
  ];
  for (const [expression, threshold, verdict] of table)
    assert.match(declared(expression, threshold), new RegExp(`^${verdict}: `), expression);
  assert.equal(
    declared(`x${'y'.repeat(300)}`),
    `unknown: "x${'y'.repeat(199)}" is no SPDX expression, or too long for one`,
  );
});

it('is unknown where text and declaration differ, or two declarations', () => {
  const of = (...given: Parameters<typeof made>) => said(criterion, { facts: made(...given) });
  assert.equal(
    of([text('LICENSE', 'MIT')], 'Apache-2.0'),
    'unknown: the licence text reads MIT, but Apache-2.0 is declared',
  );
  assert.equal(
    of([text('LICENSE', 'MIT')], null, 'see LICENSE'),
    'unknown: the licence text reads MIT, but see LICENSE is declared',
  );
  assert.equal(of([], 'MIT', 'Apache-2.0'), 'unknown: Apache-2.0 and MIT are both declared');
  assert.match(of([], 'MIT OR Apache-2.0', 'Apache-2.0'), /^pass: Apache-2\.0 /);
  assert.match(
    of([text('LICENSE', 'GPL-3.0-only')], 'GPL-3.0-or-later'),
    /^pass: GPL-3\.0-or-later \(by its text\)/,
  );
  assert.match(of([text('A', 'MIT'), text('B', 'Apache-2.0')], 'MIT OR Apache-2.0'), /^pass/);
});

it('is unknown where a file is no licence that is known, but for those of parts', () => {
  const own = text('LICENSE', 'MIT');
  const strange = (path: string, more = {}) =>
    said(criterion, { facts: made([own, text(path, null, more)]) });
  assert.equal(
    strange('LICENSE-EE'),
    'unknown: LICENSE-EE is like none of SPDX’s licence texts, or too large to be read',
  );
  assert.equal(
    strange('COPYING', { differs: 'MIT without “sell”' }),
    'unknown: COPYING reads as MIT without “sell”',
  );
  for (const path of [
    'LICENSES/x.txt',
    'THIRD-PARTY',
    '3rdparty/LICENSE',
    'NOTICE',
    'vendor/LICENSE',
    'BUNDLED',
  ])
    assert.match(strange(path), /^pass/, path);
  assert.match(
    said(criterion, { facts: made([text('LICENSES/x.txt', null)]) }),
    /^unknown: LICENSES/,
    'it has none of its own',
  );
});

it('fails where the files hold none, and is unknown where nobody looked there', () => {
  assert.equal(
    said(criterion, { facts: made([]) }),
    'fail: there is no licence file: nobody is allowed to use it',
  );
  const noFiles = (licence: string | null) => (facts: GoodFacts) => {
    delete (facts as Partial<GoodFacts>)['git.files'];
    facts['npm.version'].licence = licence;
  };
  assert.equal(said(criterion, { facts: noFiles(null) }), 'unknown: the registry names no licence');
  assert.match(said(criterion, { facts: noFiles('MIT') }), /^pass/);
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave a licence');
  const gaps: [string, string][] = [
    ['git.files', 'one'],
    ['npm.version', 'two'],
  ];
  assert.equal(said(criterion, { only: {}, gaps }), 'unknown: one; two');
});

it('takes deps.dev for a declaration', () => {
  const depsdev = {
    system: 'NPM',
    name: 'tool',
    version: '1.5.0',
    publishedAt: null,
    deprecated: null,
    licences: ['MIT'],
    advisories: [],
    provenances: 0,
  };
  const found = judged(criterion, { only: { 'depsdev.version': depsdev } });
  assert.deepEqual(
    [found.verdict, found.numbers.expression, found.evidence],
    ['pass', 'MIT', ['depsdev.version']],
  );
});

it('refuses an id that is none in the policy, and takes references', () => {
  for (const id of ['MIT', 'LicenseRef-Acme.1'])
    assert.ok(criterion.threshold.parse({ allow: [id], deny: [id] }));
  for (const id of ['mit license', 'LicenseRef-', 'LicenseRef-a b']) {
    assert.throws(() => criterion.threshold.parse({ allow: [id] }), /SPDX/);
    assert.throws(() => criterion.threshold.parse({ deny: [id] }), /SPDX/);
  }
});

it('can be had by hand', () => {
  const line = (path: string): [string, string] => [
    'textSha256',
    `$GIT cat-file blob ${'a'.repeat(40)}:${path} | sha256sum | cut -c1-64`,
  ];
  assert.deepEqual(byHand(criterion, { facts: made([text('NOTICE', null), text('COPYING', 'MIT')]) }), [
    line('COPYING'),
  ]);
  assert.deepEqual(byHand(criterion, { facts: made([text('NOTICE', null)]) }), []);
  assert.deepEqual(byHand(criterion, { only: {} }), []);
});

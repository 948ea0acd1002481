import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Subject } from '../facts/evidence.ts';
import { type GoodFacts, judged, said } from '../testing/judged.ts';
import { sbom as criterion } from './sbom.ts';

const given =
  (describes: string | null, more: (facts: GoodFacts) => unknown = bare) =>
  (facts: GoodFacts) => {
    more(facts);
    Object.assign(facts, {
      'sbom.file': { format: 'cyclonedx', specVersion: '1.6', describes, components: 3 },
    });
  };
/** None in the repository, and none beside a release. */
const bare = (facts: GoodFacts) => {
  facts['git.files'].sboms = [];
  delete (facts as Partial<GoodFacts>)['release.sbom'];
};
const verdict = (describes: string | null, subject: Partial<Subject> = {}) =>
  judged(criterion, { facts: given(describes), subject }).verdict;

it('passes with one that describes this tool and version by its purl', () => {
  assert.deepEqual(judged(criterion, { facts: given('pkg:npm/tool@1.5.0') }), {
    verdict: 'pass',
    reason: 'cyclonedx 1.6 with 3 components describes pkg:npm/tool@1.5.0',
    evidence: ['sbom.file'],
    numbers: { components: 3, format: 'cyclonedx' },
  });
  const github = { purl: 'pkg:github/acme/tool', name: 'tool', version: 'v1.5.0' };
  const table: [describes: string, subject: Partial<Subject>, verdict: string][] = [
    ['pkg:npm/tool@v1.5.0', {}, 'pass'],
    ['pkg:npm/Tool@1.5.0', {}, 'pass'],
    ['pkg:npm/tool@1.4.0', {}, 'fail'],
    ['pkg:npm/other@1.5.0', {}, 'fail'],
    ['pkg:pypi/tool@1.5.0', {}, 'unknown'],
    ['pkg:npm/tool', {}, 'unknown'],
    ['pkg:npm/tool', { version: undefined }, 'pass'],
    ['pkg:github/acme/tool@1.5.0', github, 'pass'],
    ['pkg:golang/github.com/acme/tool/v2@v1.5.0', github, 'pass'],
    ['pkg:golang/github.com/acme/other@v1.5.0', github, 'fail'],
    ['pkg:golang/example.org/tool@v1.5.0', github, 'unknown'],
  ];
  for (const [describes, subject, wanted] of table)
    assert.equal(verdict(describes, subject), wanted, describes);
});

it('by its bare name is only able to contradict', () => {
  const table: [describes: string, verdict: string][] = [
    ['tool@1.4.0', 'fail'],
    ['acme/Tool@1.4.0', 'fail'],
    ['tool@v1.5.0', 'unknown'],
    ['tool', 'unknown'],
    ['other@1.4.0', 'unknown'],
    [`tool@sha256:${'a'.repeat(64)}`, 'unknown'],
    ['@tool', 'unknown'],
  ];
  for (const [describes, wanted] of table) assert.equal(verdict(describes), wanted, describes);
  assert.equal(verdict('tool@1.4.0', { version: undefined }), 'unknown');
  const wrong = judged(criterion, { facts: given('tool@1.4.0') });
  assert.deepEqual(
    [wrong.reason, wrong.numbers],
    ['the SBOM given describes tool@1.4.0, not tool 1.5.0', { describes: 'tool@1.4.0' }],
  );
  assert.equal(
    said(criterion, { facts: given('pkg:npm/x@1'), subject: { version: undefined } }),
    'fail: the SBOM given describes pkg:npm/x@1, not tool',
  );
  assert.equal(
    said(criterion, { facts: given(null) }),
    'unknown: the SBOM given does not say what it describes',
  );
  assert.equal(
    said(criterion, { facts: given('x@1') }),
    "unknown: whether the SBOM given, of x@1, is of pkg:npm/tool can't be told",
  );
});

it('beside a release passes where it describes these very bytes', () => {
  const found = judged(criterion);
  assert.deepEqual(
    [found.verdict, found.reason, found.evidence, found.numbers],
    [
      'pass',
      'cyclonedx 1.6 with 3 components: it describes these bytes',
      ['release.sbom'],
      { components: 3, format: 'cyclonedx' },
    ],
  );
  const unclear = (facts: GoodFacts) => {
    facts['git.files'].sboms = [];
    Object.assign(facts['release.sbom'], { match: 'unknown', matchReason: 'no digest' });
  };
  assert.equal(said(criterion, { facts: unclear }), "unknown: the release's SBOM: no digest");
  // What was given comes first, right or wrong; one that says nothing hides no other.
  assert.match(said(criterion, { facts: given('tool@1.4.0', () => {}) }), /^fail/);
  assert.match(said(criterion, { facts: given('x@1', () => {}) }), /^pass/);
});

it('in the repository is one by what it holds, not by its name', () => {
  const held =
    (...sboms: GoodFacts['git.files']['sboms']) =>
    (facts: GoodFacts) => {
      bare(facts);
      facts['git.files'].sboms = sboms;
    };
  const file = (path: string, format: 'cyclonedx' | null, sha256: string | null = 'x') => ({
    path,
    format,
    sha256: sha256 as string,
  });
  const found = judged(criterion, { facts: held(file('a', null), file('b', 'cyclonedx')) });
  assert.deepEqual(
    [found.verdict, found.reason, found.numbers],
    ['pass', 'the repository holds b (cyclonedx)', { path: 'b', format: 'cyclonedx' }],
  );
  assert.equal(said(criterion, { facts: held(file('a', null)) }), 'unknown: a is neither CycloneDX nor SPDX');
  assert.equal(said(criterion, { facts: held(file('a', null, null)) }), 'unknown: a is too large to be read');
  assert.equal(
    said(criterion, { facts: bare }),
    'unknown: none in the repository; what is attached to its releases is not seen from a clone',
  );
});

it('is unknown where nothing was looked at', () => {
  assert.equal(said(criterion, { only: {} }), 'unknown: no SBOM was given');
  const gaps: [string, string][] = [
    ['git.files', 'two'],
    ['sbom.file', 'one'],
  ];
  assert.equal(said(criterion, { only: {}, gaps }), 'unknown: one; two');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '@toolcrib/model';
import { factsFrom, goodFacts } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { verdicts } from '../testing/verdicts.ts';
import { viewOf } from './criterion.ts';
import { criterionById } from './index.ts';

test('an SBOM of another version fails; one that does not say what it describes is unknown', () => {
  const given = (describes: string | null) => ({
    ...goodFacts(),
    'sbom.file': { format: 'cyclonedx' as const, specVersion: '1.6', describes, components: 3 },
  });
  assert.equal(verdicts(given('pkg:npm/tool@1.5.0')).sbom, 'pass');
  assert.equal(verdicts(given('pkg:npm/tool@1.4.0')).sbom, 'fail');
  assert.equal(verdicts(given('tool@1.4.0')).sbom, 'fail');
  const alone = (describes: string | null) => {
    const { 'release.sbom': _, ...facts } = given(describes);
    return verdicts(facts).sbom;
  };
  assert.equal(alone('other@1.5.0'), 'unknown', 'named after an archive, as many are');
  assert.equal(alone(null), 'unknown');
});

test('an SBOM is of this tool by its purl: a name alone is anybody’s', () => {
  const sbomOf = (describes: string, subject: { purl: string; name: string; version?: string }) => {
    const value = { format: 'cyclonedx' as const, specVersion: '1.6', describes, components: 3 };
    const criterion = criterionById('sbom');
    return criterion?.judge(viewOf(subject, factsFrom({ 'sbom.file': value }), []), {}, NOW).verdict;
  };
  const k9s = { purl: 'pkg:github/d/k9s', name: 'k9s', version: '1.2.0' };
  const cases: [string, Verdict][] = [
    ['pkg:github/d/k9s@v1.2.0', 'pass'],
    ['pkg:golang/github.com/D/k9s@v1.2.0?type=module', 'pass'],
    ['pkg:golang/github.com/d/k9s/v2@v1.2.0', 'pass'],
    ['pkg:github/evil/k9s@1.2.0', 'fail'],
    ['pkg:github/d/k9s@1.1.0', 'fail'],
    ['pkg:npm/evil/k9s@1.2.0', 'unknown'],
    ['pkg:github/d/k9s', 'unknown'],
    ['k9s@1.2.0', 'unknown'],
    ['k9s@1.1.0', 'fail'],
    ['k9s_Linux_amd64.tar.gz', 'unknown'],
    ['k9s_Linux_amd64.tar.gz@sha256:abc0', 'unknown'],
    ['k9s@sha256:abc0', 'unknown'],
    ['pkg:generic/k9s_Linux_amd64.tar.gz@v1.1.0', 'unknown'],
    ['pkg:golang/github.com/d/other@v1.2.0', 'fail'],
    ['pkg:github/d/other@v1.2.0', 'fail'],
    ['%ff', 'unknown'],
    ['pkg:github/%ff/k9s@1.2.0', 'unknown'],
  ];
  for (const [describes, verdict] of cases) assert.equal(sbomOf(describes, k9s), verdict, describes);
});

test('an SBOM beside the release that describes these bytes is present, unless one that was given contradicts', () => {
  const criterion = criterionById('sbom');
  const given = (describes: string) => ({
    format: 'cyclonedx' as const,
    specVersion: '1.6',
    describes,
    components: 3,
  });
  for (const [match, describes, verdict] of [
    ['pass', undefined, 'pass'],
    ['pass', 'k9s_Linux_amd64.tar.gz', 'pass'],
    ['unknown', undefined, 'unknown'],
    ['fail', undefined, 'unknown'],
    ['pass', 'pkg:github/d/k9s@1.1.0', 'fail'],
  ] as const) {
    const released = { ...goodFacts()['release.sbom'], match };
    const facts = factsFrom({
      'release.sbom': released,
      ...(describes !== undefined && { 'sbom.file': given(describes) }),
    });
    const subject = { purl: 'pkg:github/d/k9s', name: 'k9s', version: '1.2.0' };
    assert.equal(
      criterion?.judge(viewOf(subject, facts, []), {}, NOW).verdict,
      verdict,
      `${match} ${describes}`,
    );
  }
});

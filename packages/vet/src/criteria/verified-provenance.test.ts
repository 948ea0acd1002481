import assert from 'node:assert/strict';
import { it } from 'node:test';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { type GoodFacts, judged, said } from '../testing/judged.ts';
import { NOW } from '../testing/repository.ts';
import { viewOf } from './criterion.ts';
import { verifiedProvenance as criterion } from './verified-provenance.ts';

type Signature = GoodFacts['release.signature'];
const built =
  (provenance: Partial<Signature['provenance']>, more: Partial<Signature> = {}) =>
  (facts: GoodFacts) => {
    Object.assign(facts['release.signature'].provenance, provenance);
    Object.assign(facts['release.signature'], more);
  };

it('passes where a verified attestation says that it was built as it should be', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: 'built from https://example.org/tool refs/tags/v1.5.0 by https://example.org/builder',
    evidence: ['release.signature'],
    numbers: {
      builder: 'https://example.org/builder',
      repository: 'https://example.org/tool',
      ref: 'refs/tags/v1.5.0',
      slsaLevel: '2',
    },
  });
});

it('fails for another source, also where the signature fails by that', () => {
  for (const cryptography of ['pass', 'fail'] as const) {
    const found = judged(criterion, {
      facts: built({ matches: 'fail', reason: 'of another tool' }, { cryptography }),
    });
    assert.deepEqual(
      [found.verdict, found.reason, found.numbers],
      ['fail', 'of another tool', { builder: 'https://example.org/builder' }],
    );
  }
});

it('is unknown where nobody can say, and where the signature does not hold', () => {
  assert.equal(
    said(criterion, { facts: built({ matches: 'unknown', reason: 'built from a branch' }) }),
    'unknown: built from a branch',
  );
  const none = 'unknown: no proof of the release is provenance that could be verified';
  for (const cryptography of ['fail', 'unknown'] as const)
    assert.equal(said(criterion, { facts: built({}, { cryptography }) }), none);
  assert.equal(said(criterion, { facts: built({}, { provenance: null as never }) }), none);
  assert.equal(said(criterion, { only: {} }), 'unknown: no source gave a release file with proofs');
});

it('is of every file of the release, and one that is wrong spoils the others', () => {
  const facts = factsFrom(goodFacts());
  const [signature] = facts.filter(({ type }) => type === 'release.signature');
  const [artefact] = facts.filter(({ type }) => type === 'release.artefact');
  assert.ok(signature?.type === 'release.signature' && artefact?.type === 'release.artefact');
  const judge = (...more: typeof facts) => criterion.judge(viewOf(SUBJECT, [...facts, ...more], []), {}, NOW);
  const second = {
    ...artefact,
    id: 'a2',
    value: { ...artefact.value, name: 'tool.deb', sha256: 'c'.repeat(64) },
  };
  const open = judge(second);
  assert.deepEqual(
    [open.verdict, open.reason, open.evidence],
    ['unknown', 'no provenance of tool.deb was verified', ['release.signature']],
  );
  const of = (matches: 'pass' | 'fail' | 'unknown', sha256: string) => ({
    ...signature,
    id: matches,
    value: {
      ...signature.value,
      sha256,
      provenance: { ...goodFacts()['release.signature'].provenance, matches, reason: matches },
    },
  });
  assert.equal(judge(second, of('pass', 'c'.repeat(64))).verdict, 'pass');
  assert.equal(judge(of('unknown', 'b'.repeat(64))).verdict, 'pass');
  const spoilt = judge(of('fail', 'b'.repeat(64)));
  assert.deepEqual([spoilt.verdict, spoilt.evidence], ['fail', ['fail']]);
});

it('says beside an unknown what is declared', () => {
  const method = { scheme: 'slsa-provenance', over: 'artefact', files: { bundle: '{{.Asset}}.intoto' } };
  for (const facts of [
    built({ matches: 'unknown', reason: 'x' }),
    (all: GoodFacts) => void delete (all as Partial<GoodFacts>)['release.signature'],
  ]) {
    const answer = said(criterion, {
      facts: (all) => {
        facts(all);
        Object.assign(all, { 'release.declared': { registry: 'r', package: 'p', methods: [method] } });
      },
    });
    assert.match(
      answer,
      /; declared, and verified by nobody yet, is SLSA provenance over the artefact: give tool\.intoto with --bundle$/,
    );
  }
});

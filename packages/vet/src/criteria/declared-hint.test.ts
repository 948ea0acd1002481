import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts/fact.ts';
import type { FactValue } from '../facts/index.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { type Criterion, viewOf } from './criterion.ts';
import { verifiedProvenance } from './verified-provenance.ts';
import { verifiedSignature } from './verified-signature.ts';

const METHODS: FactValue<'release.declared'>['methods'] = [
  { scheme: 'checksums', over: 'artefact', files: { checksums: 'sums.txt' } },
  {
    scheme: 'cosign',
    over: 'checksum file',
    files: { checksums: 'sums_{{trimV .Version}}.txt', signature: '{{.Asset}}.sig' },
  },
  { scheme: 'minisign', over: 'artefact', files: { signature: '{{.Asset}}.minisig' } },
  { scheme: 'slsa-provenance', over: 'artefact', files: { bundle: '{{.Version}}/multiple.intoto.jsonl' } },
  { scheme: 'github-attestation', over: 'artefact', files: {} },
];

function judge(criterion: unknown, methods: typeof METHODS, spoil: (facts: Fact[]) => Fact[]) {
  const facts = factsFrom(goodFacts());
  const [first] = facts;
  assert.ok(first !== undefined);
  const value = { methods, undecided: null };
  const declared = { ...first, id: 'release.declared', type: 'release.declared', value } as Fact;
  const { judge: asked, threshold } = criterion as Criterion;
  return asked(viewOf(SUBJECT, [...spoil(facts), declared], []), threshold.parse({}), NOW);
}

const withoutProof = (facts: Fact[]) => facts.filter(({ type }) => type !== 'release.signature');
const unverified = (facts: Fact[]) =>
  facts.map((fact) =>
    fact.type === 'release.signature'
      ? ({ ...fact, value: { ...fact.value, cryptography: 'unknown', provenance: null } } as Fact)
      : fact,
  );

test('what is declared says what to fetch and how to give it, and stays unknown', () => {
  for (const spoil of [withoutProof, unverified]) {
    const signature = judge(verifiedSignature, METHODS, spoil);
    assert.equal(signature.verdict, 'unknown');
    assert.match(
      signature.reason,
      /a cosign signature over the checksum file: give sums_1\.5\.0\.txt with --checksums, sums_1\.5\.0\.txt\.sig with --signature/,
    );
    assert.match(
      signature.reason,
      /a minisign signature over the artefact: give tool\.minisig with --signature/,
    );
    assert.ok(signature.evidence.includes('release.declared'));
    const provenance = judge(verifiedProvenance, METHODS, spoil);
    assert.equal(provenance.verdict, 'unknown');
    assert.match(
      provenance.reason,
      /SLSA provenance .*give \{\{\.Version\}\}\/multiple\.intoto\.jsonl with --bundle/,
    );
    assert.match(provenance.reason, /GitHub artifact attestation .*gh attestation download/);
    assert.doesNotMatch(provenance.reason, /minisign|cosign/);
  }
});

test('a checksum file is no answer, and nothing declared is no hint', () => {
  for (const methods of [[], METHODS.slice(0, 1)])
    for (const criterion of [verifiedSignature, verifiedProvenance])
      assert.doesNotMatch(judge(criterion, methods, withoutProof).reason, /declared/);
});

test('what was verified is not talked about otherwise', () => {
  assert.equal(judge(verifiedProvenance, METHODS, (facts) => facts).verdict, 'pass');
  assert.doesNotMatch(judge(verifiedProvenance, METHODS, (facts) => facts).reason, /declared/);
});

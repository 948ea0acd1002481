import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '../facts/fact.ts';
import type { FactValue } from '../facts/index.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { type Criterion, type Judgement, viewOf } from './criterion.ts';
import { withDeclared } from './declared-hint.ts';
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

/** What is said beside a judgement, of a release of which these are declared. */
function hint(
  verdict: Judgement['verdict'],
  methods: typeof METHODS | undefined,
  artefact = true,
  subject = SUBJECT,
) {
  const facts = factsFrom(artefact ? { 'release.artefact': goodFacts()['release.artefact'] } : {});
  const [first] = factsFrom(goodFacts());
  const declared = {
    ...first,
    id: 'declared',
    type: 'release.declared',
    value: { methods, undecided: null },
  };
  const view = viewOf(subject, [...facts, ...(methods ? [declared as unknown as Fact] : [])], []);
  return withDeclared({ verdict, reason: 'so', numbers: {}, evidence: ['e'] }, view, 'signature');
}

test('only beside an unknown, and only where something is declared, anything is said', () => {
  const as = (verdict: Judgement['verdict']) => ({ verdict, reason: 'so', numbers: {}, evidence: ['e'] });
  assert.deepEqual(hint('pass', METHODS), as('pass'));
  assert.deepEqual(hint('fail', METHODS), as('fail'));
  assert.deepEqual(hint('unknown', undefined), as('unknown'));
  assert.deepEqual(hint('unknown', METHODS.slice(2, 3)), {
    ...as('unknown'),
    reason:
      'so; declared, and verified by nobody yet, is a minisign signature over the artefact: give tool.minisig with --signature',
    evidence: ['e', 'declared'],
  });
});

test('what is not known of a template stays in it; an attestation says how it is fetched', () => {
  const of = (methods: typeof METHODS, artefact?: boolean, subject?: typeof SUBJECT) =>
    hint('unknown', methods, artefact, subject).reason.replace(/^.*yet, is /, '');
  assert.equal(
    of(METHODS.slice(2, 3), false),
    'a minisign signature over the artefact: give {{.Asset}}.minisig with --signature',
  );
  const { version: _, ...nameless } = SUBJECT;
  assert.equal(
    of(METHODS.slice(1, 2), true, nameless as typeof SUBJECT),
    'a cosign signature over the checksum file: give sums_{{trimV .Version}}.txt with --checksums, sums_{{trimV .Version}}.txt.sig with --signature',
  );
  assert.equal(
    of(METHODS.slice(4)),
    'a GitHub artifact attestation over the artefact: give what `gh attestation download` writes with --bundle',
  );
  const bare = [
    { scheme: 'cosign' as const, over: 'checksum file' as const, files: { signature: '{{.Asset}}.sig' } },
  ];
  assert.equal(of(bare), 'a cosign signature over the checksum file: give .sig with --signature');
  assert.equal(
    of([{ scheme: 'minisign', over: 'artefact', files: {} }]),
    'a minisign signature over the artefact',
  );
});

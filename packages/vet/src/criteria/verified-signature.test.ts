import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { type Criterion, viewOf } from './criterion.ts';
import { sbomComplete } from './sbom-complete.ts';
import { signerUnchanged } from './signer-unchanged.ts';
import { verifiedProvenance } from './verified-provenance.ts';
import { verifiedSignature } from './verified-signature.ts';

const RIGHT = { id: 'https://example.org/release', issuer: 'https://issuer.example.org' };

function verdict(pins: object[], spoil?: (facts: ReturnType<typeof goodFacts>) => void): string {
  const facts = goodFacts();
  spoil?.(facts);
  const threshold = verifiedSignature.threshold.parse(
    pins.length > 0 ? { signers: { [SUBJECT.purl]: pins } } : {},
  );
  return verifiedSignature.judge(viewOf(SUBJECT, factsFrom(facts), []), threshold, NOW).verdict;
}

test('only a pinned signer passes; nobody pinned is a proposal; somebody else fails', () => {
  assert.equal(verdict([RIGHT]), 'pass');
  assert.equal(verdict([{ id: 'https://example.org/old' }, RIGHT]), 'pass');
  assert.equal(verdict([]), 'unknown');
  assert.equal(verdict([{ ...RIGHT, id: 'https://example.org/other' }]), 'fail');
  assert.equal(verdict([{ ...RIGHT, issuer: 'https://other.example.org' }]), 'fail');
  // An identity without its issuer is anybody's name somewhere.
  assert.equal(verdict([{ id: RIGHT.id }]), 'fail');
  assert.equal(verdict([{ pattern: '^https://example\\.org/[a-z]+$', issuer: RIGHT.issuer }]), 'pass');
  assert.equal(verdict([{ pattern: '^https://example\\.org/[A-Z]+$', issuer: RIGHT.issuer }]), 'fail');
});

test('what was signed is one file: another of the release is not signed by it', () => {
  const facts = factsFrom(goodFacts());
  const artefact = facts.find((fact) => fact.type === 'release.artefact');
  assert.ok(artefact?.type === 'release.artefact');
  const second = {
    ...artefact,
    id: 'second',
    value: { ...artefact.value, name: 'b', sha256: 'c'.repeat(64) },
  };
  const threshold = verifiedSignature.threshold.parse({ signers: { [SUBJECT.purl]: [RIGHT] } });
  const view = viewOf(SUBJECT, [...facts, second], []);
  for (const [criterion, limits] of [
    [verifiedSignature, threshold],
    [verifiedProvenance, {}],
    [sbomComplete, {}],
    [signerUnchanged, {}],
  ] as const) {
    const one = criterion as Criterion;
    assert.equal(one.judge(viewOf(SUBJECT, facts, []), limits, NOW).verdict, 'pass', one.id);
    assert.equal(one.judge(view, limits, NOW).verdict, 'unknown', one.id);
  }
});

test('a new signer is a change, whoever else signed', () => {
  const facts = factsFrom(goodFacts());
  const signature = facts.find((fact) => fact.type === 'release.signature');
  const artefact = facts.find((fact) => fact.type === 'release.artefact');
  assert.ok(signature?.type === 'release.signature' && artefact?.type === 'release.artefact');
  const eve = { id: 'https://eve.example/release', issuer: 'https://issuer.example.org', name: null };
  const signed = { ...signature, id: 'eve', value: { ...signature.value, signer: eve } };
  const second = {
    ...artefact,
    id: 'second',
    value: { ...artefact.value, name: 'b', sha256: 'c'.repeat(64) },
  };
  const ofSecond = { ...signed, value: { ...signed.value, sha256: 'c'.repeat(64) } };
  for (const more of [[signed], [second, ofSecond]]) {
    const found = signerUnchanged.judge(viewOf(SUBJECT, [...facts, ...more], []), {}, NOW);
    assert.equal(found.verdict, 'fail');
    assert.match(found.reason, /^signed by https:\/\/eve\.example\/release/);
  }
});

test('what did not verify is not saved by a pin', () => {
  const cryptography = (to: 'fail' | 'unknown') => (facts: ReturnType<typeof goodFacts>) => {
    facts['release.signature'].cryptography = to;
  };
  assert.equal(verdict([RIGHT], cryptography('fail')), 'fail');
  assert.equal(verdict([RIGHT], cryptography('unknown')), 'unknown');
});

test('provenance of another version fails, although it makes its signature fail as well', () => {
  const facts = goodFacts();
  facts['release.signature'].cryptography = 'fail';
  facts['release.signature'].provenance.matches = 'fail';
  const view = viewOf(SUBJECT, factsFrom(facts), []);
  assert.equal(verifiedProvenance.judge(view, {}, NOW).verdict, 'fail');
});

type Signature = ReturnType<typeof goodFacts>['release.signature'];
/** The whole judgement of these signatures, by these pins. */
function judged(signatures: object[], pins: object[] = [RIGHT]) {
  const { 'release.signature': good, 'release.artefact': artefact } = goodFacts();
  const [base] = factsFrom({ 'release.signature': good });
  const facts = signatures.map((more, i) => ({ ...base, id: `s${i}`, value: { ...good, ...more } }));
  const threshold = verifiedSignature.threshold.parse(
    pins.length > 0 ? { signers: { [SUBJECT.purl]: pins } } : {},
  );
  const all = [...facts, ...factsFrom({ 'release.artefact': artefact })] as ReturnType<typeof factsFrom>;
  return verifiedSignature.judge(viewOf(SUBJECT, all, []), threshold, NOW);
}
const signer = (more: Partial<Signature['signer']>) => ({
  signer: { ...goodFacts()['release.signature'].signer, ...more },
});

test('without a proof it is said that there is none; a signature without a signer is none either', () => {
  assert.deepEqual(judged([]), {
    verdict: 'unknown',
    reason: 'no source gave a release file with proofs',
    numbers: {},
    evidence: [],
  });
  const none = judged([
    { signer: null, reason: 'a checksum' },
    { cryptography: 'unknown', reason: 'no key' },
  ]);
  assert.deepEqual(
    [none.verdict, none.reason, none.evidence],
    ['unknown', 'a checksum; no key', ['s0', 's1']],
  );
});

test('a judgement names who signed, how, and when', () => {
  const good = judged([{}]);
  assert.deepEqual(good, {
    verdict: 'pass',
    reason: 'sigstore-bundle: provenance of https://example.org/release',
    numbers: {
      scheme: 'sigstore-bundle',
      signer: RIGHT.id,
      signedAt: goodFacts()['release.signature'].signedAt,
    },
    evidence: ['s0'],
  });
  const proposal = judged([signer({ name: 'Aiko' as never })], []);
  assert.match(proposal.reason, /^a good signature of Aiko, but nobody is pinned/);
  assert.match(judged([{}], []).reason, /^a good signature of https:\/\/example\.org\/release, but/);
  const eve = judged([signer({ id: 'https://eve.example' })]);
  assert.equal(eve.reason, 'signed by https://eve.example, who is not pinned for this tool');
  assert.equal(eve.numbers.signer, 'https://eve.example');
  const both = judged([signer({ id: 'https://eve.example' }), {}]);
  assert.deepEqual([both.verdict, both.numbers.signer, both.evidence], ['pass', RIGHT.id, ['s1']]);
  const failed = judged([{}, { cryptography: 'fail', reason: 'the bytes differ', scheme: 'minisign' }]);
  assert.deepEqual(failed, {
    verdict: 'fail',
    reason: 'the bytes differ',
    numbers: { scheme: 'minisign' },
    evidence: ['s1'],
  });
});

test('nobody pinned is said by leaving a tool out, not by an empty list', () => {
  const pins = (list: object[]) =>
    verifiedSignature.threshold.safeParse({ signers: { 'pkg:npm/x': list } }).success;
  assert.deepEqual([pins([]), pins([RIGHT])], [false, true]);
});

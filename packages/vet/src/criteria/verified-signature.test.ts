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

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { type GoodFacts, judged, said } from '../testing/judged.ts';
import { NOW } from '../testing/repository.ts';
import { viewOf } from './criterion.ts';
import { signerUnchanged as criterion } from './signer-unchanged.ts';

const ISSUER = 'https://issuer.example.org';
const ME = 'https://example.org/release';
const earlier =
  (...signers: GoodFacts['release.previous']['signers']) =>
  (facts: GoodFacts) =>
    void (facts['release.previous'].signers = signers);

it('passes where the earlier signer signed again', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: `signed by ${ME} (vouched for by ${ISSUER}), as 1.4.0 was`,
    evidence: ['release.previous', 'release.signature'],
    numbers: { signer: ME },
  });
  assert.match(
    said(criterion, { facts: earlier({ id: 'other', issuer: null }, { id: ME, issuer: ISSUER }) }),
    /^pass/,
  );
});

it('fails where another did, and says who before', () => {
  const found = judged(criterion, {
    facts: earlier({ id: 'SHA256:old', issuer: null }, { id: ME, issuer: 'https://x' }),
  });
  assert.deepEqual(
    [found.verdict, found.reason, found.numbers],
    [
      'fail',
      `signed by ${ME} (vouched for by ${ISSUER}); 1.4.0 was signed by SHA256:old, ${ME} (vouched for by https://x)`,
      { signer: ME },
    ],
  );
  const unnamed = (facts: GoodFacts) => {
    earlier({ id: 'x', issuer: null })(facts);
    facts['release.previous'].version = null as never;
  };
  assert.match(said(criterion, { facts: unnamed }), /; the earlier version was signed by x$/);
});

it('fails where one of several was signed by another, and is unknown where one was not signed', () => {
  const facts = factsFrom(goodFacts());
  const [signature] = facts.filter(({ type }) => type === 'release.signature');
  const [artefact] = facts.filter(({ type }) => type === 'release.artefact');
  assert.ok(signature?.type === 'release.signature' && artefact?.type === 'release.artefact');
  const thief = {
    ...signature,
    id: 'second',
    value: { ...signature.value, signer: { id: 'thief', issuer: null, name: null } },
  };
  const second = {
    ...artefact,
    id: 'a2',
    value: { ...artefact.value, name: 'tool.deb', sha256: 'c'.repeat(64) },
  };
  const judge = (...more: typeof facts) => criterion.judge(viewOf(SUBJECT, [...facts, ...more], []), {}, NOW);
  const both = judge(thief);
  assert.deepEqual(
    [both.verdict, both.numbers.signer, both.evidence],
    ['fail', 'thief', ['release.previous', 'release.signature', 'second']],
  );
  assert.match(both.reason, /^signed by thief; /);
  const open = judge(second);
  assert.deepEqual([open.verdict, open.reason], ['unknown', 'no signature of tool.deb was verified']);
  // A signature that could not be verified is nobody's.
  const failed = { ...thief, value: { ...thief.value, cryptography: 'fail' as const } };
  const nobody = { ...thief, value: { ...thief.value, signer: null } };
  assert.equal(judge(failed, nobody).verdict, 'pass');
});

it('is unknown without either side', () => {
  assert.equal(
    said(criterion, { only: {} }),
    'unknown: no source gave the evidence pack of the version in use',
  );
  assert.equal(
    said(criterion, { facts: earlier() }),
    'unknown: the earlier evidence pack holds no verified signature',
  );
  assert.equal(
    said(criterion, { facts: (facts) => (facts['release.signature'].cryptography = 'unknown') }),
    'unknown: no signature of this version was verified',
  );
});

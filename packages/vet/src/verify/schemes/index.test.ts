import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { artefactOfBytes } from '../artefact.ts';
import type { ProofFile, Scheme } from '../scheme.ts';
import { type Case, goodCases } from '../testing/cases.ts';
import { VERDICT_OF, type Verification } from '../verification.ts';
import { SCHEMES, schemeOf } from './index.ts';

let cases: Case[];
before(async () => {
  cases = await goodCases();
});

const schemeNamed = (name: string): Scheme => {
  const found = SCHEMES.find((one) => one.name === name);
  assert.ok(found);
  return found;
};

function run(one: Case, changes: Partial<Case> = {}): Promise<Verification> {
  const { scheme, bytes, proof, certificate, expected, trust, now } = { ...one, ...changes };
  const artefact = artefactOfBytes('tool', bytes);
  return schemeNamed(scheme).verify({
    artefact,
    proof,
    expected,
    trust,
    now,
    ...(certificate && { certificate }),
  });
}

describe('every scheme', () => {
  it('has a good case, unless it can only show integrity', () => {
    const missing = SCHEMES.filter(
      ({ name }) => name !== 'checksums' && !cases.some(({ scheme }) => scheme === name),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });

  it('recognises its own proofs and nobody else does', () => {
    for (const one of cases) {
      const claim = SCHEMES.filter((scheme) => scheme.recognise(one.proof)).map(({ name }) => name);
      assert.deepEqual(claim, [one.scheme], `${one.scheme}, ${one.title}`);
    }
  });

  it('passes its good case and names signer, time and digest', async () => {
    for (const one of cases) {
      const found = await run(one);
      assert.equal(found.verdict, 'pass', `${one.scheme}, ${one.title}: ${found.code}, ${found.reason}`);
      assert.ok(found.signer && found.time && found.artefact.digests.sha256, one.title);
    }
  });

  it('fails other bytes', async () => {
    for (const one of cases) {
      if (one.embedded) continue;
      const found = await run(one, { bytes: Buffer.concat([one.bytes, Buffer.from('x')]) });
      assert.equal(found.verdict, 'fail', `${one.scheme}, ${one.title}: ${found.code}, ${found.reason}`);
    }
  });

  it('passes nobody but the expected signer', async () => {
    for (const one of cases) {
      const found = await run(one, { expected: one.other });
      assert.notEqual(found.verdict, 'pass', `${one.scheme}, ${one.title}`);
    }
  });

  it('is unknown when nobody is expected', async () => {
    for (const one of cases) {
      const found = await run(one, { expected: { signers: [] } });
      assert.equal(found.verdict, 'unknown', `${one.scheme}, ${one.title}: ${found.code}, ${found.reason}`);
    }
  });

  it('never passes a proof with one changed byte that matters, and never throws', async () => {
    for (const one of cases) {
      const good = await run(one);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(one.proof.bytes.length - 1),
          fc.integer({ min: 1, max: 255 }),
          async (at, by) => {
            const bytes = Buffer.from(one.proof.bytes);
            bytes[at] = (bytes[at] ?? 0) ^ by;
            const proof = { ...one.proof, bytes };
            const found = await run(one, one.embedded ? { proof, bytes } : { proof });
            if (found.verdict !== 'pass') return;
            // Some bytes of a proof are not signed (white space, comments, unused copies). What then passes must say
            // exactly the same of the same bytes by the same signer.
            assert.deepEqual(
              { ...found.signer, algorithm: '' },
              { ...good.signer, algorithm: '' },
              `${one.scheme} at ${at}`,
            );
            assert.deepEqual(found.statement?.subject, good.statement?.subject, `${one.scheme} at ${at}`);
            if (one.embedded)
              assert.ok(onlyBlanks(one.bytes, bytes), `${one.scheme} passes with another byte at ${at}`);
          },
        ),
        { numRuns: 120 },
      );
    }
  });

  it('ends on any bytes without a pass, a throw or a crash', async () => {
    const heads = cases.map(({ proof }) => proof.bytes.subarray(0, 60));
    const [first] = cases;
    assert.ok(first);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.constantFrom(...heads, Buffer.alloc(0)), fc.uint8Array({ maxLength: 300 })),
        fc.constantFrom(...SCHEMES),
        async ([head, rest], scheme) => {
          const proof: ProofFile = { name: 'x', bytes: Buffer.concat([head, rest]) };
          schemeOf(proof);
          const signers = cases.flatMap(({ expected }) => expected.signers);
          const expected = { signers, purl: 'pkg:npm/x@1' };
          const artefact = artefactOfBytes('tool', first.bytes);
          const found = await scheme.verify({
            artefact,
            proof,
            expected,
            trust: first.trust,
            now: first.now,
          });
          assert.notEqual(found.verdict, 'pass');
          assert.equal(found.verdict, VERDICT_OF[found.code]);
        },
      ),
      { numRuns: 400 },
    );
  });
});

/** OpenPGP's cleartext form leaves white space at line ends and the armor's own padding unsigned. */
function onlyBlanks(before: Uint8Array, after: Uint8Array): boolean {
  const signed = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString('latin1')
      .split('-----BEGIN')[1]
      ?.split(/\r?\n/)
      .map((line) => line.trimEnd())
      .join('\n');
  return signed(before) === signed(after);
}

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { artefactOfBytes, verifyArtefact } from './index.ts';
import { SCHEMES } from './schemes/index.ts';
import {
  IDENTITY,
  ISSUER,
  SIGNED_AT,
  type TestBundle,
  type TestSigstore,
  testSigstore,
} from './testing/signer.ts';

const BYTES = Buffer.from('tool');
let sigstore: TestSigstore;
let good: TestBundle;
before(async () => {
  sigstore = await testSigstore();
  good = await sigstore.sign(BYTES);
});

/** Runs it through the recognised scheme and, since recognition is only a shortcut, through every other as well. */
async function outcomes(proof: Buffer): Promise<string[]> {
  const expected = {
    signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER } as const],
    purl: 'pkg:npm/tool@1.0.0',
  };
  const now = new Date(SIGNED_AT.getTime() + 1000);
  const artefact = artefactOfBytes('tool', BYTES);
  const file = { name: 'proof', bytes: proof };
  const found = [await verifyArtefact(artefact, { proof: file }, expected, sigstore.trust, now)];
  for (const scheme of SCHEMES) {
    found.push(await scheme.verify({ artefact, proof: file, expected, trust: sigstore.trust, now }));
  }
  return found.map(({ verdict }) => verdict);
}

const bent = (bend: (copy: TestBundle) => void): Buffer => {
  const copy = structuredClone(good);
  bend(copy);
  return Buffer.from(JSON.stringify(copy));
};

const chain = (copy: TestBundle, length: number) => {
  const one = copy.verificationMaterial.certificate;
  delete copy.verificationMaterial.certificate;
  copy.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.2';
  copy.verificationMaterial.x509CertificateChain = { certificates: Array(length).fill(one) };
};

describe('hostile proofs end soon, with a reason, and never pass', () => {
  const cases: [string, () => Buffer][] = [
    [
      'JSON 10,000 deep',
      () =>
        Buffer.from(
          `{"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.3","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
        ),
    ],
    ['JSON 10 million deep', () => Buffer.alloc(10_000_000, '[')],
    ['a certificate chain 1,000 long', () => bent((copy) => chain(copy, 1000))],
    [
      '1,000 log entries',
      () =>
        bent(
          (copy) =>
            (copy.verificationMaterial.tlogEntries = Array(1000).fill(
              copy.verificationMaterial.tlogEntries[0],
            )),
        ),
    ],
    [
      '100,000 hashes in a proof',
      () =>
        bent(
          (copy) =>
            (copy.verificationMaterial.tlogEntries[0].inclusionProof.hashes = Array(100_000).fill('AAAA')),
        ),
    ],
    [
      'a million attestations',
      () =>
        Buffer.from(
          `${JSON.stringify({ mediaType: 'application/vnd.dev.sigstore.bundle+json' })}\n`.repeat(100_000),
        ),
    ],
    [
      'numbers that are none',
      () => bent((copy) => (copy.verificationMaterial.tlogEntries[0].integratedTime = '9'.repeat(400))),
    ],
    [
      'a checkpoint of lines only',
      () =>
        bent(
          (copy) =>
            (copy.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint.envelope = '\n'.repeat(
              1_000_000,
            )),
        ),
    ],
    [
      'a name that is a regular expression',
      () =>
        bent((copy) => {
          const checkpoint = copy.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint;
          checkpoint.envelope = checkpoint.envelope.replace('— rekor.example', '— (a+)+$');
        }),
    ],
    [
      'properties of every object',
      () =>
        Buffer.from(
          '{"__proto__":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"},"constructor":{"prototype":{}}}',
        ),
    ],
    [
      'a million line ends within',
      () => Buffer.from(`{"mediaType":"application/vnd.dev.sigstore.bundle"}${'\n'.repeat(1_000_000)}x`),
    ],
    [
      'five million log entries of nothing',
      () =>
        Buffer.from(
          `{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"tlogEntries":[${'{},'.repeat(5_000_000)}{}]}}`,
        ),
    ],
    ['16 MiB of white space', () => Buffer.alloc(16 * 1024 * 1024, ' ')],
    ['an endless armor', () => Buffer.from(`-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(5_000_000)}`)],
    ['nested OpenPGP', () => Buffer.from(`-----BEGIN PGP SIGNED MESSAGE-----\n`.repeat(100_000))],
    ['two documents in one', () => Buffer.from(`${JSON.stringify(good)}${JSON.stringify(good)}`)],
  ];
  for (const [name, build] of cases) {
    it(name, async () => {
      const proof = build();
      const started = cpuTime();
      const verdicts = await outcomes(proof);
      const took = cpuTime() - started;
      assert.ok(!verdicts.includes('pass'), verdicts.join(', '));
      assert.ok(took < 10_000, `${took} ms`);
    });
  }

  it('a chain of few certificates is not refused for its length', async () => {
    const verdicts = await outcomes(bent((copy) => chain(copy, 3)));
    assert.equal(verdicts[0], 'pass');
  });
});

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { type TestBundle, testSigstore } from '../testing/signer.ts';
import { keyFingerprint, requireSameSigner, requireSameTree } from './log-entry.ts';
import { bundleOf } from './parse.ts';

type Entry = Parameters<typeof requireSameTree>[0];

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SPKI = publicKey.export({ format: 'der', type: 'spki' });
const PEM = String(publicKey.export({ format: 'pem', type: 'spki' }));
const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64');
let bundle: TestBundle;
let certificate: Buffer;
let certificatePem: string;
before(async () => {
  bundle = await (await testSigstore()).sign(Buffer.from('tool'));
  const raw: string = bundle.verificationMaterial.certificate.rawBytes;
  certificate = Buffer.from(raw, 'base64');
  certificatePem = `-----BEGIN CERTIFICATE-----\n${raw}\n-----END CERTIFICATE-----\n`;
});

function entry(kind: string, version: string, spec: unknown): Entry {
  const canonicalizedBody = Buffer.from(JSON.stringify({ spec }));
  return { kindVersion: { kind, version }, canonicalizedBody } as Entry;
}
/** Each kind of entry, made for these signers; `raw` those that hold DER in base64, the others PEM in base64. */
const KINDS: [kind: string, version: string, raw: boolean, spec: (signers: unknown[]) => unknown][] = [
  ['hashedrekord', '0.0.1', false, ([content]) => ({ signature: { publicKey: { content } } })],
  ['dsse', '0.0.1', false, (all) => ({ signatures: all.map((verifier) => ({ verifier })) })],
  [
    'intoto',
    '0.0.2',
    false,
    (all) => ({ content: { envelope: { signatures: all.map((publicKey) => ({ publicKey })) } } }),
  ],
  ['hashedrekord', '0.0.2', true, ([verifier]) => ({ hashedRekordV002: { signature: { verifier } } })],
  ['dsse', '0.0.2', true, (all) => ({ dsseV002: { signatures: all.map((verifier) => ({ verifier })) } })],
];

describe('who a log entry was made for', () => {
  const other = (code: string) => ({
    code,
    message: 'the log entry was made for another certificate or key than the bundle has',
  });

  it('is the signer of the bundle, a key or a certificate, in every kind', () => {
    for (const [kind, version, raw, spec] of KINDS) {
      const [key, cert] = raw
        ? [{ publicKey: { rawBytes: base64(SPKI) } }, { x509Certificate: { rawBytes: base64(certificate) } }]
        : [base64(PEM), base64(certificatePem)];
      const title = `${kind} ${version}`;
      requireSameSigner(entry(kind, version, spec([key])), SPKI, 'log-entry-invalid');
      requireSameSigner(entry(kind, version, spec([cert])), certificate, 'log-entry-invalid');
      for (const otherwise of ['log-entry-invalid', 'certificate-invalid'] as const)
        assert.throws(
          () => requireSameSigner(entry(kind, version, spec([cert])), SPKI, otherwise),
          other(otherwise),
          title,
        );
    }
  });

  it('is exactly one', () => {
    const one = { code: 'log-entry-invalid', message: 'the log entry does not name exactly one signer' };
    for (const [kind, version, raw, spec] of KINDS.filter(([kind]) => kind !== 'hashedrekord')) {
      const key = raw ? { publicKey: { rawBytes: base64(SPKI) } } : base64(PEM);
      for (const signers of [[], [key, key]])
        assert.throws(
          () => requireSameSigner(entry(kind, version, spec(signers)), SPKI, 'certificate-invalid'),
          one,
        );
      assert.throws(() => requireSameSigner(entry(kind, version, {}), SPKI, 'certificate-invalid'), one);
    }
  });

  it('must be there to be read', () => {
    for (const [kind, version, raw, spec] of KINDS) {
      for (const none of [undefined, 'x', { publicKey: {} }]) {
        const message = raw
          ? /^the log entry was made for another/
          : /^the log entry holds no readable certificate or key$/;
        const made = entry(kind, version, spec([none]));
        assert.throws(() => requireSameSigner(made, SPKI, 'log-entry-invalid'), {
          code: 'log-entry-invalid',
          message,
        });
      }
    }
    const broken = { ...entry('dsse', '0.0.1', {}), canonicalizedBody: Buffer.from('{') };
    assert.throws(() => requireSameSigner(broken, SPKI, 'certificate-invalid'), {
      code: 'log-entry-invalid',
      message: 'the log entry is not JSON',
    });
    const deep = { ...broken, canonicalizedBody: Buffer.alloc(100, '[') };
    assert.throws(() => requireSameSigner(deep, SPKI, 'certificate-invalid'), { code: 'limit' });
  });

  it('is not understood in a kind that nobody knows here', () => {
    for (const [kind, version] of [
      ['rekord', '0.0.1'],
      ['dsse', '0.0.3'],
      ['intoto', '0.0.1'],
    ] as const)
      assert.throws(() => requireSameSigner(entry(kind, version, {}), SPKI, 'log-entry-invalid'), {
        code: 'unsupported',
      });
  });
});

describe('the tree of a log entry', () => {
  const made = () => structuredClone(bundleOf(bundle).verificationMaterial.tlogEntries[0]) as Entry;
  /** The entry's proof, changed. */
  const bent = (bend: (proof: NonNullable<Entry['inclusionProof']>) => void): Entry => {
    const one = made();
    assert.ok(one.inclusionProof);
    bend(one.inclusionProof);
    return one;
  };
  const envelope = (change: (text: string) => string) =>
    bent((proof) => {
      assert.ok(proof.checkpoint);
      proof.checkpoint.envelope = change(proof.checkpoint.envelope);
    });

  it('is the one that the log signed in its checkpoint', () => {
    requireSameTree(made());
    const otherTree = {
      code: 'log-entry-invalid',
      message: 'the inclusion proof is of another tree than the checkpoint',
    };
    assert.throws(() => requireSameTree(bent((proof) => (proof.treeSize = '2'))), otherTree);
    assert.throws(() => requireSameTree(bent((proof) => (proof.rootHash = Buffer.alloc(32)))), otherTree);
    assert.throws(() => requireSameTree(bent((proof) => (proof.rootHash = Buffer.alloc(0)))), otherTree);
    assert.throws(() => requireSameTree(bent((proof) => (proof.treeSize = '0'))), otherTree);
    assert.throws(() => requireSameTree(bent((proof) => (proof.checkpoint = undefined))), otherTree);
  });

  it('claims nothing where there is no proof, or none of root and size', () => {
    requireSameTree({ ...made(), inclusionProof: undefined });
    requireSameTree(
      bent((proof) => {
        proof.rootHash = Buffer.alloc(0);
        proof.treeSize = '0';
        proof.checkpoint = undefined;
      }),
    );
  });

  it('is signed in a note that holds nothing else', () => {
    const more = {
      code: 'log-entry-invalid',
      message: 'the checkpoint holds more than its text and signatures',
    };
    requireSameTree(envelope((text) => `${text}\u2014 other.example AAAA\n`));
    for (const change of [
      (text: string) => `${text}x`,
      (text: string) => `${text}\n`,
      (text: string) => text.replace('\u2014', '-'),
      (text: string) => text.trimEnd(),
      (text: string) => `${text}\u2014 other.example AAA\n`,
      (text: string) => `${text}\u2014 other.example AA==x\n`,
      (text: string) => `${text}\u2014 other.example AAAA AAAA\n`,
    ])
      assert.throws(() => requireSameTree(envelope(change)), more, change.toString());
  });
});

describe("a key's fingerprint", () => {
  it('is SHA-256 over its bytes, in base64 without padding', () => {
    const wanted = createHash('sha256').update(SPKI).digest('base64').slice(0, 43);
    assert.equal(keyFingerprint(SPKI), `SHA256:${wanted}`);
  });
});

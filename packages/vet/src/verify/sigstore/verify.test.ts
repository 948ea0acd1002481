import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { initializeTLog } from '@sigstore/mock';
import { artefactOfBytes } from '../artefact.ts';
import type { Expected } from '../expected.ts';
import { sigstoreBundle } from '../schemes/sigstore-bundle.ts';
import {
  IDENTITY,
  ISSUER,
  logged,
  SIGNED_AT,
  type TestBundle,
  type TestSigstore,
  testSigstore,
} from '../testing/signer.ts';
import { readRoot, type TrustRoot } from '../trust/root.ts';
import type { ReasonCode, Verification } from '../verification.ts';

const BYTES = Buffer.from('the tool, as released');
const NOW = new Date(SIGNED_AT.getTime() + 3_600_000);
const PINNED: Expected = { signers: [{ kind: 'certificate', identity: IDENTITY, issuer: ISSUER }] };
const digests = {
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  sha512: createHash('sha512').update(BYTES).digest('hex'),
};

let sigstore: TestSigstore;
before(async () => {
  sigstore = await testSigstore();
});

async function verify(
  bundle: TestBundle,
  {
    expected = PINNED,
    bytes = BYTES,
    trust = sigstore.trust,
    now = NOW,
  }: { expected?: Expected; bytes?: Buffer; trust?: TrustRoot; now?: Date } = {},
): Promise<Verification> {
  const proof = { name: 'bundle.json', bytes: Buffer.from(JSON.stringify(bundle)) };
  assert.ok(sigstoreBundle.recognise(proof));
  return sigstoreBundle.verify({ artefact: artefactOfBytes('tool', bytes), proof, expected, trust, now });
}

/** A copy of the bundle, bent. */
function bent(bundle: TestBundle, bend: (copy: TestBundle) => void): TestBundle {
  const copy = structuredClone(bundle);
  bend(copy);
  return copy;
}

/** Flips one bit of a base64 value, in the middle unless said otherwise. */
function flip(base64: string, at?: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = at ?? bytes.length >> 1;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return bytes.toString('base64');
}

const statement = (subject: object[], predicateType = 'https://example.org/p', predicate: object = {}) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType,
  predicate,
});

describe('a Sigstore bundle over an artefact', () => {
  it('passes for its bytes and its signer, and says who, when, and how that is known', async () => {
    const found = await verify(await sigstore.sign(BYTES));
    assert.equal(found.verdict, 'pass');
    assert.deepEqual(
      [found.signer?.kind === 'certificate' && found.signer.identity, found.time?.from],
      [IDENTITY, 'transparency-log'],
    );
    assert.equal(found.time?.from !== 'none' && found.time?.at, SIGNED_AT.toISOString());
    assert.equal(found.artefact.digests.sha256, digests.sha256);
  });

  it('passes in every media type that bundles have had, each with what it must hold', async () => {
    const bundle = await sigstore.sign(BYTES);
    const older = (version: string) =>
      bent(bundle, (copy) => {
        copy.mediaType = `application/vnd.dev.sigstore.bundle+json;version=${version}`;
        const { certificate } = copy.verificationMaterial;
        copy.verificationMaterial.x509CertificateChain = { certificates: [certificate] };
        delete copy.verificationMaterial.certificate;
      });
    for (const version of ['0.1', '0.2'])
      assert.equal((await verify(older(version))).verdict, 'pass', version);
    const onlyPromise = bent(
      older('0.1'),
      (copy) => delete copy.verificationMaterial.tlogEntries[0].inclusionProof,
    );
    assert.equal((await verify(onlyPromise)).verdict, 'pass');
  });

  it('takes the time from a timestamp authority where the log gives no promise', async () => {
    const stamped = bent(await sigstore.sign(BYTES, { timestamped: true }), (copy) => {
      delete copy.verificationMaterial.tlogEntries[0].inclusionPromise;
    });
    const found = await verify(stamped);
    assert.deepEqual([found.verdict, found.time?.from], ['pass', 'timestamp-authority']);
  });

  it('fails each with its own reason', async () => {
    const bundle = await sigstore.sign(BYTES);
    const other = await sigstore.sign(Buffer.from('another artefact'));
    const entry = (copy: TestBundle) => copy.verificationMaterial.tlogEntries[0];
    const cases: [string, TestBundle, ReasonCode, Parameters<typeof verify>[1]?][] = [
      [
        'one byte of the artefact',
        bundle,
        'artefact-mismatch',
        { bytes: Buffer.from('The tool, as released') },
      ],
      ["another artefact's bundle", other, 'artefact-mismatch'],
      [
        'one bit of the signature',
        bent(bundle, (copy) => (copy.messageSignature.signature = flip(copy.messageSignature.signature))),
        'signature-invalid',
      ],
      [
        'one bit of the certificate',
        bent(
          bundle,
          (copy) =>
            (copy.verificationMaterial.certificate.rawBytes = flip(
              copy.verificationMaterial.certificate.rawBytes,
              -1 + Buffer.from(copy.verificationMaterial.certificate.rawBytes, 'base64').length,
            )),
        ),
        'certificate-invalid',
      ],
      [
        'one bit of the promise',
        bent(
          bundle,
          (copy) =>
            (entry(copy).inclusionPromise.signedEntryTimestamp = flip(
              entry(copy).inclusionPromise.signedEntryTimestamp,
            )),
        ),
        'log-entry-invalid',
      ],
      [
        'another time of the log',
        bent(bundle, (copy) => (entry(copy).integratedTime = String(Number(entry(copy).integratedTime) + 1))),
        'log-entry-invalid',
      ],
      [
        'the entry of another signature',
        bent(
          bundle,
          (copy) => (copy.verificationMaterial.tlogEntries = other.verificationMaterial.tlogEntries),
        ),
        'log-entry-invalid',
      ],
      [
        'the certificate of another signature',
        bent(
          bundle,
          (copy) => (copy.verificationMaterial.certificate = other.verificationMaterial.certificate),
        ),
        'signature-invalid',
      ],
      [
        'a log entry that is no JSON',
        bent(bundle, (copy) => (entry(copy).canonicalizedBody = Buffer.from('{').toString('base64'))),
        'log-entry-invalid',
      ],
      [
        'one bit of the root hash',
        bent(
          bundle,
          (copy) => (entry(copy).inclusionProof.rootHash = flip(entry(copy).inclusionProof.rootHash)),
        ),
        'log-entry-invalid',
      ],
      [
        'no root hash',
        bent(bundle, (copy) => (entry(copy).inclusionProof.rootHash = '')),
        'log-entry-invalid',
      ],
      [
        'another size of the tree',
        bent(bundle, (copy) => (entry(copy).inclusionProof.treeSize = '2')),
        'log-entry-invalid',
      ],
      ['no inclusion proof', bent(bundle, (copy) => delete entry(copy).inclusionProof), 'no-inclusion-proof'],
      ['no log entry at all', await sigstore.sign(BYTES, { unlogged: true }), 'no-trusted-time'],
      [
        'a timestamp, but no log',
        await sigstore.sign(BYTES, { unlogged: true, timestamped: true }),
        'no-inclusion-proof',
      ],
      [
        'no promise and no timestamp',
        bent(bundle, (copy) => delete entry(copy).inclusionPromise),
        'no-trusted-time',
      ],
      [
        'a log entry from the future',
        bundle,
        'log-entry-invalid',
        { now: new Date(SIGNED_AT.getTime() - 1000) },
      ],
      ['another identity', await sigstore.sign(BYTES, { identity: `${IDENTITY}x` }), 'other-identity'],
      [
        'another issuer',
        await sigstore.sign(BYTES, { issuer: 'https://accounts.example' }),
        'other-identity',
      ],
    ];
    for (const [name, bad, code, options] of cases) {
      const found = await verify(bad, options);
      assert.deepEqual(
        [found.verdict, found.code],
        ['fail', code],
        `${name}: ${found.code}, ${found.reason}`,
      );
    }
  });

  it('fails when the log saw it after the certificate had ended', async () => {
    const bundle = await sigstore.sign(BYTES);
    const entry = JSON.parse(
      Buffer.from(bundle.verificationMaterial.tlogEntries[0].canonicalizedBody, 'base64').toString(),
    );
    // The same entry, in a log that saw it half an hour later.
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const log = await initializeTLog('https://rekor.example', key, new Date(SIGNED_AT.getTime() + 1_800_000));
    const { verification, logIndex, integratedTime } = await logged(log, entry);
    const der = key.publicKey.export({ format: 'der', type: 'spki' });
    const keyId = createHash('sha256').update(der).digest('base64');
    const stored: TestBundle = structuredClone(sigstore.stored);
    stored.trustedRoot.tlogs[0].publicKey.rawBytes = der.toString('base64');
    stored.trustedRoot.tlogs[0].logId.keyId = keyId;
    const bad = bent(bundle, (copy) => {
      const one = copy.verificationMaterial.tlogEntries[0];
      Object.assign(one, {
        logIndex: String(logIndex),
        logId: { keyId },
        integratedTime: String(integratedTime),
      });
      one.inclusionPromise.signedEntryTimestamp = verification.signedEntryTimestamp;
      one.inclusionProof.checkpoint.envelope = verification.inclusionProof.checkpoint;
    });
    const found = await verify(bad, { trust: readRoot(stored) });
    assert.deepEqual([found.verdict, found.code], ['fail', 'certificate-expired'], found.reason);
  });

  it('is unknown, and not failed, where the authority is not known', async () => {
    const elsewhere = await testSigstore();
    const bundle = await elsewhere.sign(BYTES);
    assert.deepEqual(pick(await verify(bundle)), ['unknown', 'unknown-authority']);
    const old = readRoot({ ...sigstore.stored, asOf: '2026-01-01T00:00:00Z' });
    const outdated = await verify(bundle, { trust: old });
    assert.deepEqual(pick(outdated), ['unknown', 'outdated-root']);
    assert.match(outdated.reason, /trust update/);
  });

  it('is unknown where it is the certificate log that is not known', async () => {
    const bundle = await sigstore.sign(BYTES);
    const without = (asOf: string): TrustRoot => {
      const stored: TestBundle = structuredClone(sigstore.stored);
      stored.trustedRoot.ctlogs = [];
      return readRoot({ ...stored, asOf });
    };
    const [before, after] = [-1, 1].map((days) =>
      new Date(SIGNED_AT.getTime() + days * 86_400_000).toISOString(),
    );
    assert.deepEqual(pick(await verify(bundle, { trust: without(after ?? '') })), [
      'unknown',
      'unknown-authority',
    ]);
    const outdated = await verify(bundle, { trust: without(before ?? '') });
    assert.deepEqual(pick(outdated), ['unknown', 'outdated-root']);
    assert.match(outdated.reason, /certificate log .*trust update/);
  });

  it('proposes a first-seen signer and does not take it', async () => {
    const found = await verify(await sigstore.sign(BYTES), { expected: { signers: [] } });
    assert.deepEqual(pick(found), ['unknown', 'first-seen']);
    assert.deepEqual(found.proposal, { kind: 'certificate', identity: IDENTITY, issuer: ISSUER });
  });

  it('takes a pattern only when it is anchored, and holds it against the whole identity', async () => {
    const bundle = await sigstore.sign(BYTES);
    const by = (pattern: string) =>
      verify(bundle, { expected: { signers: [{ kind: 'certificate-pattern', pattern, issuer: ISSUER }] } });
    assert.equal((await by('^https://github\\.com/acme/tool/.+@refs/tags/v[0-9.]+$')).verdict, 'pass');
    assert.deepEqual(pick(await by('https://github\\.com/acme/.*')), ['unknown', 'not-understood']);
    assert.deepEqual(pick(await by('^(h+)+$')), ['unknown', 'not-understood']);
    assert.deepEqual(pick(await by('^x)|(?:.*tags/v1\\.2\\.3$')), ['unknown', 'not-understood']);
    assert.deepEqual(pick(await by('^https://github\\.com/acme|x$')), ['fail', 'other-identity']);
  });

  it('verifies with a pinned key, and not with another', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const pem = key.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const bundle = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: 'k' }, tlogEntries: [], timestampVerificationData: {} },
      messageSignature: {
        messageDigest: {
          algorithm: 'SHA2_256',
          digest: Buffer.from(digests.sha256, 'hex').toString('base64'),
        },
        signature: sign('sha256', BYTES, key.privateKey).toString('base64'),
      },
    };
    assert.equal(
      (await verify(bundle, { expected: { signers: [{ kind: 'public-key', pem }] } })).verdict,
      'pass',
    );
    const other = generateKeyPairSync('ec', { namedCurve: 'P-384' })
      .publicKey.export({ format: 'pem', type: 'spki' })
      .toString();
    assert.deepEqual(
      pick(await verify(bundle, { expected: { signers: [{ kind: 'public-key', pem: other }] } })),
      ['fail', 'signature-invalid'],
    );
    assert.deepEqual(pick(await verify(bundle)), ['unknown', 'unknown-key']);
  });
});

describe('one flipped bit anywhere in a bundle', () => {
  it('fails by the name of what was changed', async () => {
    const bundle = await sigstore.attest(statement([{ name: 'tool', digest: digests }]));
    const entry = (copy: TestBundle) => copy.verificationMaterial.tlogEntries[0];
    const paths: [string, (copy: TestBundle) => [TestBundle, string], ReasonCode][] = [
      ['payload', (copy) => [copy.dsseEnvelope, 'payload'], 'signature-invalid'],
      ['signature', (copy) => [copy.dsseEnvelope.signatures[0], 'sig'], 'signature-invalid'],
      ['certificate', (copy) => [copy.verificationMaterial.certificate, 'rawBytes'], 'certificate-invalid'],
      ['promise', (copy) => [entry(copy).inclusionPromise, 'signedEntryTimestamp'], 'log-entry-invalid'],
      ['body', (copy) => [entry(copy), 'canonicalizedBody'], 'log-entry-invalid'],
      ['root hash', (copy) => [entry(copy).inclusionProof, 'rootHash'], 'log-entry-invalid'],
      // Another log's name is a log that nobody knows.
      ['log id', (copy) => [entry(copy).logId, 'keyId'], 'unknown-authority'],
    ];
    for (const [name, at, code] of paths) {
      const [holder, key] = at(bundle);
      const length = Buffer.from(holder[key], 'base64').length;
      for (let index = 0; index < length; index += Math.max(1, Math.floor(length / 160))) {
        const bad = bent(bundle, (copy) => {
          const [one, field] = at(copy);
          one[field] = flip(one[field], index);
        });
        const found = await verify(bad);
        assert.equal(found.code, code, `${name}, byte ${index}: ${found.reason}`);
      }
    }
  });

  it('of the checkpoint or another number of its tree fails as well', async () => {
    const bundle = await sigstore.attest(statement([{ name: 'tool', digest: digests }]));
    const bend = async (change: (proof: TestBundle) => void) =>
      pick(
        await verify(bent(bundle, (copy) => change(copy.verificationMaterial.tlogEntries[0].inclusionProof))),
      );
    const { envelope } = bundle.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint;
    for (let at = 0; at < envelope.length; at++) {
      const code = envelope.charCodeAt(at) ^ 1;
      const bad = envelope.slice(0, at) + String.fromCharCode(code) + envelope.slice(at + 1);
      const [verdict, why] = await bend((proof) => (proof.checkpoint.envelope = bad));
      assert.deepEqual([verdict, why], ['fail', 'log-entry-invalid'], `character ${at}`);
    }
    for (const size of ['0', '2', '01', '4294967297', '-1', 'x'])
      assert.equal((await bend((proof) => (proof.treeSize = size)))[0], 'fail', size);
  });
});

const pick = ({ verdict, code }: Verification) => [verdict, code];

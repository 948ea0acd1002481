import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { IDENTITY, ISSUER, SIGNED_AT, type TestBundle, testSigstore } from '../testing/signer.ts';
import { readRoot, type TrustRoot } from '../trust/root.ts';
import { BYTES, digests, pick, sigstore, verify } from './testing/bundle.ts';

describe('a Sigstore bundle over an artefact', () => {
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

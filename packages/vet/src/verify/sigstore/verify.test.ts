import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { initializeTLog } from '@sigstore/mock';
import { IDENTITY, logged, SIGNED_AT, type TestBundle } from '../testing/signer.ts';
import { readRoot } from '../trust/root.ts';
import type { ReasonCode } from '../verification.ts';
import { BYTES, bent, digests, flip, sigstore, verify } from './testing/bundle.ts';

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
});

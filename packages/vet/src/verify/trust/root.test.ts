import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { type TestBundle, testSigstore } from '../testing/signer.ts';
import { readRoot, readSigstoreRoot, type StoredRoot, vendoredRoot } from './root.ts';

const { stored } = await testSigstore();
const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  format: 'der',
  type: 'spki',
});
const npmKey = (more: object = {}, validFor: object = { start: '2020-01-01T00:00:00Z' }) => ({
  keyId: 'SHA256:k',
  keyUsage: 'npm:signatures',
  publicKey: { rawBytes: spki.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
  ...more,
});
/** The stored root, changed. */
const bent = (bend: (copy: TestBundle) => void): StoredRoot => {
  const copy = structuredClone(stored) as TestBundle;
  bend(copy);
  return copy;
};
const bad = (message: RegExp | string) => (error: unknown) => {
  assert.ok(error instanceof ToolcribError);
  assert.equal(error.code, 'bad-file');
  assert.match(error.message, typeof message === 'string' ? new RegExp(`^${message}$`) : message);
  return true;
};

describe('a trust root', () => {
  it('has its authorities, its age, its origin, and a digest of what it was read from', () => {
    const root = readRoot(stored);
    const { tlogs, ctlogs, certificateAuthorities, timestampAuthorities } = root.material;
    assert.deepEqual(
      [tlogs, ctlogs, certificateAuthorities, timestampAuthorities].map((all) => all.length),
      [1, 1, 1, 1],
    );
    assert.deepEqual([root.origin, root.asOf], ['test', stored.asOf]);
    assert.equal(root.sha256, createHash('sha256').update(JSON.stringify(stored)).digest('hex'));
    assert.deepEqual(root.npmKeys, []);
  });

  it('has the keys of the npm registry, with and without an end', () => {
    const ended = npmKey(
      { keyId: 'SHA256:old' },
      { start: '2020-01-01T00:00:00Z', end: '2025-01-01T00:00:00Z' },
    );
    const [old, current] = readRoot({ ...stored, npmKeys: [ended, npmKey()] }).npmKeys;
    assert.equal(old?.end?.toISOString(), '2025-01-01T00:00:00.000Z');
    assert.deepEqual(
      [current?.keyId, current?.usage, current?.end],
      ['SHA256:k', 'npm:signatures', undefined],
    );
    assert.equal(current?.start.toISOString(), '2020-01-01T00:00:00.000Z');
    assert.ok(current?.key.export({ format: 'der', type: 'spki' }).equals(spki));
  });

  it('leaves out a log of which it is not said since when its key counts', () => {
    for (const kind of ['tlogs', 'ctlogs'] as const) {
      const root = readRoot(
        bent((copy) => {
          const [log] = copy.trustedRoot[kind];
          copy.trustedRoot[kind] = [{ ...log, publicKey: { ...log.publicKey, validFor: {} } }, log];
        }),
      );
      assert.equal(root.material[kind].length, 1, kind);
      const without = readRoot(bent((copy) => delete copy.trustedRoot[kind][0].publicKey.validFor));
      assert.equal(without.material[kind].length, 0, kind);
    }
  });

  it('knows no key by its hint: whoever names one must have been given it', () => {
    assert.throws(() => readRoot(stored).material.publicKey('k'), {
      code: 'PUBLIC_KEY_ERROR',
      message: 'no key k',
    });
  });

  it('that is none stops the run, with what is wrong of it', () => {
    assert.throws(() => readRoot(undefined), bad(/^this is no trust root: /));
    for (const missing of ['asOf', 'origin', 'trustedRoot', 'npmKeys'] as const)
      assert.throws(
        () => readRoot({ ...stored, [missing]: undefined }),
        bad(new RegExp(`^this is no trust root: [^]*${missing}`)),
      );
    assert.throws(() => readRoot({ ...stored, asOf: 'yesterday' }), bad(/^this is no trust root: /));
    assert.throws(() => readRoot({ ...stored, npmKeys: [npmKey({}, {})] }), bad(/^this is no trust root: /));
    const noEnum = bent((copy) => (copy.trustedRoot.tlogs[0].hashAlgorithm = 'x'));
    assert.throws(() => readRoot(noEnum), bad('the trusted root cannot be read'));
    const noCertificate = bent(
      (copy) => (copy.trustedRoot.certificateAuthorities[0].certChain.certificates[0].rawBytes = 'AAAA'),
    );
    assert.throws(
      () => readRoot(noCertificate),
      bad('the trusted root holds a key or certificate that cannot be read'),
    );
    const noKey = npmKey({ publicKey: { ...npmKey().publicKey, rawBytes: 'AAAA' } });
    assert.throws(
      () => readRoot({ ...stored, npmKeys: [noKey] }),
      bad('the trust root holds a key that cannot be read'),
    );
  });

  it("may be Sigstore's own file, with the age and origin that the person gave it", () => {
    const root = readSigstoreRoot(stored.trustedRoot, '2026-01-01T00:00:00Z', 'mine.json');
    assert.deepEqual([root.asOf, root.origin, root.npmKeys], ['2026-01-01T00:00:00Z', 'mine.json', []]);
    assert.equal(root.material.tlogs.length, 1);
  });

  it('ships with this version, and holds the public good instance and the registry', () => {
    const root = vendoredRoot();
    assert.ok(root.material.tlogs.length > 0 && root.material.certificateAuthorities.length > 0);
    assert.deepEqual([...new Set(root.npmKeys.map(({ usage }) => usage))].toSorted(), [
      'npm:attestations',
      'npm:signatures',
    ]);
    assert.match(root.origin, /Sigstore public good/);
  });
});

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createMessage, generateKey, type Key, type PrivateKey, revokeKey, sign } from 'openpgp';
import type { Expected, ExpectedSigner } from '../expected.ts';
import { artefactOfBytes, verifyArtefact } from '../index.ts';
import { vendoredRoot } from '../trust/root.ts';

const BYTES = Buffer.from('a tool\n');
const NOW = new Date('2026-11-20T00:00:00Z');
const made = (at: string) => ({ format: 'object' as const, date: new Date(at) });

let signature: string;
let key: PrivateKey;
let current: Key;
let revoked: Key;
let other: Key;
let certificate: string;
before(async () => {
  const user = { userIDs: [{ name: 'Me' }], ...made('2025-01-01T00:00:00Z') };
  const generated = await generateKey(user);
  key = generated.privateKey;
  current = key.toPublic();
  other = (await generateKey(user)).publicKey;
  revoked = (await revokeKey({ key, ...made('2025-02-01T00:00:00Z') })).publicKey;
  certificate = generated.revocationCertificate;
  const message = await createMessage({ binary: new Uint8Array(BYTES) });
  signature = String(
    await sign({ message, signingKeys: key, detached: true, date: new Date('2025-01-02T00:00:00Z') }),
  );
});

const ring = (...parts: (Uint8Array | string)[]): ExpectedSigner & { kind: 'openpgp' } => ({
  kind: 'openpgp',
  keyring: Buffer.concat(parts.map((part) => Buffer.from(part as string))),
});
async function code(...signers: Expected['signers']): Promise<string> {
  const proof = { name: 'tool.asc', bytes: Buffer.from(signature) };
  const found = await verifyArtefact(
    artefactOfBytes('tool', BYTES),
    { proof },
    { signers },
    vendoredRoot(),
    NOW,
  );
  return `${found.verdict} ${found.code}`;
}

describe('a ring that holds a key more than once', () => {
  it('takes every copy for what it knows, in whichever order', async () => {
    const copies: [string, ExpectedSigner[]][] = [
      ['armored', [ring(current.armor(), revoked.armor())]],
      ['armored, the other way round', [ring(revoked.armor(), current.armor())]],
      ['binary', [ring(current.write(), other.write(), revoked.write())]],
      ['several copies', [ring(current.armor(), current.armor(), other.armor(), revoked.armor())]],
      ['two rings', [ring(current.write()), ring(revoked.write())]],
      ['pinned', [{ ...ring(current.armor(), revoked.armor()), fingerprint: key.getFingerprint() }]],
      ['with its private part', [ring(key.write(), revoked.write())]],
    ];
    for (const [name, signers] of copies) assert.equal(await code(...signers), 'fail key-revoked', name);
    for (const good of [ring(current.armor(), current.armor()), ring(current.write(), other.write())])
      assert.equal(await code(good), 'pass verified');
  });

  it('is not taken in by what is said of another key', async () => {
    const othersOwn = (await generateKey({ userIDs: [{ name: 'Eve' }], ...made('2025-01-01T00:00:00Z') }))
      .revocationCertificate;
    assert.equal(await code(ring(current.armor(), othersOwn)), 'pass verified');
    assert.equal(
      await code({ ...ring(other.armor(), current.armor()), fingerprint: key.getFingerprint() }),
      'pass verified',
    );
    assert.equal(await code(ring(other.armor())), 'unknown unknown-key');
  });
});

describe('a revocation certificate', () => {
  it('revokes its key, before or after it in the file', async () => {
    assert.equal(await code(ring(current.armor(), certificate)), 'fail key-revoked');
    assert.equal(await code(ring(certificate, current.armor())), 'fail key-revoked');
  });

  it('alone is no key', async () => assert.equal(await code(ring(certificate)), 'unknown unknown-key'));
});

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import fc from 'fast-check';
import { createMessage, enums, generateKey, sign as pgpSign, readSignature, revokeKey } from 'openpgp';
import type { Expected } from '../expected.ts';
import { artefactOfBytes, verifyArtefact } from '../index.ts';
import { verifyDigest } from '../sigstore/prehash.ts';
import { matchesPatterns, readAllowedSigners } from '../ssh/allowed-signers.ts';
import { sha512 } from '../testing/cases.ts';
import { readRoot, type StoredRoot, vendoredRoot } from '../trust/root.ts';

const BYTES = Buffer.from('a tool\n');
const HEX = createHash('sha256').update(BYTES).digest('hex');
const NOW = new Date('2026-11-20T00:00:00Z');

async function verdict(
  proof: Uint8Array | string,
  expected: Expected,
  trust = vendoredRoot(),
  now = NOW,
): Promise<string> {
  const artefact = artefactOfBytes('tool', BYTES);
  const { verdict, code } = await verifyArtefact(
    artefact,
    { proof: { name: 'p', bytes: Buffer.from(proof as string) } },
    expected,
    trust,
    now,
  );
  return `${verdict} ${code}`;
}
const list = async (text: string): Promise<string> => {
  const files = { checksums: { name: 'SUMS', bytes: Buffer.from(text) } };
  const { verdict, code } = await verifyArtefact(
    artefactOfBytes('tool', BYTES),
    files,
    { signers: [] },
    vendoredRoot(),
    NOW,
  );
  return `${verdict} ${code}`;
};

describe('checksum files', () => {
  const zeros = '0'.repeat(64);
  const table: [string, string][] = [
    [`${HEX}  tool\n`, 'unknown integrity-only'],
    [`${HEX.toUpperCase()} *./dist/tool\r\n`, 'unknown integrity-only'],
    [`SHA256 (tool) = ${HEX}\n`, 'unknown integrity-only'],
    [`${sha512(BYTES).toString('hex')}  tool`, 'unknown integrity-only'],
    [HEX, 'unknown integrity-only'],
    [`${zeros}  tool\n`, 'fail artefact-mismatch'],
    [`${HEX}  other\n${zeros}  third\n`, 'fail other-name'],
    [`${zeros}  other\n`, 'unknown nothing-to-verify'],
    [`${HEX}  tool\n${zeros}  tool\n`, 'unknown not-understood'],
    [`${createHash('md5').update(BYTES).digest('hex')}  tool\n`, 'unknown unsupported'],
    // The stronger of two decides, so that a collision in the weak one does not.
    [`${createHash('md5').update(BYTES).digest('hex')}  tool\n${zeros}  tool\n`, 'fail artefact-mismatch'],
    [`hello\n${HEX}  tool\n`, 'unknown not-understood'],
    ['', 'unknown nothing-to-verify'],
  ];
  for (const [text, expected] of table) {
    it(`${expected}: ${JSON.stringify(text.slice(0, 40))}`, async () =>
      assert.equal(await list(text), expected));
  }
});

describe("the npm registry's signature", () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const integrity = `sha512-${sha512(BYTES).toString('base64')}`;
  const sig = sign('sha256', Buffer.from(`tool@1.0.0:${integrity}`), privateKey).toString('base64');
  const manifest = (dist: object) =>
    JSON.stringify({ name: 'tool', version: '1.0.0', dist: { integrity, ...dist } });
  const expected: Expected = { signers: [], purl: 'pkg:npm/tool@1.0.0' };
  const trust = (end?: string) =>
    readRoot({
      asOf: '2026-11-01T00:00:00Z',
      origin: 'test',
      trustedRoot: { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' },
      npmKeys: [
        {
          keyId: 'SHA256:k',
          keyUsage: 'npm:signatures',
          publicKey: {
            rawBytes: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
            keyDetails: 'PKIX_ECDSA_P256_SHA_256',
            validFor: { start: '2020-01-01T00:00:00Z', ...(end && { end }) },
          },
        },
      ],
    } satisfies StoredRoot);
  const signed = manifest({ signatures: [{ keyid: 'SHA256:k', sig }] });

  it('passes, also from the whole packument; a stripped or unknown one is unknown', async () => {
    assert.equal(await verdict(signed, expected, trust()), 'pass verified');
    assert.equal(
      await verdict(JSON.stringify({ versions: { '1.0.0': JSON.parse(signed) } }), expected, trust()),
      'pass verified',
    );
    assert.equal(await verdict(manifest({}), expected, trust()), 'unknown nothing-to-verify');
    assert.equal(
      await verdict(manifest({ signatures: [{ keyid: 'SHA256:other', sig }] }), expected, trust()),
      'unknown unknown-key',
    );
    assert.equal(await verdict(signed, { signers: [] }, trust()), 'unknown first-seen');
  });
  it('fails for another package, version or tarball', async () => {
    assert.equal(
      await verdict(signed, { ...expected, purl: 'pkg:npm/other@1.0.0' }, trust()),
      'fail other-subject',
    );
    assert.equal(
      await verdict(signed.replace('1.0.0', '1.0.1'), { ...expected, purl: 'pkg:npm/tool@1.0.1' }, trust()),
      'fail signature-invalid',
    );
    assert.equal(
      await verdict(signed.replace(integrity, `sha512-${'A'.repeat(86)}==`), expected, trust()),
      'fail artefact-mismatch',
    );
  });
  it('by a key that has ended since is unknown: nothing shows that it signed before', async () => {
    assert.equal(
      await verdict(signed, expected, trust('2025-01-29T00:00:00Z')),
      'unknown expired-key-undated',
    );
  });
});

describe('OpenPGP keys', () => {
  const user = { userIDs: [{ name: 'Me' }], format: 'object' as const };
  const ring = (key: { write(): Uint8Array }): Expected => ({
    signers: [{ kind: 'openpgp', keyring: key.write() }],
  });
  const signedBy = async (signingKeys: Awaited<ReturnType<typeof generateKey>>['privateKey'], date?: Date) =>
    (await pgpSign({
      message: await createMessage({ binary: new Uint8Array(BYTES) }),
      signingKeys: signingKeys as never,
      detached: true,
      ...(date && { date }),
    })) as string;

  it('that has ended since: unknown, for only the signer says that it signed before', async () => {
    const date = new Date('2025-01-01T00:00:00Z');
    const { privateKey } = await generateKey({ ...user, date, keyExpirationTime: 86_400 * 30 });
    const signature = await signedBy(privateKey, new Date('2025-01-02T00:00:00Z'));
    assert.equal(await verdict(signature, ring(privateKey.toPublic())), 'unknown expired-key-undated');
    assert.equal(
      await verdict(signature, ring(privateKey.toPublic()), undefined, new Date('2025-01-03T00:00:00Z')),
      'pass verified',
    );
  });
  it('that was revoked: fail', async () => {
    const { privateKey } = await generateKey({ ...user, date: new Date('2025-01-01T00:00:00Z') });
    const signature = await signedBy(privateKey, new Date('2025-01-02T00:00:00Z'));
    const { publicKey } = await revokeKey({
      key: privateKey,
      format: 'object',
      date: new Date('2025-02-01T00:00:00Z'),
    });
    assert.equal(await verdict(signature, ring(publicKey)), 'fail key-revoked');
  });
  it('that are subkeys end and are revoked on their own', async () => {
    const date = new Date('2025-01-01T00:00:00Z');
    const subkeyOf = async (subkey: object) => {
      const { privateKey } = await generateKey({
        ...user,
        date,
        subkeys: [{ sign: true, ...subkey } as never],
      });
      const signature = (await pgpSign({
        message: await createMessage({ binary: new Uint8Array(BYTES) }),
        signingKeys: privateKey,
        signingKeyIDs: privateKey.subkeys.map((one) => one.getKeyID()),
        detached: true,
        date: new Date('2025-01-10T00:00:00Z'),
      } as never)) as string;
      return { privateKey, signature };
    };
    const ending = await subkeyOf({ keyExpirationTime: 86_400 * 30 });
    const ringOf = ring(ending.privateKey.toPublic());
    assert.equal(await verdict(ending.signature, ringOf), 'unknown expired-key-undated');
    const then = new Date('2025-01-11T00:00:00Z');
    assert.equal(await verdict(ending.signature, ringOf, undefined, then), 'pass verified');

    const revoked = await subkeyOf({});
    const [subkey] = revoked.privateKey.subkeys;
    assert.ok(subkey);
    const flag = enums.reasonForRevocation.keySuperseded;
    const after = new Date('2025-03-01T00:00:00Z');
    revoked.privateKey.subkeys[0] = await subkey.revoke(
      revoked.privateKey.keyPacket as never,
      { flag, string: '' } as never,
      after,
    );
    assert.equal(await verdict(revoked.signature, ring(revoked.privateKey.toPublic())), 'fail key-revoked');
  });
  it('sign once or twice, and not a thousand times: refused before each hashes the file', async () => {
    const { privateKey } = await generateKey(user);
    const one = (await readSignature({ armoredSignature: await signedBy(privateKey) })).write();
    const many = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from(one)));
    assert.equal(await verdict(many, ring(privateKey.toPublic())), 'unknown limit');
  });
  it('pinned by fingerprint: no other of the ring will do', async () => {
    const [{ privateKey: mine }, { privateKey: other }] = [await generateKey(user), await generateKey(user)];
    const keyring = Buffer.concat([mine.toPublic().write(), other.toPublic().write()]);
    const pinned = (fingerprint: string): Expected => ({
      signers: [{ kind: 'openpgp', keyring, fingerprint }],
    });
    const now = new Date(Date.now() + 60_000);
    const signature = await signedBy(mine);
    assert.equal(await verdict(signature, pinned(mine.getFingerprint()), undefined, now), 'pass verified');
    assert.equal(
      await verdict(signature, pinned(other.getFingerprint()), undefined, now),
      'unknown unknown-key',
    );
  });
});

describe('allowed signers', () => {
  const key = `ssh-ed25519 ${Buffer.alloc(51, 1).toString('base64')}`;
  it('keep every restriction, and refuse what they do not understand', () => {
    const [line] = readAllowedSigners(
      `# c\n"a@x,*@y" namespaces="git,file",valid-after="20250101Z",valid-before="20260101Z" ${key} me\n`,
    );
    assert.deepEqual(line?.principals, ['a@x', '*@y']);
    assert.deepEqual(line?.namespaces, ['git', 'file']);
    assert.equal(line?.validBefore?.toISOString(), '2026-01-01T00:00:00.000Z');
    assert.equal(readAllowedSigners(`*@x cert-authority ${key}`)[0]?.certAuthority, true);
    for (const bad of [`a@x unheard-of ${key}`, 'a@x', `a@x valid-before="soon" ${key}`])
      assert.throws(() => readAllowedSigners(bad));
  });
  it('match as OpenSSH matches, in linear time', () => {
    assert.ok(
      matchesPatterns(['*@x'], 'a@x') && matchesPatterns(['?@x'], 'a@x') && !matchesPatterns(['?@x'], 'ab@x'),
    );
    assert.ok(!matchesPatterns(['*@x', '!eve@x'], 'eve@x') && !matchesPatterns(['!eve@x'], 'a@x'));
    const started = cpuTime();
    matchesPatterns(['*a*a*a*a*a*a*a*a*a*a*b'], 'a'.repeat(5000));
    assert.ok(cpuTime() - started < 1000);
  });
});

describe('a signature over a digest', () => {
  it('agrees with node:crypto over the bytes, for every kind of key and every change', () => {
    const keys = [
      ...['P-256', 'P-384', 'P-521'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve })),
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.constantFrom('sha256', 'sha384', 'sha512'),
        fc.uint8Array(),
        fc.nat(),
        (key, hash, bytes, at) => {
          const signature = sign(hash, bytes, key.privateKey);
          const digest = createHash(hash).update(bytes).digest();
          assert.ok(verifyDigest(hash, digest, key.publicKey, signature));
          const bent = Buffer.from(signature);
          const index = at % bent.length;
          bent[index] = (bent[index] ?? 0) ^ 1;
          assert.ok(!verifyDigest(hash, digest, key.publicKey, bent), `byte ${index}`);
          assert.ok(
            !verifyDigest(hash, createHash(hash).update('other').digest(), key.publicKey, signature) ||
              bytes.length === 5,
          );
        },
      ),
      { numRuns: 100 },
    );
  });
});

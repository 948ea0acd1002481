import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { verifyDigest } from './prehash.ts';

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

  it('that is none is false, and of a key that signs no digest is not judged', () => {
    const digest = createHash('sha256').update('x').digest();
    const judge = (key: KeyObject, signature = Buffer.from('none')) =>
      verifyDigest('sha256', digest, key, signature);
    const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey;
    assert.equal(judge(ec('P-256')), false);
    assert.equal(judge(ec('P-256'), Buffer.alloc(0)), false);
    assert.equal(judge(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey), false);
    assert.throws(() => judge(ec('secp256k1')), {
      code: 'unsupported',
      message: 'keys on the curve secp256k1 are not supported',
    });
    assert.throws(() => judge(generateKeyPairSync('ed25519').publicKey), {
      code: 'unsupported',
      message: 'a ed25519 key signs the bytes themselves, not their digest',
    });
  });
});

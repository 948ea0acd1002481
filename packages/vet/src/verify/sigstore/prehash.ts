import { constants, type KeyObject, publicDecrypt, timingSafeEqual } from 'node:crypto';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { Stop } from '../stop.ts';

/**
 * Verifies a signature over bytes of which only the digest is at hand: the artefact was hashed as a stream, and
 * `node:crypto` would want all of it again.
 * @throws {Stop} `unsupported` for a kind of key that cannot be judged from a digest
 */
export function verifyDigest(
  algorithm: HashName,
  digest: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  switch (key.asymmetricKeyType) {
    case 'ec':
      return verifyEcdsa(digest, key, signature);
    case 'rsa':
      return verifyPkcs1(algorithm, digest, key, signature);
    default:
      throw new Stop(
        'unsupported',
        `a ${key.asymmetricKeyType} key signs the bytes themselves, not their digest`,
      );
  }
}

export type HashName = 'sha256' | 'sha384' | 'sha512';

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;

function verifyEcdsa(digest: Uint8Array, key: KeyObject, signature: Uint8Array): boolean {
  const { crv, x, y } = key.export({ format: 'jwk' });
  const curve = CURVES[crv as keyof typeof CURVES];
  if (curve === undefined) {
    throw new Stop('unsupported', `keys on the curve ${crv} are not supported`);
  }
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(`${x}`, 'base64url'),
    Buffer.from(`${y}`, 'base64url'),
  ]);
  try {
    // lowS: Sigstore's signers do not normalise, and OpenSSL accepts either half.
    return curve.verify(signature, digest, point, { prehash: false, format: 'der', lowS: false });
  } catch {
    return false;
  }
}

/** DigestInfo prefixes of RFC 8017, 9.2, note 1. */
const DIGEST_INFO: Record<HashName, string> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};

function verifyPkcs1(
  algorithm: HashName,
  digest: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  let opened: Buffer;
  try {
    opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
  } catch {
    return false;
  }
  // Compared as a whole and not parsed: lenient parsing is what Bleichenbacher's forgery lives on.
  const wanted = Buffer.concat([Buffer.from(DIGEST_INFO[algorithm], 'hex'), digest]);
  return opened.length === wanted.length && timingSafeEqual(opened, wanted);
}

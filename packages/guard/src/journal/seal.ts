import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Version of the sealed form: zstd, then AES-256-GCM; 12 bytes nonce, 16 bytes tag, then the ciphertext. */
export const SEAL_FORMAT = 1;
/** The same of a list of snapshots. */
export const PIECE_FORMAT = 2;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** No sealed text of ours opens to more; a forged length must not fill the memory. */
const MAX_PLAIN_BYTES = 1024 * 1024 * 1024;

/** What a sealed text belongs to: part of the authentication, so that rows can't be swapped. */
export interface SealedFor {
  snapshotId: string;
  actId: string;
}

/** Compresses, then encrypts under a fresh random nonce. */
export function seal(plain: Uint8Array, key: Buffer, belongs: SealedFor): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(belongs));
  const body = Buffer.concat([cipher.update(zstdCompressSync(plain)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** @throws Error where the bytes, the key or what they belong to is not what was sealed */
export function unseal(sealed: Uint8Array, key: Buffer, belongs: SealedFor): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('it is too short');
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData(belongs));
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const packed = Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return zstdDecompressSync(packed, { maxOutputLength: MAX_PLAIN_BYTES });
}

function additionalData(belongs: SealedFor): Buffer {
  // JSON keeps the parts apart: ("ab", "c") and ("a", "bc") must not be the same.
  return Buffer.from(JSON.stringify(['toolcrib-snapshot', SEAL_FORMAT, belongs.snapshotId, belongs.actId]));
}

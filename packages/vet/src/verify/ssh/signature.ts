import { createHash, verify } from 'node:crypto';
import type { Artefact } from '../artefact.ts';
import { canonicalBase64 } from '../base64.ts';
import { Stop } from '../stop.ts';
import { readSshKey, type SshKey, SshReader, sshString } from './wire.ts';

const MAGIC = 'SSHSIG';
const ARMOR =
  /^-----BEGIN SSH SIGNATURE-----\r?\n((?:[A-Za-z0-9+/=]+\r?\n)+)-----END SSH SIGNATURE-----(?:\r?\n)*$/;

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig */
export interface SshSignature {
  keyBlob: Buffer;
  key: SshKey;
  namespace: string;
  reserved: Buffer;
  hash: 'sha256' | 'sha512';
  type: string;
  signature: Buffer;
  /** What follows the signature of a security key: flags and counter. */
  rest: Buffer;
}

/** @throws {Stop} `not-understood`, `unsupported`, `limit` */
export function readSshSignature(file: Uint8Array): SshSignature {
  if (file.length > 64 * 1024) throw new Stop('limit', 'an ssh signature is not that large');
  const base64 = ARMOR.exec(Buffer.from(file).toString('latin1'))?.[1];
  if (base64 === undefined) throw new Stop('not-understood', 'this is no ssh signature');
  const packed = canonicalBase64(base64.replaceAll(/[\r\n]/g, ''));
  if (packed === undefined) throw new Stop('not-understood', 'the ssh signature is not in proper base64');
  const reader = new SshReader(packed);
  if (reader.take(6).toString('latin1') !== MAGIC)
    throw new Stop('not-understood', 'this is no ssh signature');
  if (reader.uint32() !== 1) throw new Stop('unsupported', 'an ssh signature of another version');
  const keyBlob = reader.string();
  const namespace = reader.text();
  const reserved = reader.string();
  const hash = reader.text();
  const blob = new SshReader(reader.string());
  reader.end();
  if (hash !== 'sha256' && hash !== 'sha512')
    throw new Stop('unsupported', 'an ssh signature over an unknown digest');

  const key = readSshKey(keyBlob);
  const type = blob.text();
  const signature = blob.string();
  const rest = key.application === undefined ? Buffer.alloc(0) : blob.take(5);
  blob.end();
  return { keyBlob, key, namespace, reserved, hash, type, signature, rest };
}

/** Whether the signature is over the artefact, in the namespace it names. */
export async function verifySsh(signed: SshSignature, artefact: Artefact): Promise<boolean> {
  const digest = Buffer.from((await artefact.digests([signed.hash]))[signed.hash], 'hex');
  const parts = [
    sshString(signed.namespace),
    sshString(signed.reserved),
    sshString(signed.hash),
    sshString(digest),
  ];
  const message = Buffer.concat([Buffer.from(MAGIC), ...parts]);
  const data = signed.key.application === undefined ? message : securityKeyData(signed, message);
  try {
    return verifyRaw(signed, data);
  } catch (error) {
    if (error instanceof Stop) throw error;
    return false;
  }
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f */
function securityKeyData({ key, rest }: SshSignature, message: Buffer): Buffer {
  // Bit 0: somebody touched the key. Without it the signature could have been made behind its owner's back.
  if (((rest[0] ?? 0) & 1) === 0)
    throw new Stop('signature-invalid', 'the security key signed without being touched');
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
  return Buffer.concat([sha256(Buffer.from(key.application ?? '', 'latin1')), rest, sha256(message)]);
}

function verifyRaw({ key, type, signature }: SshSignature, data: Buffer): boolean {
  switch (key.type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com':
      return type === key.type && verify(null, data, key.key, signature);
    case 'ssh-rsa':
      // "ssh-rsa" as the signature's type is SHA-1, which OpenSSH refuses here as well.
      if (type !== 'rsa-sha2-256' && type !== 'rsa-sha2-512')
        throw new Stop('unsupported', `RSA signature of type ${type}`);
      return verify(type === 'rsa-sha2-256' ? 'sha256' : 'sha512', data, key.key, signature);
    default: {
      if (type !== key.type) return false;
      const reader = new SshReader(signature);
      const size = key.type.endsWith('384') ? 48 : key.type.endsWith('521') ? 66 : 32;
      const rs = Buffer.concat([fixed(reader.string(), size), fixed(reader.string(), size)]);
      reader.end();
      const hash = { 32: 'sha256', 48: 'sha384', 66: 'sha512' }[size];
      return verify(hash, data, { key: key.key, dsaEncoding: 'ieee-p1363' }, rs);
    }
  }
}

/** A number of the wire format (with or without leading zeros) in exactly `size` bytes. */
function fixed(number: Buffer, size: number): Buffer {
  const first = number.findIndex((byte) => byte !== 0);
  const bare = first < 0 ? Buffer.alloc(0) : number.subarray(first);
  if (bare.length > size) throw new Stop('signature-invalid', 'a number of the signature is too large');
  return Buffer.concat([Buffer.alloc(size - bare.length), bare]);
}

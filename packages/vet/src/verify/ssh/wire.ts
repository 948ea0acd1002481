import { createPublicKey, type KeyObject } from 'node:crypto';
import { Stop } from '../stop.ts';

/** Reads the strings and numbers of SSH's wire format (RFC 4251, section 5), never past the end. */
export class SshReader {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(length: number): Buffer {
    if (length < 0 || this.at + length > this.bytes.length)
      throw new Stop('not-understood', 'the ssh data ends too early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  text(): string {
    return this.string().toString('latin1');
  }

  end(): void {
    if (this.at !== this.bytes.length) throw new Stop('not-understood', 'the ssh data has bytes left over');
  }
}

export function sshString(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes as Uint8Array);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

export interface SshKey {
  type: string;
  key: KeyObject;
  /** For security keys: what the signed data is bound to. */
  application?: string;
}

const CURVES: Record<string, string> = { nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521' };

/** @throws {Stop} `not-understood`, `unsupported` (certificates, DSA) */
export function readSshKey(blob: Buffer): SshKey {
  const reader = new SshReader(blob);
  const type = reader.text();
  const key = keyOf(type, reader);
  reader.end();
  return key;
}

function keyOf(type: string, reader: SshReader): SshKey {
  switch (type) {
    case 'ssh-ed25519':
      return { type, key: ed25519(reader.string()) };
    case 'sk-ssh-ed25519@openssh.com':
      return { type, key: ed25519(reader.string()), application: reader.text() };
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return { type, key: ecdsa(reader.text(), reader.string()) };
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return { type, key: ecdsa(reader.text(), reader.string()), application: reader.text() };
    case 'ssh-rsa': {
      const e = reader.string();
      const n = reader.string();
      const bare = n.subarray(n.findIndex((byte) => byte !== 0));
      if (bare.length < 256) throw new Stop('unsupported', 'an RSA key under 2048 bits');
      return { type, key: jwk({ kty: 'RSA', n: bare.toString('base64url'), e: e.toString('base64url') }) };
    }
    default:
      throw new Stop('unsupported', `ssh keys of type ${type.slice(0, 60)} are not supported`);
  }
}

function ed25519(x: Buffer): KeyObject {
  if (x.length !== 32) throw new Stop('not-understood', 'an Ed25519 key of the wrong length');
  return jwk({ kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') });
}

function ecdsa(curve: string, point: Buffer): KeyObject {
  const crv = CURVES[curve];
  const half = (point.length - 1) / 2;
  if (crv === undefined || point[0] !== 4 || !Number.isInteger(half))
    throw new Stop('not-understood', 'an unreadable ECDSA key');
  const [x, y] = [point.subarray(1, 1 + half), point.subarray(1 + half)];
  return jwk({ kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') });
}

function jwk(key: Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    throw new Stop('not-understood', 'an ssh key that cannot be read');
  }
}

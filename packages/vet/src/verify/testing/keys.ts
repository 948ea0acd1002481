import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { generateKey, type PrivateKey } from 'openpgp';
import type { ExpectedSigner } from '../expected.ts';
import { sshString } from '../ssh/wire.ts';
import { SIGNED_AT } from './signer.ts';

export const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest();

export function minisignKey(id: number) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const keyId = Buffer.alloc(8, id);
  const key = Buffer.concat([Buffer.from('Ed'), keyId, x]).toString('base64');
  const file = (algorithm: string, signature: Buffer, comment: string) => {
    const global = sign(null, Buffer.concat([signature, Buffer.from(comment)]), privateKey);
    const line = Buffer.concat([Buffer.from(algorithm), keyId, signature]).toString('base64');
    return Buffer.from(
      `untrusted comment: x\n${line}\ntrusted comment: ${comment}\n${global.toString('base64')}\n`,
    );
  };
  return {
    expected: { kind: 'minisign', key } satisfies ExpectedSigner,
    sign: (bytes: Uint8Array, comment = 'timestamp:1780000000\tfile:tool') =>
      file('ED', sign(null, createHash('blake2b512').update(bytes).digest(), privateKey), comment),
    /** The older form, over the file itself. */
    signWhole: (bytes: Uint8Array) => file('Ed', sign(null, bytes, privateKey), 'old'),
  };
}

export function sshKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const x = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const blob = Buffer.concat([sshString('ssh-ed25519'), sshString(x)]);
  return {
    line: `ssh-ed25519 ${blob.toString('base64')}`,
    sign(bytes: Uint8Array, namespace: string): Buffer {
      const common = [sshString(namespace), sshString(''), sshString('sha512')];
      const signed = Buffer.concat([Buffer.from('SSHSIG'), ...common, sshString(sha512(bytes))]);
      const signature = Buffer.concat([sshString('ssh-ed25519'), sshString(sign(null, signed, privateKey))]);
      const packed = Buffer.concat([
        Buffer.from('SSHSIG'),
        Buffer.from([0, 0, 0, 1]),
        sshString(blob),
        ...common,
        sshString(signature),
      ]);
      const base64 = packed.toString('base64').replaceAll(/(.{70})/g, '$1\n');
      return Buffer.from(`-----BEGIN SSH SIGNATURE-----\n${base64}\n-----END SSH SIGNATURE-----\n`);
    },
  };
}

export function gitTag({ sign: signWith }: ReturnType<typeof sshKey>): Buffer {
  const seconds = Math.floor(SIGNED_AT.getTime() / 1000);
  const payload = `object ${'a'.repeat(40)}\ntype commit\ntag v1\ntagger Me <me@acme.example> ${seconds} +0000\n\nFirst\n`;
  return Buffer.concat([Buffer.from(payload), signWith(Buffer.from(payload), 'git')]);
}

export async function pgpKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKey({
    userIDs: [{ name: 'Me', email: 'me@acme.example' }],
    format: 'object',
  });
  return privateKey;
}

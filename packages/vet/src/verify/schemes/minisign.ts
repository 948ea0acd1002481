import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Artefact } from '../artefact.ts';
import { canonicalBase64 } from '../base64.ts';
import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { printable, Stop } from '../stop.ts';
import type { SignedAt } from '../verification.ts';

/**
 * minisign: Ed25519 over BLAKE2b-512 of the file (`ED`, "prehashed"), or over the file itself (`Ed`, the old form);
 * a second signature covers the first and the trusted comment. https://jedisct1.github.io/minisign/
 */
export const minisign: Scheme = {
  name: 'minisign',
  title: 'minisign signature (.minisig)',
  recognise: ({ bytes }) => Buffer.from(bytes.subarray(0, 19)).toString('latin1') === 'untrusted comment: ',
  verify: (input) =>
    conclude('minisign', input.artefact, async () => {
      const { artefact, expected, proof } = input;
      const signature = readSignature(proof.bytes);
      const keys = expected.signers.flatMap((one) => (one.kind === 'minisign' ? [readKey(one.key)] : []));
      if (keys.length === 0)
        throw new Stop('unknown-key', `signed with minisign key ${signature.keyId}, and no key was given`);
      const key = keys.find(({ id }) => id === signature.keyId);
      if (key === undefined) {
        throw new Stop(
          'unknown-key',
          `signed with minisign key ${signature.keyId}, given was ${keys.map(({ id }) => id).join(', ')}`,
        );
      }
      if (!verify(null, await signedBytes(artefact, signature.prehashed), key.key, signature.bytes)) {
        throw new Stop('signature-invalid', 'the signature is not over these bytes by this key');
      }
      // The comment is shown to people and may name file and time, so it must be the signer's own.
      if (!verify(null, Buffer.concat([signature.bytes, signature.comment]), key.key, signature.global)) {
        throw new Stop('signature-invalid', 'the signature over the trusted comment does not hold');
      }
      const comment = signature.comment.toString('utf8');
      return {
        code: 'verified',
        reason: `signed with minisign key ${key.id}`,
        signer: {
          kind: 'key',
          algorithm: signature.prehashed ? 'Ed25519 (prehashed)' : 'Ed25519',
          // The whole key: its id is eight bytes that anybody can put into a key of their own.
          fingerprint: key.line,
        },
        time: claimedTime(comment),
        notes: [`trusted comment: ${printable(comment)}`, ...otherFile(comment, artefact.name)],
      };
    }),
};

const signedBytes = async (artefact: Artefact, prehashed: boolean): Promise<Uint8Array> =>
  prehashed ? Buffer.from((await artefact.digests(['blake2b512'])).blake2b512, 'hex') : artefact.whole();

interface MinisignSignature {
  prehashed: boolean;
  keyId: string;
  bytes: Buffer;
  comment: Buffer;
  global: Buffer;
}

function readSignature(file: Uint8Array): MinisignSignature {
  if (file.length > 16 * 1024) throw new Stop('limit', 'a minisign signature is not that large');
  const lines = Buffer.from(file).toString('latin1').split(/\r?\n/);
  const raw = base64(lines[1], 74);
  const global = base64(lines[3], 64);
  const comment = /^trusted comment: (.*)$/s.exec(lines[2] ?? '')?.[1];
  const algorithm = raw?.subarray(0, 2).toString('latin1');
  const rest = lines.slice(4).some((line) => line.trim() !== '');
  if (raw === undefined || global === undefined || comment === undefined || rest) {
    throw new Stop('not-understood', 'this is no minisign signature');
  }
  if (algorithm !== 'ED' && algorithm !== 'Ed')
    throw new Stop('unsupported', 'an algorithm that minisign does not have');
  return {
    prehashed: algorithm === 'ED',
    keyId: keyId(raw.subarray(2, 10)),
    bytes: raw.subarray(10),
    comment: Buffer.from(comment, 'latin1'),
    global,
  };
}

/** @throws {Stop} `not-understood` */
function readKey(text: string): { id: string; line: string; key: KeyObject } {
  const line = text.split(/\r?\n/).find((one) => /^RW[A-Za-z0-9+/]{54}$/.test(one.trim()));
  const raw = base64(line?.trim(), 42);
  if (raw === undefined || raw.subarray(0, 2).toString('latin1') !== 'Ed') {
    throw new Stop(
      'not-understood',
      'the expected minisign key is no minisign key (a line that starts with RW)',
    );
  }
  const x = raw.subarray(10).toString('base64url');
  return {
    id: keyId(raw.subarray(2, 10)),
    line: raw.toString('base64'),
    key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
  };
}

/** As minisign prints it: the eight bytes as a little-endian number. */
const keyId = (bytes: Buffer) => Buffer.from(bytes).reverse().toString('hex').toUpperCase();

function base64(line: string | undefined, length: number): Buffer | undefined {
  const bytes = line === undefined ? undefined : canonicalBase64(line);
  return bytes?.length === length ? bytes : undefined;
}

function claimedTime(comment: string): SignedAt {
  const seconds = Number(/(?:^|\t)timestamp:(\d{1,11})(?:\t|$)/.exec(comment)?.[1]);
  return seconds > 0 ? { at: new Date(seconds * 1000).toISOString(), from: 'claim' } : { from: 'none' };
}

/** A good signature of another release, under this one's name, is how one is rolled back. */
function otherFile(comment: string, name: string): string[] {
  const signed = /(?:^|\t)file:([^\t]+)/.exec(comment)?.[1];
  return signed === undefined || signed === name
    ? []
    : [`it was signed under another name: ${printable(signed)}`];
}

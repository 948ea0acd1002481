import { ReadableStream } from 'node:stream/web';
import { createMessage, readSignature, type Signature, verify } from 'openpgp';
import type { Artefact } from '../artefact.ts';
import { verifyCleartext } from '../openpgp/cleartext.ts';
import { boundSignatures, judgeSignatures } from '../openpgp/judge.ts';
import { expectedKeys } from '../openpgp/keys.ts';
import { conclude } from '../outcome.ts';
import type { Scheme } from '../scheme.ts';
import { messageOf, Stop } from '../stop.ts';

const ARMOR = '-----BEGIN PGP SIGNATURE-----';

/** A detached OpenPGP signature beside the file: `.asc`, `.sig`, `.gpg`, armored or binary. */
export const openpgp: Scheme = {
  name: 'openpgp',
  title: 'OpenPGP detached signature (.asc, .sig, .gpg)',
  recognise: ({ bytes }) => isArmored(bytes) || isSignaturePacket(bytes),
  verify: (input) =>
    conclude('openpgp', input.artefact, async () => {
      const { artefact, expected, proof, now } = input;
      const signature = await readDetached(proof.bytes);
      boundSignatures(signature);
      const keys = await expectedKeys(expected, now);
      const message = await createMessage({ binary: streamOf(artefact) as never, format: 'binary' });
      const result = await verify({
        message,
        signature,
        verificationKeys: keys,
        date: now,
        format: 'binary',
      });
      await drain(result.data as unknown as ReadableStream<Uint8Array>);
      const found = await judgeSignatures(result.signatures, keys, 'binary', now);
      await artefact.digests(['sha256']);
      return found;
    }),
};

/** A cleartext-signed file, which is artefact and signature in one: Debian's `InRelease`. */
export const openpgpCleartext: Scheme = {
  name: 'openpgp-cleartext',
  title: 'OpenPGP cleartext-signed file (InRelease, signed SHA256SUMS)',
  recognise: ({ bytes }) =>
    Buffer.from(bytes.subarray(0, 34)).toString('latin1') === '-----BEGIN PGP SIGNED MESSAGE-----',
  verify: (input) =>
    conclude('openpgp-cleartext', input.artefact, async () => {
      const { sha256 } = await input.artefact.digests(['sha256']);
      const { found } = await verifyCleartext(await input.artefact.whole(), input.expected, input.now);
      return {
        ...found,
        notes: [...found.notes, `the signed text is within the file with sha256 ${sha256}`],
      };
    }),
};

const isArmored = (bytes: Uint8Array) =>
  Buffer.from(bytes.subarray(0, 256)).toString('latin1').trimStart().startsWith(ARMOR);

/** Binary: the first packet is a signature (tag 2, old or new header) of version 4 or 6. */
function isSignaturePacket(bytes: Uint8Array): boolean {
  const [tag = 0] = bytes;
  if ((tag & 0xfc) === 0x88) {
    const lengthBytes = [1, 2, 4][tag & 3];
    return lengthBytes !== undefined && isVersion(bytes[1 + lengthBytes]);
  }
  return tag === 0xc2 && [2, 3, 6].some((at) => isVersion(bytes[at]));
}

const isVersion = (byte: number | undefined) => byte === 4 || byte === 6;

async function readDetached(bytes: Uint8Array): Promise<Signature> {
  if (bytes.length > 256 * 1024) throw new Stop('limit', 'an OpenPGP signature is not that large');
  try {
    return isArmored(bytes)
      ? await readSignature({ armoredSignature: Buffer.from(bytes).toString('latin1').trimStart() })
      : await readSignature({ binarySignature: bytes });
  } catch (error) {
    throw new Stop('not-understood', `this is no OpenPGP signature: ${messageOf(error)}`);
  }
}

function streamOf(artefact: Artefact): ReadableStream<Uint8Array> {
  const chunks = artefact.chunks();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      // The artefact hands out the same buffer again and again; the stream may keep what it was given.
      else controller.enqueue(Uint8Array.from(value));
    },
  });
}

/**
 * The library hashes only what is read from its own stream. A reader, and not `for await`: the library puts another
 * stream's methods onto this one, which iteration does not see.
 */
async function drain(data: ReadableStream<Uint8Array>): Promise<void> {
  const reader = data.getReader();
  while (!(await reader.read()).done);
}

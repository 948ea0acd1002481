import { type Key, type PublicKey, readKeys } from 'openpgp';
import { messageOf, Stop } from '../outcome.ts';
import type { Expected, ExpectedSigner } from '../types.ts';

type ExpectedOpenpgp = Extract<ExpectedSigner, { kind: 'openpgp' }>;

/** More keys than any distribution's ring has; the same keys can be re-read for each file. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The keys that may have signed: of each ring all, or the one with the pinned fingerprint.
 * @throws {Stop} `unknown-key` when no ring was given, `not-understood`, `limit`
 */
export async function expectedKeys(expected: Expected): Promise<Key[]> {
  const rings = expected.signers.filter((one) => one.kind === 'openpgp');
  if (rings.length === 0) throw new Stop('unknown-key', 'an OpenPGP signature, but no key ring was given');
  const keys = (await Promise.all(rings.map(readRing))).flat();
  if (keys.length === 0) throw new Stop('unknown-key', 'the pinned OpenPGP key is not in the key ring');
  return keys;
}

async function readRing({ keyring, fingerprint }: ExpectedOpenpgp): Promise<Key[]> {
  if (keyring.length > MOST_BYTES) throw new Stop('limit', 'the OpenPGP key ring is over 8 MiB');
  const armored = Buffer.from(keyring.subarray(0, 64))
    .toString('latin1')
    .trimStart()
    .startsWith('-----BEGIN PGP');
  let keys: Key[];
  try {
    keys = armored
      ? await readArmored(Buffer.from(keyring).toString('latin1'))
      : await readKeys({ binaryKeys: keyring });
  } catch (error) {
    throw new Stop('not-understood', `the OpenPGP key ring cannot be read: ${messageOf(error)}`);
  }
  if (fingerprint === undefined) return keys;
  const wanted = fingerprint.replaceAll(/\s/g, '').toLowerCase();
  return keys.filter((key) => key.getFingerprint() === wanted);
}

/** A file may hold several armored blocks, one after the other, as projects' KEYS files do. */
async function readArmored(text: string): Promise<Key[]> {
  const blocks =
    text.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  const keys = await Promise.all(blocks.map((armoredKeys) => readKeys({ armoredKeys })));
  return keys.flat();
}

export const userIdOf = (key: Key | PublicKey): string | undefined =>
  key.users.find(({ userID }) => userID)?.userID?.userID;

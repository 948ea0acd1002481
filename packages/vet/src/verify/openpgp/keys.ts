import { createHash } from 'node:crypto';
import { type Key, type PublicKey, readKeys, revokeKey } from 'openpgp';
import type { Expected, ExpectedSigner } from '../expected.ts';
import { messageOf, Stop } from '../stop.ts';

type ExpectedOpenpgp = Extract<ExpectedSigner, { kind: 'openpgp' }>;

/** More keys than any distribution's ring has; the same keys can be re-read for each file. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What a ring holds: keys, maybe several copies of one, and what only revokes a key (armored). */
interface Ring {
  keys: Key[];
  revocations: string[];
}

/**
 * The keys that may have signed: of each ring all, or the one with the pinned fingerprint. Of a key that is there more
 * than once (files of keys are appended to) every copy counts: the oldest does not know yet that it was revoked.
 * @throws {Stop} `unknown-key` when no ring was given, `not-understood`, `limit`
 */
export async function expectedKeys(expected: Expected, now: Date): Promise<Key[]> {
  const given = expected.signers.filter((one) => one.kind === 'openpgp');
  if (given.length === 0) throw new Stop('unknown-key', 'an OpenPGP signature, but no key ring was given');
  const rings = await Promise.all(given.map(readRing));
  const wanted = new Set(
    given.flatMap(({ fingerprint }, index) => {
      const all = (rings[index]?.keys ?? []).map((key) => key.getFingerprint());
      const pinned = fingerprint?.replaceAll(/\s/g, '').toLowerCase();
      return pinned === undefined ? all : all.filter((one) => one === pinned);
    }),
  );
  const copies = rings.flatMap(({ keys }) => keys).filter((key) => wanted.has(key.getFingerprint()));
  if (copies.length === 0)
    throw new Stop('unknown-key', 'the key ring does not hold the OpenPGP key that may sign');
  const revocations = rings.flatMap((ring) => ring.revocations);
  try {
    const merged = await mergeCopies(copies, now);
    return await Promise.all(merged.map((key) => applyRevocations(key, revocations, now)));
  } catch (error) {
    throw new Stop('not-understood', `the OpenPGP key ring cannot be read: ${messageOf(error)}`);
  }
}

async function mergeCopies(copies: readonly Key[], now: Date): Promise<PublicKey[]> {
  const merged = new Map<string, PublicKey>();
  const seen = new Set<string>();
  for (const copy of copies) {
    const key = copy.toPublic();
    const content = createHash('sha256').update(key.write()).digest('hex');
    if (seen.has(content)) continue;
    seen.add(content);
    const fingerprint = key.getFingerprint();
    const known = merged.get(fingerprint);
    merged.set(fingerprint, known === undefined ? key : await known.update(key, now));
  }
  return [...merged.values()];
}

/** Those that are this key's own, and signed by it; all others are of no concern to it. */
async function applyRevocations(
  key: PublicKey,
  revocations: readonly string[],
  now: Date,
): Promise<PublicKey> {
  for (const revocation of revocations) {
    const given = { key, revocationCertificate: revocation, date: now, format: 'object' } as const;
    const revoked = await revokeKey(given).catch(() => undefined);
    if (revoked !== undefined) return revoked.publicKey;
  }
  return key;
}

async function readRing({ keyring }: ExpectedOpenpgp): Promise<Ring> {
  if (keyring.length > MOST_BYTES) throw new Stop('limit', 'the OpenPGP key ring is over 8 MiB');
  const armored = Buffer.from(keyring.subarray(0, 64))
    .toString('latin1')
    .trimStart()
    .startsWith('-----BEGIN PGP');
  try {
    return armored
      ? await readArmored(Buffer.from(keyring).toString('latin1'))
      : { keys: await readKeys({ binaryKeys: keyring }), revocations: [] };
  } catch (error) {
    throw new Stop('not-understood', `the OpenPGP key ring cannot be read: ${messageOf(error)}`);
  }
}

/** A file may hold several armored blocks, one after the other, as projects' KEYS files do. */
async function readArmored(text: string): Promise<Ring> {
  const blocks =
    text.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  const read = await Promise.all(
    blocks.map(async (armoredKeys) => {
      try {
        return { keys: await readKeys({ armoredKeys }), revocations: [] };
      } catch (error) {
        // A revocation certificate: the armor is that of a key, and within is one signature.
        if (messageOf(error) === 'No key packet found') return { keys: [], revocations: [armoredKeys] };
        throw error;
      }
    }),
  );
  return { keys: read.flatMap(({ keys }) => keys), revocations: read.flatMap((one) => one.revocations) };
}

export const userIdOf = (key: Key | PublicKey): string | undefined =>
  key.users.find(({ userID }) => userID)?.userID?.userID;

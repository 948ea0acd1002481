import { enums, type Key, type Signature, type verify } from 'openpgp';
import type { Found } from '../several.ts';
import { messageOf, printable, Stop } from '../stop.ts';
import type { Signer } from '../verification.ts';
import { userIdOf } from './keys.ts';

type VerificationResult = Awaited<ReturnType<typeof verify>>['signatures'][number];

/** More signatures than anybody puts on one file; each costs a public-key operation, and hashes the file anew. */
const MOST_SIGNATURES = 32;

/** To be asked before anything is verified. @throws {Stop} `limit` */
export function boundSignatures({ packets }: Signature): void {
  if (packets.length > MOST_SIGNATURES)
    throw new Stop('limit', `more than ${MOST_SIGNATURES} OpenPGP signatures`);
}

/**
 * From the library's outcomes to one: a signature by a known key that does not hold is a failure whatever the others
 * say; one by a known key that holds is enough; none by a known key is unknown.
 * @param type the only kind of signature that counts here: one over bytes says nothing about a text and vice versa
 * @throws {Stop}
 */
export async function judgeSignatures(
  results: readonly VerificationResult[],
  keys: readonly Key[],
  type: 'binary' | 'text',
  now: Date,
): Promise<Found> {
  const good: Found[] = [];
  const unknown: string[] = [];
  const undecided: Stop[] = [];
  for (const result of results) {
    const id = result.keyID.toHex().toUpperCase();
    const key = keys.find((one) => one.getKeys(result.keyID).length > 0);
    if (key === undefined) {
      unknown.push(id);
      result.verified.catch(() => undefined);
      continue;
    }
    const signature = await result.signature;
    requireType(signature, type);
    const signer = signerOf(key, id);
    const failure = await failureOf(result, signer);
    const stop = failure ?? (await keyState(key, result.keyID, signature, signer, now));
    if (stop === undefined) good.push(found(signer, signature));
    else if (stop.code === 'expired-key-undated') undecided.push(stop);
    else throw stop;
  }
  const first = good[0];
  const notes = unknown.map((id) => `also signed with key ${id}, which was not given`);
  if (first !== undefined) return { ...first, notes: [...first.notes, ...notes] };
  if (undecided[0] !== undefined) throw undecided[0];
  if (results.length === 0) throw new Stop('nothing-to-verify', 'there is no OpenPGP signature in it');
  throw new Stop(
    'unknown-key',
    `signed with OpenPGP key ${unknown.join(', ')}, which is not in the key ring`,
  );
}

async function failureOf(result: VerificationResult, signer: Signer): Promise<Stop | undefined> {
  try {
    await result.verified;
    return undefined;
  } catch (error) {
    const text = messageOf(error);
    if (/revoked/i.test(text))
      return new Stop('key-revoked', `the OpenPGP key was revoked: ${text}`, { signer });
    if (/insecure|not allowed|too short|weak|unsupported|unknown/i.test(text)) {
      return new Stop('unsupported', `not counted as a signature: ${text}`, { signer });
    }
    if (/expired|in the future/i.test(text))
      return new Stop('key-expired', `the OpenPGP signature does not count: ${text}`, { signer });
    return new Stop('signature-invalid', `the OpenPGP signature does not hold: ${text}`, { signer });
  }
}

/** The library judges a key as of the time the signer claims; somebody with a stolen old key claims an old time. */
async function keyState(
  key: Key,
  id: VerificationResult['keyID'],
  signature: Signature,
  signer: Signer,
  now: Date,
): Promise<Stop | undefined> {
  if (await key.isRevoked(undefined, undefined, now)) {
    return new Stop('key-revoked', 'the OpenPGP key has been revoked', { signer });
  }
  const made = signature.packets[0]?.created?.toISOString().slice(0, 10);
  const ended = (what: string) =>
    new Stop(
      'expired-key-undated',
      `the OpenPGP key ${what}, and that it signed on ${made} is only what the signer says`,
      { signer },
    );
  const ends = await key.getExpirationTime();
  if (ends instanceof Date && ends < now) return ended(`ended on ${ends.toISOString().slice(0, 10)}`);
  try {
    // The key that signed may be a subkey, which ends and is revoked on its own.
    await key.getSigningKey(id, now);
    return undefined;
  } catch (error) {
    const text = messageOf(error);
    return /revoked/i.test(text)
      ? new Stop('key-revoked', `the OpenPGP subkey has been revoked: ${text}`, { signer })
      : ended(`no longer counts (${text})`);
  }
}

function requireType(signature: Signature, type: 'binary' | 'text'): void {
  const wanted = type === 'binary' ? enums.signature.binary : enums.signature.text;
  const is = signature.packets[0]?.signatureType;
  const also = type === 'text' ? enums.signature.binary : wanted;
  if (is === wanted || is === also) return;
  throw is === enums.signature.text
    ? new Stop('unsupported', 'the signature is over a text whose line ends may change, not over the bytes')
    : new Stop('signature-invalid', 'the signature is of a kind that signs no document');
}

function signerOf(key: Key, id: string): Signer {
  const name = userIdOf(key);
  const { algorithm } = key.getAlgorithmInfo();
  const subkey = key.getKeyID().toHex().toUpperCase() === id ? '' : `, subkey ${id}`;
  return {
    kind: 'key',
    algorithm: `OpenPGP ${algorithm}${subkey}`,
    fingerprint: key.getFingerprint().toUpperCase(),
    ...(name !== undefined && { name: printable(name) }),
  };
}

function found(signer: Signer, signature: Signature): Found {
  const created = signature.packets[0]?.created;
  const who = signer.kind === 'key' ? (signer.name ?? signer.fingerprint) : '';
  return {
    code: 'verified',
    reason: `signed with the OpenPGP key of ${who}`,
    signer,
    time: created ? { at: created.toISOString(), from: 'claim' } : { from: 'none' },
    notes: [],
  };
}

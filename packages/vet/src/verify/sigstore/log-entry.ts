import { createHash, createPublicKey, X509Certificate as NodeCertificate } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { canonicalBase64 } from '../base64.ts';
import { asArray, asObject, asString, parseJson } from '../json.ts';
import { Stop } from '../stop.ts';

type LogEntry = Bundle['verificationMaterial']['tlogEntries'][number];

/**
 * The key or certificate that a log entry was made for must be the one in the bundle. The library compares signature
 * and digest only; but for ECDSA another key can be built under which the same signature holds, and then the log
 * would vouch for the time of a signature by somebody else.
 * @param signer DER of the bundle's certificate, or of the public key (SPKI) it was checked with
 * @param otherwise what it means where they differ
 * @throws {Stop} `log-entry-invalid`, or `otherwise`
 */
export function requireSameSigner(
  entry: LogEntry,
  signer: Uint8Array,
  otherwise: 'log-entry-invalid' | 'certificate-invalid',
): void {
  const bodies = verifiersOf(entry);
  if (bodies.length !== 1 || bodies[0] === undefined) {
    throw new Stop('log-entry-invalid', 'the log entry does not name exactly one signer');
  }
  if (!Buffer.from(signer).equals(bodies[0])) {
    throw new Stop(otherwise, 'the log entry was made for another certificate or key than the bundle has');
  }
}

/**
 * What a proof says of its tree must be what the log signed in the checkpoint. The library takes the checkpoint's word
 * and does not look at the other; readers of the bundle may.
 * @throws {Stop} `log-entry-invalid`
 */
export function requireSameTree({ inclusionProof }: LogEntry): void {
  if (inclusionProof === undefined) return;
  const { rootHash, treeSize, checkpoint } = inclusionProof;
  // Left out altogether it claims nothing.
  if (rootHash.length === 0 && treeSize === '0') return;
  const [, size, root = ''] = (checkpoint?.envelope ?? '').split('\n', 3);
  if (size !== treeSize || !Buffer.from(root, 'base64').equals(rootHash)) {
    throw new Stop('log-entry-invalid', 'the inclusion proof is of another tree than the checkpoint');
  }
  requireSignedNote(checkpoint?.envelope ?? '');
}

/**
 * A signed note is its text, a blank line, and lines of signatures (https://c2sp.org/signed-note). The library looks for
 * such lines among whatever else is there, and takes base64 that can be written in several ways.
 */
function requireSignedNote(envelope: string): void {
  const lines = envelope.slice(envelope.indexOf('\n\n') + 2).split('\n');
  const signatures = lines.slice(0, -1).map((line) => /^\u2014 \S+ (\S+)$/.exec(line)?.[1]);
  if (lines.at(-1) === '' && signatures.every((one) => one && canonicalBase64(one) !== undefined)) return;
  throw new Stop('log-entry-invalid', 'the checkpoint holds more than its text and signatures');
}

/** DER of every key or certificate in an entry of the kinds that are understood. */
function verifiersOf(entry: LogEntry): Buffer[] {
  const body = bodyOf(entry);
  const spec = asObject(body?.spec);
  switch (`${entry.kindVersion.kind}/${entry.kindVersion.version}`) {
    case 'hashedrekord/0.0.1':
      return [pemToDer(asObject(asObject(spec?.signature)?.publicKey)?.content)];
    case 'dsse/0.0.1':
      return (asArray(spec?.signatures) ?? []).map((one) => pemToDer(asObject(one)?.verifier));
    case 'intoto/0.0.2': {
      const envelope = asObject(asObject(spec?.content)?.envelope);
      return (asArray(envelope?.signatures) ?? []).map((one) => pemToDer(asObject(one)?.publicKey));
    }
    case 'hashedrekord/0.0.2':
      return [rawVerifier(asObject(asObject(spec?.hashedRekordV002)?.signature)?.verifier)];
    case 'dsse/0.0.2': {
      const signatures = asArray(asObject(spec?.dsseV002)?.signatures) ?? [];
      return signatures.map((one) => rawVerifier(asObject(one)?.verifier));
    }
    default:
      throw new Stop('unsupported', 'the log entry is of a kind that is not understood');
  }
}

/** Logs write JSON and nothing else: what is none was not written by one. */
function bodyOf({ canonicalizedBody }: LogEntry): Record<string, unknown> | undefined {
  try {
    return asObject(parseJson(canonicalizedBody, 'the log entry'));
  } catch (error) {
    if (!(error instanceof Stop) || error.code !== 'not-understood') throw error;
    throw new Stop('log-entry-invalid', error.message);
  }
}

function pemToDer(base64: unknown): Buffer {
  const pem = Buffer.from(asString(base64) ?? '', 'base64').toString('latin1');
  try {
    if (pem.includes('BEGIN CERTIFICATE')) return new NodeCertificate(pem).raw;
    return createPublicKey(pem).export({ format: 'der', type: 'spki' });
  } catch {
    throw new Stop('log-entry-invalid', 'the log entry holds no readable certificate or key');
  }
}

function rawVerifier(verifier: unknown): Buffer {
  const one = asObject(verifier);
  const raw = asObject(one?.x509Certificate)?.rawBytes ?? asObject(one?.publicKey)?.rawBytes;
  return Buffer.from(asString(raw) ?? '', 'base64');
}

/** `SHA256:…` over the SPKI, base64 without padding. */
export function keyFingerprint(spki: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`;
}

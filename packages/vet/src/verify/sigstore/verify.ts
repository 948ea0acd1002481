import { createPublicKey, type KeyObject, verify as verifyWhole } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import type { X509Certificate } from '@sigstore/core';
import { type SignedEntity, toSignedEntity, type VerificationError, Verifier } from '@sigstore/verify';
import type { Artefact } from '../artefact.ts';
import { messageOf, Stop } from '../stop.ts';
import type { TrustRoot } from '../trust/root.ts';
import type { SignedAt } from '../verification.ts';
import { certificateOf, isIssued, rawCertificateOf, requireKnownAuthorities } from './authorities.ts';
import { requireCodeSigning } from './identity.ts';
import { requireSameSigner, requireSameTree } from './log-entry.ts';
import { type HashName, verifyDigest } from './prehash.ts';

const NOT_THIS_KEY = 'the signature is not over these bytes by this key';

const HASH: Record<number, HashName> = { 0: 'sha256', 1: 'sha256', 2: 'sha384', 3: 'sha512' };

export interface KeyForBundle {
  key: KeyObject;
  /** When signatures of this key count. */
  validFor(at: Date): boolean;
  /** Set for keys with an end: without a trusted time nobody can tell on which side of it the signature lies. */
  needsTime?: boolean;
}

/**
 * Everything about a bundle that is cryptography: authorities known, certificate chain and SCT, log inclusion, trusted
 * time, signature, and (for a message signature) that the artefact's own digest is the one signed. Says nothing yet
 * about *who* signed or, for an attestation, *which* artefact it speaks of.
 * @param key for bundles that name a key instead of carrying a certificate
 * @returns how the time is known
 * @throws {Stop} with the reason
 */
export async function verifyCryptography(
  bundle: Bundle,
  artefact: Artefact,
  trust: TrustRoot,
  now: Date,
  key?: KeyForBundle,
): Promise<SignedAt> {
  const signer = rawCertificateOf(bundle) ?? key?.key.export({ format: 'der', type: 'spki' });
  if (signer === undefined)
    throw new Stop('unknown-key', 'the bundle was signed with a key that was not given');
  const leaf = certificateOf(bundle);
  // From what everything else stands on upwards, so that the reason named is the fault itself: a changed signature is
  // also in no log, and a changed certificate neither signed this nor is it the one logged.
  const issued = isIssued(bundle, trust);
  requireCodeSigning(leaf);
  const entity = await entityOf(bundle, artefact, key);
  const verifyingKey = leaf === undefined ? key?.key : publicKeyOf(leaf);
  if (verifyingKey === undefined || !holdsOnce(entity, verifyingKey))
    throw new Stop('signature-invalid', NOT_THIS_KEY);
  for (const entry of bundle.verificationMaterial.tlogEntries) {
    if (Number(entry.integratedTime) * 1000 > now.getTime()) {
      throw new Stop('log-entry-invalid', 'the log entry is dated in the future');
    }
    requireSameTree(entry);
    // Nobody known gave out this certificate, and the log saw another: then it is this one that was changed.
    requireSameSigner(
      entry,
      signer,
      leaf === undefined || issued ? 'log-entry-invalid' : 'certificate-invalid',
    );
  }
  requireKnownAuthorities(bundle, trust, issued);

  const hasCertificate = rawCertificateOf(bundle) !== undefined;
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const timestamps = timestampVerificationData?.rfc3161Timestamps.length ?? 0;
  if (hasCertificate && tlogEntries.length === 0) {
    throw timestamps > 0
      ? new Stop('no-inclusion-proof', 'the bundle has no transparency log entry')
      : new Stop(
          'no-trusted-time',
          'the certificate was short-lived, and neither log nor timestamp shows when it signed',
        );
  }
  const material =
    key === undefined ? trust.material : { ...trust.material, publicKey: () => asMaterial(key) };
  // A key that the person pinned needs no log: it is the key, not the log, that is trusted. What is there must hold.
  const needed = hasCertificate ? 1 : 0;
  const times = hasCertificate || key?.needsTime ? 1 : 0;
  const verifier = new Verifier(material, {
    tlogThreshold: needed,
    ctlogThreshold: needed,
    timestampThreshold: times,
  });
  try {
    verifier.verify(entity);
  } catch (error) {
    throw error instanceof Stop ? error : reasonOf(error, bundle);
  }
  return timeOf(entity);
}

/** The library asks once more at its end; of the same key the answer is the same, and costs as much again. */
function holdsOnce({ signature }: SignedEntity, key: KeyObject): boolean {
  const verify = signature.verifySignature.bind(signature);
  const holds = verify(key);
  signature.verifySignature = (other) => (other.equals(key) ? holds : verify(other));
  return holds;
}

const asMaterial = (key: KeyForBundle) => ({ publicKey: key.key, validFor: (at: Date) => key.validFor(at) });

async function entityOf(bundle: Bundle, artefact: Artefact, key?: KeyForBundle): Promise<SignedEntity> {
  let entity: SignedEntity;
  try {
    entity = toSignedEntity(bundle, Buffer.alloc(0));
  } catch (error) {
    throw new Stop('not-understood', `the bundle cannot be read: ${messageOf(error)}`);
  }
  if (bundle.content.$case !== 'messageSignature') return entity;

  const { messageDigest, signature } = bundle.content.messageSignature;
  const algorithm = HASH[messageDigest.algorithm];
  if (algorithm === undefined)
    throw new Stop('unsupported', 'the bundle uses a digest that is not supported');
  const digest = Buffer.from((await artefact.digests([algorithm]))[algorithm], 'hex');
  if (!digest.equals(messageDigest.digest)) {
    throw new Stop(
      'artefact-mismatch',
      `the bundle is for other bytes: ${algorithm} ${messageDigest.digest.toString('hex')}`,
    );
  }
  const isDigest = (other: Buffer) => digest.equals(other);
  const whole = await wholeIfNeeded(bundle, artefact, key);
  entity.signature = {
    signature,
    compareSignature: (other) => signature.equals(other),
    compareDigest: isDigest,
    compareSignedDigest: isDigest,
    verifySignature: (key) =>
      key.asymmetricKeyType === 'ed25519'
        ? whole !== undefined && verifyWhole(null, whole, key, signature)
        : verifyDigest(algorithm, digest, key, signature),
  };
  return entity;
}

/** Ed25519 signs the bytes and not a digest of them; only then are they held at once, and only up to a limit. */
async function wholeIfNeeded(
  bundle: Bundle,
  artefact: Artefact,
  given: KeyForBundle | undefined,
): Promise<Uint8Array | undefined> {
  const certificate = certificateOf(bundle);
  const key = certificate ? publicKeyOf(certificate) : given?.key;
  return key?.asymmetricKeyType === 'ed25519' ? artefact.whole() : undefined;
}

function publicKeyOf(certificate: X509Certificate): KeyObject {
  try {
    return createPublicKey({ key: certificate.publicKey, format: 'der', type: 'spki' });
  } catch {
    throw new Stop('certificate-invalid', 'the certificate holds a key that cannot be read');
  }
}

function timeOf(entity: SignedEntity): SignedAt {
  for (const timestamp of entity.timestamps) {
    if (timestamp.$case === 'transparency-log' && timestamp.tlogEntry.inclusionPromise) {
      const at = new Date(Number(timestamp.tlogEntry.integratedTime) * 1000);
      return { at: at.toISOString(), from: 'transparency-log' };
    }
    if (timestamp.$case === 'timestamp-authority') {
      return { at: timestamp.timestamp.signingTime.toISOString(), from: 'timestamp-authority' };
    }
  }
  return { from: 'none' };
}

function reasonOf(error: unknown, bundle: Bundle): Stop {
  const code = (error as Partial<VerificationError>)?.code;
  const text = messageOf(error);
  const cause = (error as { cause?: unknown }).cause;
  switch (code) {
    case 'TLOG_MISSING_INCLUSION_ERROR':
    case 'TLOG_ERROR':
      return new Stop('no-inclusion-proof', `the transparency log does not show this signature: ${text}`);
    case 'TLOG_INCLUSION_PROOF_ERROR':
    case 'TLOG_INCLUSION_PROMISE_ERROR':
    case 'TLOG_BODY_ERROR':
      return new Stop('log-entry-invalid', `the transparency log entry does not hold: ${text}`);
    case 'TIMESTAMP_ERROR':
      return text.startsWith('expected')
        ? new Stop('no-trusted-time', 'nothing that can be trusted shows when it was signed')
        : new Stop('timestamp-invalid', `the timestamp does not hold: ${text}`);
    case 'CERTIFICATE_ERROR': {
      const why = cause === undefined ? text : `${text} (${messageOf(cause)})`;
      return /not valid or expired/.test(why)
        ? new Stop(
            'certificate-expired',
            `the certificate was not valid when it signed (${validity(bundle)})`,
          )
        : new Stop('certificate-invalid', `the certificate does not hold: ${why}`);
    }
    case 'PUBLIC_KEY_ERROR':
      return new Stop('key-expired', `the key was not valid when it signed: ${text}`);
    case 'SIGNATURE_ERROR':
      return new Stop('signature-invalid', NOT_THIS_KEY);
    default:
      return new Stop('not-understood', `could not be verified: ${text}`);
  }
}

function validity(bundle: Bundle): string {
  const certificate = certificateOf(bundle);
  return certificate
    ? `${certificate.notBefore.toISOString()} to ${certificate.notAfter.toISOString()}`
    : 'no certificate';
}

import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { asksForProvenance, requireBuild, requireProvenance } from './expected-build.ts';
import { readProvenance } from './provenance.ts';
import type { VerifyInput } from './scheme.ts';
import { certificateOf } from './sigstore/authorities.ts';
import { requireSigner, signerOf } from './sigstore/identity.ts';
import { keyFingerprint } from './sigstore/log-entry.ts';
import { type KeyForBundle, verifyCryptography } from './sigstore/verify.ts';
import { readStatement, type Statement, subjectFor } from './statement.ts';
import { Stop } from './stop.ts';
import type { BuildClaims, Provenance, Signer, StatementSummary, Verification } from './verification.ts';

type Found = Omit<Verification, 'scheme' | 'verdict' | 'artefact'>;

/**
 * One bundle from its bytes to its verdict: cryptography, subject, signer, provenance; in that order, so that the
 * reason named is the deepest one. `findKey` gives the key that a bundle without certificate names.
 * @throws {Stop}
 */
export async function verifyBundle(
  bundle: Bundle,
  input: VerifyInput,
  findKey: (hint: string) => KeyForBundle | undefined = () => pinnedKey(input),
): Promise<Found> {
  const { artefact, expected, trust, now } = input;
  const content = bundle.verificationMaterial.content;
  const key = content.$case === 'publicKey' ? findKey(content.publicKey.hint) : undefined;
  const time = await verifyCryptography(bundle, artefact, trust, now, key);
  const notes = [`trust root: ${trust.origin}, ${trust.asOf.slice(0, 10)}`];

  const certificate = certificateOf(bundle);
  const signer = certificate ? signerOf(certificate) : keySigner(key?.key);
  const build = signer.kind === 'certificate' ? signer.build : {};
  const context = { signer, time, notes };
  try {
    const statement = await statementIn(bundle, input, build);
    if (signer.kind === 'certificate') requireSigner(signer, expected);
    if (asksForProvenance(expected)) {
      const unchecked = statement?.provenance
        ? requireProvenance(statement.provenance, statement.full, build, expected)
        : requireBuild(build, expected, statement?.full);
      notes.push(...unchecked);
    }
    if (statement?.provenance?.certified === 'other') {
      notes.push('the provenance names another source than the certificate: it is only what the signer says');
    }
    if (statement?.unreadable) notes.push(statement.unreadable);
    const summary = statement?.summary;
    return { code: 'verified', reason: sentence(signer, summary), ...context, statement: summary };
  } catch (error) {
    if (error instanceof Stop) throw new Stop(error.code, error.message, { ...context, ...error.extra });
    throw error;
  }
}

/** A key the person named for this artefact. */
function pinnedKey({ expected }: VerifyInput): KeyForBundle | undefined {
  const keys = expected.signers.flatMap((one) => (one.kind === 'public-key' ? [readPublicKey(one.pem)] : []));
  if (keys.length > 1)
    throw new Stop('unsupported', 'a bundle that names no certificate can be held against one key only');
  return keys[0] && { key: keys[0], validFor: () => true };
}

/** @throws {Stop} `not-understood` */
export function readPublicKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new Stop('not-understood', 'the expected key is not a public key in PEM');
  }
}

export function keySigner(key: KeyObject | undefined): Signer {
  if (key === undefined) throw new Stop('unknown-key', 'the signature is by a key that was not given');
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const algorithm = `${key.asymmetricKeyType}${curve ? ` ${curve}` : ''}`;
  return { kind: 'key', algorithm, fingerprint: keyFingerprint(key.export({ format: 'der', type: 'spki' })) };
}

async function statementIn(bundle: Bundle, input: VerifyInput, build: BuildClaims) {
  if (bundle.content.$case !== 'dsseEnvelope') return undefined;
  const { payloadType, payload } = bundle.content.dsseEnvelope;
  const statement = readStatement(payloadType, payload);
  const full = await subjectFor(statement, input.artefact);
  const { provenance, unreadable } = provenanceIn(statement, build, input);
  const summary: StatementSummary = {
    predicateType: statement.predicateType,
    subject: full.name ?? '',
    ...(provenance && { provenance }),
  };
  return { summary, provenance, full, unreadable };
}

/** Provenance that cannot be read matters only where something was asked of it; the signature holds all the same. */
function provenanceIn(
  statement: Statement,
  build: BuildClaims,
  { expected }: VerifyInput,
): { provenance?: Provenance; unreadable?: string } {
  try {
    return { provenance: readProvenance(statement, build) };
  } catch (error) {
    if (!(error instanceof Stop) || asksForProvenance(expected)) throw error;
    return { unreadable: error.message };
  }
}

function sentence(signer: Signer, statement: StatementSummary | undefined): string {
  const who = signer.kind === 'certificate' ? signer.identity : `key ${signer.fingerprint}`;
  if (statement === undefined) return `signed by ${who}`;
  return statement.provenance ? `provenance of ${who}` : `attested (${statement.predicateType}) by ${who}`;
}

import type { Verdict } from '@toolcrib/model';
import * as z from 'zod';
import { verdictSchema } from '../verdict.ts';

/** Every way in which a release can be signed that is understood here; one file each under `schemes/`. */
const schemeSchema = z.enum([
  'sigstore-bundle',
  'cosign',
  'github-attestation',
  'npm-attestations',
  'npm-signature',
  'minisign',
  'openpgp',
  'openpgp-cleartext',
  'ssh',
  'git-object',
  'checksums',
]);
export type SchemeName = z.output<typeof schemeSchema>;

/** Why a verdict is what it is. The first block goes with pass, the second with fail, the third with unknown. */
export type ReasonCode =
  | 'verified'
  // verification was possible and failed, or it is somebody else's
  | 'artefact-mismatch'
  | 'signature-invalid'
  | 'certificate-invalid'
  | 'certificate-expired'
  | 'log-entry-invalid'
  | 'no-inclusion-proof'
  | 'timestamp-invalid'
  | 'no-trusted-time'
  | 'other-identity'
  | 'other-subject'
  | 'other-name'
  | 'provenance-mismatch'
  | 'key-expired'
  | 'key-revoked'
  // nothing could be decided
  | 'integrity-only'
  | 'nothing-to-verify'
  | 'not-understood'
  | 'unsupported'
  | 'limit'
  | 'unknown-key'
  | 'unknown-authority'
  | 'outdated-root'
  | 'first-seen'
  | 'provenance-undecided'
  /** The key has ended since, and only the signer says that it signed before. */
  | 'expired-key-undated'
  | 'changed-while-read';

/** The verdict that a reason leads to. One table, so that no scheme can turn an unknown into a pass. */
export const VERDICT_OF = {
  verified: 'pass',
  'artefact-mismatch': 'fail',
  'signature-invalid': 'fail',
  'certificate-invalid': 'fail',
  'certificate-expired': 'fail',
  'log-entry-invalid': 'fail',
  'no-inclusion-proof': 'fail',
  'timestamp-invalid': 'fail',
  'no-trusted-time': 'fail',
  'other-identity': 'fail',
  'other-subject': 'fail',
  'other-name': 'fail',
  'provenance-mismatch': 'fail',
  'key-expired': 'fail',
  'key-revoked': 'fail',
  'integrity-only': 'unknown',
  'nothing-to-verify': 'unknown',
  'not-understood': 'unknown',
  unsupported: 'unknown',
  limit: 'unknown',
  'unknown-key': 'unknown',
  'unknown-authority': 'unknown',
  'outdated-root': 'unknown',
  'first-seen': 'unknown',
  'provenance-undecided': 'unknown',
  'expired-key-undated': 'unknown',
  'changed-while-read': 'unknown',
} as const satisfies Record<ReasonCode, Verdict>;

const reasonCodes = Object.keys(VERDICT_OF) as ReasonCode[];

/** https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const buildClaimsSchema = z.object({
  sourceRepository: z.string().optional(),
  sourceRef: z.string().optional(),
  sourceDigest: z.string().optional(),
  buildSigner: z.string().optional(),
  buildConfig: z.string().optional(),
  runner: z.string().optional(),
  run: z.string().optional(),
});
export type BuildClaims = z.output<typeof buildClaimsSchema>;

/** Who signed, as far as the cryptography shows it. */
const signerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('certificate'),
    /** The certificate's one subject alternative name. */
    identity: z.string(),
    /** The OIDC issuer that vouched for it. */
    issuer: z.string(),
    /** Fulcio's extensions that name the build (source repository, ref, commit …); empty where there are none. */
    build: buildClaimsSchema,
  }),
  z.object({
    kind: z.literal('key'),
    algorithm: z.string(),
    /** `SHA256:…` of the key as its own programs print it (OpenPGP: hex fingerprint; minisign: the key itself). */
    fingerprint: z.string(),
    /** A name that came with the key (OpenPGP user id, allowed_signers principal): as trusted as the key ring. */
    name: z.string().optional(),
  }),
]);
export type Signer = z.output<typeof signerSchema>;

/** When it was signed and how that is known. A time that only the signer claims is called a claim. */
const signedAtSchema = z.discriminatedUnion('from', [
  z.object({ at: z.string(), from: z.enum(['transparency-log', 'timestamp-authority']) }),
  z.object({ at: z.string(), from: z.literal('claim') }),
  z.object({ from: z.literal('none') }),
]);
export type SignedAt = z.output<typeof signedAtSchema>;

const provenanceSchema = z.object({
  buildType: z.string(),
  builder: z.string(),
  sourceRepository: z.string().optional(),
  sourceRef: z.string().optional(),
  sourceDigest: z.string().optional(),
  /**
   * Whether the certificate names the same source. The predicate is written by the build itself; the certificate's
   * extensions by an authority that saw the build's identity.
   */
  certified: z.enum(['same', 'other', 'not said']),
  /** Only where the builder's operator publishes which SLSA build level it meets; otherwise `not stated`. */
  slsaLevel: z.object({
    level: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal('not stated')]),
    because: z.string(),
  }),
});
export type Provenance = z.output<typeof provenanceSchema>;

/** What an attestation says of the artefact, once its signature holds. */
const statementSchema = z.object({
  predicateType: z.string(),
  subject: z.string(),
  provenance: provenanceSchema.optional(),
});
export type StatementSummary = z.output<typeof statementSchema>;

export const verificationSchema = z.object({
  scheme: schemeSchema,
  verdict: verdictSchema,
  code: z.enum(reasonCodes),
  /** One sentence for a person: what was verified, or what stood in the way. */
  reason: z.string(),
  /** The bytes the verdict is about. `sha256` is always there where they could be read. */
  artefact: z.object({ name: z.string(), size: z.number(), digests: z.record(z.string(), z.string()) }),
  signer: signerSchema.optional(),
  time: signedAtSchema.optional(),
  statement: statementSchema.optional(),
  /** Given with `first-seen`: what a person may put into the policy after having checked it elsewhere. */
  proposal: z.object({ kind: z.literal('certificate'), identity: z.string(), issuer: z.string() }).optional(),
  /** What a reader should know besides: age of the root, a claim that nothing backs. */
  notes: z.array(z.string()),
});
export type Verification = z.output<typeof verificationSchema>;

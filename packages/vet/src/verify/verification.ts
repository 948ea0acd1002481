import type { Verdict } from '@toolcrib/model';
import type { ExpectedSigner } from './expected.ts';

/** Every way in which a release can be signed that is understood here; one file each under `schemes/`. */
export type SchemeName =
  | 'sigstore-bundle'
  | 'cosign'
  | 'github-attestation'
  | 'npm-attestations'
  | 'npm-signature'
  | 'minisign'
  | 'openpgp'
  | 'openpgp-cleartext'
  | 'ssh'
  | 'git-object'
  | 'checksums';

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

/** Who signed, as far as the cryptography shows it. */
export type Signer =
  | {
      kind: 'certificate';
      /** The certificate's one subject alternative name. */
      identity: string;
      /** The OIDC issuer that vouched for it. */
      issuer: string;
      /** Fulcio's extensions that name the build (source repository, ref, commit …); empty where there are none. */
      build: BuildClaims;
    }
  | {
      kind: 'key';
      algorithm: string;
      /** `SHA256:…` of the key as its own programs print it (OpenPGP: hex fingerprint; minisign: the key itself). */
      fingerprint: string;
      /** A name that came with the key (OpenPGP user id, allowed_signers principal): as trusted as the key ring. */
      name?: string;
    };

/** https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
export interface BuildClaims {
  sourceRepository?: string;
  sourceRef?: string;
  sourceDigest?: string;
  buildSigner?: string;
  buildConfig?: string;
  runner?: string;
  run?: string;
}

/** When it was signed and how that is known. A time that only the signer claims is called a claim. */
export type SignedAt =
  | { at: string; from: 'transparency-log' | 'timestamp-authority' }
  | { at: string; from: 'claim' }
  | { from: 'none' };

/** What an attestation says of the artefact, once its signature holds. */
export interface StatementSummary {
  predicateType: string;
  subject: string;
  provenance?: Provenance;
}

export interface Provenance {
  buildType: string;
  builder: string;
  sourceRepository?: string;
  sourceRef?: string;
  sourceDigest?: string;
  /**
   * Whether the certificate names the same source. The predicate is written by the build itself; the certificate's
   * extensions by an authority that saw the build's identity.
   */
  certified: 'same' | 'other' | 'not said';
  /** Only where the builder's operator publishes which SLSA build level it meets; otherwise `not stated`. */
  slsaLevel: { level: 1 | 2 | 3 | 'not stated'; because: string };
}

export interface Verification {
  scheme: SchemeName;
  verdict: Verdict;
  code: ReasonCode;
  /** One sentence for a person: what was verified, or what stood in the way. */
  reason: string;
  /** The bytes the verdict is about. `sha256` is always there where they could be read. */
  artefact: { name: string; size: number; digests: Record<string, string> };
  signer?: Signer;
  time?: SignedAt;
  statement?: StatementSummary;
  /** Given with `first-seen`: what a person may put into the policy after having checked it elsewhere. */
  proposal?: ExpectedSigner;
  /** What a reader should know besides: age of the root, a claim that nothing backs. */
  notes: string[];
}

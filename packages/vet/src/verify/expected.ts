/** Who is allowed to have signed. Keys come as text, so that they can stand in a policy file. */
export type ExpectedSigner =
  | { kind: 'certificate'; identity: string; issuer: string }
  /** `pattern` must start with ^ and end with $; asked for by name, never a fallback. */
  | { kind: 'certificate-pattern'; pattern: string; issuer: string }
  /** PEM (SPKI) of the public key. */
  | { kind: 'public-key'; pem: string }
  /** The `RW…` line or the whole `.pub` file. */
  | { kind: 'minisign'; key: string }
  /** Armored or binary key ring; with `fingerprint` only that primary key counts. */
  | { kind: 'openpgp'; keyring: Uint8Array; fingerprint?: string }
  /** OpenSSH's allowed_signers format; `principal` is who must have signed. */
  | { kind: 'ssh'; allowedSigners: string; principal: string };

export interface Expected {
  /** Any one of them is enough. Empty: nobody is pinned yet, and a valid signature is only *proposed*. */
  signers: readonly ExpectedSigner[];
  /** With version where one is known: provenance and npm subjects must name it. */
  purl?: string;
  /** Where provenance must have its source from; derived from `purl` when that is `pkg:github/…`. */
  sourceRepository?: string;
  /** `refs/tags/v1.2.3`: exactly this ref. A version in `purl` must be named by it all the same. */
  sourceRef?: string;
  builder?: string;
}

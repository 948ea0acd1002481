import { ToolcribError } from '@toolcrib/model/errors';
import type { SignatureInput } from '@toolcrib/vet/ask/input';

/** The options of `toolcrib vet verify`, as commander gives them. */
export interface VerifyOptions {
  bundle?: string;
  signature?: string;
  certificate?: string;
  checksums?: string;
  identity?: string;
  identityPattern?: string;
  issuer?: string;
  key?: string;
  keyring?: string;
  fingerprint?: string;
  allowedSigners?: string;
  purl?: string;
  sourceRepository?: string;
  sourceRef?: string;
  builder?: string;
  trustedRoot?: string;
  git?: string;
  tag?: string;
}

/** What was typed, as a value. @throws ToolcribError `usage` */
export function signatureAsked(name: string | undefined, options: VerifyOptions): SignatureInput {
  const { bundle, signature, certificate, checksums, trustedRoot } = options;
  const { purl, sourceRepository, sourceRef, builder } = options;
  if (bundle !== undefined && signature !== undefined) throw usage('give --bundle or --signature, not both');
  return {
    artefact: artefactOf(name, options),
    // An empty one is a file that can't be there, never none: `--signature "$SIG"` must not come to less than was asked.
    proof: bundle !== undefined ? { bundle } : signature !== undefined ? { signature } : undefined,
    certificate,
    checksums,
    signers: signersOf(options),
    purl,
    sourceRepository,
    sourceRef,
    builder,
    trustedRoot,
    // Who types a file's name means that very file: `<(…)` of the shell too.
    byHand: true,
  };
}

function artefactOf(name: string | undefined, { git, tag }: VerifyOptions): SignatureInput['artefact'] {
  if (git !== undefined) {
    if (tag === undefined) throw usage('--git needs --tag');
    if (name !== undefined) throw usage('name the artefact, or a clone with --git and --tag; not both');
    return { clone: git, tag };
  }
  if (tag !== undefined) throw usage('--tag needs --git: the clone whose tag it is');
  if (name === undefined) throw usage('name the artefact, or a clone with --git and --tag');
  const sha256 = /^sha256:([0-9a-f]{64})$/.exec(name)?.[1];
  return sha256 === undefined ? { file: name } : { sha256 };
}

function signersOf(options: VerifyOptions): NonNullable<SignatureInput['signers']> {
  const { identity, identityPattern: pattern, issuer, key, keyring, fingerprint, allowedSigners } = options;
  if (fingerprint !== undefined && keyring === undefined)
    throw usage('--fingerprint needs --keyring: it names one key of the ring');
  if (issuer !== undefined && identity === undefined && pattern === undefined)
    throw usage('--issuer needs --identity or --identity-pattern: whom it vouched for');
  if (allowedSigners !== undefined && pattern !== undefined)
    throw usage('--allowed-signers takes --identity, and no --identity-pattern');
  const signers: NonNullable<SignatureInput['signers']> = [];
  if (allowedSigners !== undefined) {
    if (identity === undefined)
      throw usage('--allowed-signers needs --identity: the principal who must have signed');
    signers.push({ by: 'ssh', allowedSigners, principal: identity });
  } else if (identity !== undefined || pattern !== undefined) {
    if (issuer === undefined) throw usage('--identity needs --issuer: anybody can have a name somewhere');
    if (identity !== undefined) signers.push({ by: 'certificate', identity, issuer });
    if (pattern !== undefined) signers.push({ by: 'certificate-pattern', pattern, issuer });
  }
  if (key !== undefined) signers.push({ by: 'key', key });
  if (keyring !== undefined) signers.push({ by: 'openpgp', keyring, fingerprint });
  return signers;
}

const usage = (message: string) =>
  new ToolcribError('usage', message, { next: 'see "toolcrib vet verify --help"' });

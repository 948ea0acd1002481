import type { ASN1Obj, X509Certificate } from '@sigstore/core';
import type { Expected, ExpectedSigner } from '../expected.ts';
import { Stop } from '../stop.ts';
import type { BuildClaims, Signer } from '../verification.ts';

const FULCIO = '1.3.6.1.4.1.57264.1';
const OTHER_NAME = `${FULCIO}.7`;
const SUBJECT_ALT_NAME = '2.5.29.17';

/** Fulcio's extensions from .9 on are DER UTF8Strings; .1 (issuer, old form) is raw text. */
const BUILD: Record<keyof BuildClaims, number> = {
  buildSigner: 9,
  runner: 11,
  sourceRepository: 12,
  sourceDigest: 13,
  sourceRef: 14,
  buildConfig: 18,
  run: 21,
};

/**
 * Who the certificate is for. Read here and not through the library's `subjectAltName`, which takes the first of
 * several names and decodes 7-bit text by dropping the eighth bit: two different names would look alike.
 * @throws {Stop} `certificate-invalid` when it does not name exactly one signer
 */
export function signerOf(certificate: X509Certificate): Signer & { kind: 'certificate' } {
  const names = certificate.extension(SUBJECT_ALT_NAME)?.valueObj.subs[0]?.subs ?? [];
  if (names.length !== 1 || names[0] === undefined) {
    throw new Stop('certificate-invalid', `the certificate names ${names.length} signers, not one`);
  }
  const issuer = extensionText(certificate, 8) ?? rawExtensionText(certificate, 1);
  if (issuer === undefined)
    throw new Stop('certificate-invalid', 'the certificate does not say who vouched for it');

  const build: BuildClaims = {};
  for (const [claim, number] of Object.entries(BUILD) as [keyof BuildClaims, number][]) {
    const text = extensionText(certificate, number);
    if (text !== undefined) build[claim] = text;
  }
  return { kind: 'certificate', identity: nameOf(names[0]), issuer, build };
}

function nameOf(name: ASN1Obj): string {
  if (name.tag.isContextSpecific(0x06) || name.tag.isContextSpecific(0x01)) return ascii(name.value);
  if (name.tag.isContextSpecific(0x00) && name.subs[0]?.toOID() === OTHER_NAME) {
    const value = name.subs[1]?.subs[0]?.value;
    if (value !== undefined) return utf8(value);
  }
  throw new Stop(
    'certificate-invalid',
    'the certificate names its signer in a form that is not a URI, mail or user',
  );
}

function extensionText(certificate: X509Certificate, number: number): string | undefined {
  const value = certificate.extension(`${FULCIO}.${number}`)?.valueObj.subs[0];
  return value === undefined ? undefined : utf8(value.value);
}

function rawExtensionText(certificate: X509Certificate, number: number): string | undefined {
  const value = certificate.extension(`${FULCIO}.${number}`)?.value;
  return value === undefined ? undefined : ascii(value);
}

function ascii(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
    throw new Stop(
      'certificate-invalid',
      'the certificate holds a name with characters that do not belong there',
    );
  }
  return Buffer.from(bytes).toString('latin1');
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Stop('certificate-invalid', 'the certificate holds a name that is not UTF-8');
  }
}

const EXTENDED_KEY_USAGE = '2.5.29.37';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/**
 * The library checks the chain but not what the leaf may be used for.
 * @throws {Stop} `certificate-invalid`
 */
export function requireCodeSigning(certificate: X509Certificate | undefined): void {
  if (certificate === undefined) return;
  const usages = certificate.extension(EXTENDED_KEY_USAGE)?.valueObj.subs[0]?.subs ?? [];
  const mayBe = usages.some((usage) => usage.tag.isOID() && usage.toOID() === CODE_SIGNING);
  if (!mayBe) throw new Stop('certificate-invalid', 'the certificate is not for signing code');
}

/**
 * Whether a verified certificate is of one of those expected. Nobody expected: the signature is good, but whose it
 * should be was never said, so it is proposed and not passed.
 * @throws {Stop} `other-identity`, `first-seen`
 */
export function requireSigner(signer: Signer & { kind: 'certificate' }, expected: Expected): void {
  if (expected.signers.length === 0)
    throw new Stop('first-seen', firstSeen(signer), { proposal: proposalFor(signer) });
  const wanted = expected.signers.filter(
    (one) => one.kind === 'certificate' || one.kind === 'certificate-pattern',
  );
  if (wanted.some((one) => matches(one, signer))) return;
  const list = expected.signers.map(describe).join(' or ');
  throw new Stop(
    'other-identity',
    `signed by ${signer.identity} (vouched for by ${signer.issuer}), expected ${list}`,
  );
}

function firstSeen(signer: Signer & { kind: 'certificate' }): string {
  return `a good signature of ${signer.identity} (vouched for by ${signer.issuer}), but nobody said who should have signed`;
}

function proposalFor(signer: Signer & { kind: 'certificate' }): ExpectedSigner & { kind: 'certificate' } {
  return { kind: 'certificate', identity: signer.identity, issuer: signer.issuer };
}

type ExpectedCertificate = Extract<ExpectedSigner, { issuer: string }>;

function matches(expected: ExpectedCertificate, signer: Signer & { kind: 'certificate' }): boolean {
  if (expected.issuer !== signer.issuer) return false;
  if (expected.kind === 'certificate') return expected.identity === signer.identity;
  return signer.identity.length <= 2048 && anchored(expected.pattern).test(signer.identity);
}

/**
 * A pattern for the whole identity. The anchors are asked for and then put around the whole: in `^a|b$` each would
 * hold for one half only.
 * @throws {Stop} `not-understood`
 */
export function anchored(pattern: string): RegExp {
  if (!pattern.startsWith('^') || !pattern.endsWith('$') || pattern.endsWith('\\$')) {
    throw new Stop('not-understood', `the identity pattern ${pattern} must start with ^ and end with $`);
  }
  // A repetition of a repetition can take for ever on a name that somebody chose for it.
  if (/\((?:[^()\\]|\\.)*[+*}](?:[^()\\]|\\.)*\)[+*{]/.test(pattern)) {
    throw new Stop('not-understood', `the identity pattern ${pattern} repeats a repetition`);
  }
  const inner = pattern.slice(1, -1);
  try {
    // Alone first: what closes a group that it did not open would leave the anchors (`^a)|(?:b$`).
    new RegExp(inner, 'u');
    return new RegExp(`^(?:${inner})$`, 'u');
  } catch {
    throw new Stop('not-understood', `the identity pattern ${pattern} is not a regular expression`);
  }
}

function describe(expected: ExpectedSigner): string {
  switch (expected.kind) {
    case 'certificate':
      return `${expected.identity} (vouched for by ${expected.issuer})`;
    case 'certificate-pattern':
      return `somebody like ${expected.pattern} (vouched for by ${expected.issuer})`;
    case 'public-key':
      return 'a given public key';
    case 'minisign':
      return 'a given minisign key';
    case 'openpgp':
      return expected.fingerprint ? `OpenPGP key ${expected.fingerprint}` : 'a key of the given OpenPGP ring';
    case 'ssh':
      return `${expected.principal} (ssh)`;
  }
}

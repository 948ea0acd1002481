import { createPublicKey, X509Certificate as NodeCertificate } from 'node:crypto';
import type { Bundle } from '@sigstore/bundle';
import { RFC3161Timestamp, X509Certificate } from '@sigstore/core';
import { Stop } from '../stop.ts';
import type { TrustRoot } from '../trust/root.ts';

/**
 * Tells "we do not know this authority" from "this authority's signature is wrong" before the library, for which both
 * are failures. Only names and key ids are compared here: whoever claims a known name must then prove it.
 * @param issued what `isIssued` found of the bundle's certificate
 * @throws {Stop} `unknown-authority` or `outdated-root`
 */
export function requireKnownAuthorities(bundle: Bundle, trust: TrustRoot, issued: boolean): void {
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const { material } = trust;

  for (const entry of tlogEntries) {
    if (!material.tlogs.some((log) => log.logID.equals(entry.logId.keyId))) {
      throw unknown(
        trust,
        `transparency log ${entry.logId.keyId.toString('hex').slice(0, 16)}`,
        claimedTime(bundle),
      );
    }
  }
  for (const { signedTimestamp } of timestampVerificationData?.rfc3161Timestamps ?? []) {
    const timestamp = RFC3161Timestamp.parse(Buffer.from(signedTimestamp));
    const known = material.timestampAuthorities.some(
      ({ certChain: [leaf] }) =>
        leaf?.serialNumber.equals(timestamp.signerSerialNumber) && leaf.issuer.equals(timestamp.signerIssuer),
    );
    if (!known) throw unknown(trust, 'timestamp authority', timestamp.signingTime);
  }
  const leaf = certificateOf(bundle);
  if (leaf === undefined) return;
  if (!issued) throw unknown(trust, 'certificate authority', leaf.notBefore);
  // What certificate logs promised of it (SCTs).
  for (const { logID, datetime } of leaf.extSCT?.signedCertificateTimestamps ?? []) {
    if (!material.ctlogs.some((log) => log.logID.equals(logID)))
      throw unknown(trust, `certificate log ${logID.toString('hex').slice(0, 16)}`, datetime);
  }
}

/**
 * Whether a known authority issued the bundle's certificate: by its name, and by its signature. Whether the chain above
 * holds, and when, is the library's to say.
 * @returns false where no known authority has the name of its issuer
 * @throws {Stop} `certificate-invalid` where one has, but did not sign this
 */
export function isIssued(bundle: Bundle, { material }: TrustRoot): boolean {
  const [leaf, raw] = [certificateOf(bundle), rawCertificateOf(bundle)];
  if (leaf === undefined || raw === undefined) return false;
  const issuers = material.certificateAuthorities
    .flatMap(({ certChain }) => certChain)
    .filter((ca) => couldHaveIssued(ca, leaf));
  if (issuers.length === 0) return false;
  if (issuers.some((ca) => isSignedBy(raw, ca))) return true;
  throw new Stop('certificate-invalid', 'the certificate is not what the authority that it names has signed');
}

/** Asked of OpenSSL, which reads strictly: the library's own reader takes other tags for the right ones. */
function isSignedBy(raw: Uint8Array, ca: X509Certificate): boolean {
  try {
    const key = createPublicKey({ key: ca.publicKey, format: 'der', type: 'spki' });
    return new NodeCertificate(raw).verify(key);
  } catch {
    return false;
  }
}

/** The signing certificate, or undefined where a bare key signed. @throws {Stop} `certificate-invalid` */
export function certificateOf(bundle: Bundle): X509Certificate | undefined {
  const raw = rawCertificateOf(bundle);
  if (raw === undefined) return undefined;
  try {
    const certificate = X509Certificate.parse(Buffer.from(raw));
    // Reading every part once here finds the ones that cannot be read while the reason is still clear.
    void [certificate.notBefore, certificate.notAfter, certificate.publicKey];
    void [certificate.extAuthorityKeyID?.keyIdentifier, certificate.extSCT?.signedCertificateTimestamps];
    return certificate;
  } catch {
    throw new Stop('certificate-invalid', 'the certificate cannot be read');
  }
}

export function rawCertificateOf(bundle: Bundle): Uint8Array | undefined {
  const { content } = bundle.verificationMaterial;
  if (content.$case === 'certificate') return content.certificate.rawBytes;
  if (content.$case === 'x509CertificateChain') return content.x509CertificateChain.certificates[0]?.rawBytes;
  return undefined;
}

function couldHaveIssued(ca: X509Certificate, leaf: X509Certificate): boolean {
  if (!ca.subject.equals(leaf.issuer)) return false;
  const wanted = leaf.extAuthorityKeyID?.keyIdentifier;
  const has = ca.extSubjectKeyID?.keyIdentifier;
  return wanted === undefined || has === undefined || wanted.equals(has);
}

function claimedTime(bundle: Bundle): Date | undefined {
  const seconds = Math.max(
    ...bundle.verificationMaterial.tlogEntries.map((entry) => Number(entry.integratedTime) || 0),
  );
  return seconds > 0 ? new Date(seconds * 1000) : certificateOf(bundle)?.notBefore;
}

function unknown(trust: TrustRoot, what: string, at: Date | undefined): Stop {
  const asOf = trust.asOf.slice(0, 10);
  if (at !== undefined && at.getTime() > Date.parse(trust.asOf)) {
    return new Stop(
      'outdated-root',
      `the ${what} is not in the trust root of ${asOf}, which is older than the signature: run "toolcrib vet trust update"`,
    );
  }
  return new Stop('unknown-authority', `the ${what} is not in the trust root (${trust.origin}, ${asOf})`);
}

import type { Bundle } from '@sigstore/bundle';
import { keySigner, readPublicKey } from './attested.ts';
import type { Expected } from './expected.ts';
import { parsePurl, samePackage } from './provenance.ts';
import type { Found } from './several.ts';
import type { KeyForBundle } from './sigstore/verify.ts';
import { readStatement } from './statement.ts';
import type { TrustRoot } from './trust/root.ts';

const PUBLISH = 'https://github.com/npm/attestation/tree/main/specs/publish/v0.1';

/** Bundle of a publish attestation alone (`bundle-publish.json`), which names the registry's key by its id. */
export function namesRegistryKey(bundle: Bundle, trust: TrustRoot): boolean {
  const { content } = bundle.verificationMaterial;
  return content.$case === 'publicKey' && registryKey(trust, content.publicKey.hint) !== undefined;
}

/** Whether it is such a publish attestation, by what it says of itself: nothing is verified here. @throws {Stop} */
export function isPublish(bundle: Bundle, trust: TrustRoot): boolean {
  if (bundle.content.$case !== 'dsseEnvelope' || !namesRegistryKey(bundle, trust)) return false;
  const { payloadType, payload } = bundle.content.dsseEnvelope;
  return readStatement(payloadType, payload).predicateType === PUBLISH;
}

/** npm keys have a validity, and only a signature made within it counts; several entries may share an id. */
export function registryKey(trust: TrustRoot, hint: string): KeyForBundle | undefined {
  const key = trust.npmKeys.find(({ keyId, usage }) => keyId === hint && usage === 'npm:attestations');
  if (key === undefined) return undefined;
  const validFor = (at: Date) => at >= key.start && (key.end === undefined || at <= key.end);
  return { key: key.key, validFor, needsTime: true };
}

/**
 * The registry's key signs whatever is published, by whomever. Where the person said who must have signed, it does not
 * stand in for them: it may be all that a mirror left.
 */
export function isByExpected({ signer }: Pick<Found, 'signer'>, expected: Expected): boolean {
  if (expected.signers.length === 0 || signer?.kind !== 'key') return true;
  return expected.signers.some((one) => {
    if (one.kind !== 'public-key') return false;
    const pinned = keySigner(readPublicKey(one.pem));
    return pinned.kind === 'key' && pinned.fingerprint === signer.fingerprint;
  });
}

export const ONLY_REGISTRY = 'only the npm registry itself signed it, and none of those who are expected';

/**
 * Every subject must be the package that was asked for. The registry's key signs for all packages, so that without a
 * name a publish attestation says only that some package has these bytes.
 */
export function requirePackage(found: Found, expected: Expected): Found {
  if (found.code !== 'verified') return found;
  const purl = parsePurl(expected.purl);
  const subject = found.statement?.subject ?? '';
  const named = parsePurl(subject);
  const isOfRegistry = found.statement?.predicateType === PUBLISH;
  const other = purl !== undefined && named !== undefined && !samePackage(named, purl);
  if (purl?.version === undefined && !other) {
    if (!isOfRegistry) return found;
    return {
      ...found,
      code: 'first-seen',
      reason: `the npm registry attests ${subject}; say which package and version it should be`,
    };
  }
  if (!other && named !== undefined && named.version === purl?.version) return found;
  return { ...found, code: 'other-subject', reason: `it speaks of ${subject}, not of ${expected.purl}` };
}

import { createHash } from 'node:crypto';
import type { Artefact } from '../artefact.ts';
import type { Expected } from '../expected.ts';
import { Stop } from '../stop.ts';
import type { Signer } from '../verification.ts';
import { type AllowedSigner, matchesPatterns, readAllowedSigners } from './allowed-signers.ts';
import { readSshSignature, verifySsh } from './signature.ts';

/**
 * Verifies an SSH signature and that its key is one that the expected principal may sign with, in this namespace.
 * @param namespaces those in which a signature counts here: one for files is none for commits
 * @param claimed when the signer says that it was signed, where he says so
 * @throws {Stop}
 */
export async function verifySshSigner(
  signatureFile: Uint8Array,
  artefact: Artefact,
  expected: Expected,
  namespaces: readonly string[],
  now: Date,
  claimed?: Date,
): Promise<Signer> {
  const signature = readSshSignature(signatureFile);
  const signer: Signer = {
    kind: 'key',
    algorithm: signature.key.type,
    fingerprint: sshFingerprint(signature.keyBlob),
  };
  if (!namespaces.includes(signature.namespace)) {
    throw new Stop(
      'other-subject',
      `signed for "${signature.namespace}", and not for ${namespaces.join(' or ')}`,
      { signer },
    );
  }
  if (!(await verifySsh(signature, artefact))) {
    throw new Stop('signature-invalid', 'the signature is not over these bytes by this key', { signer });
  }
  const wanted = expected.signers.filter((one) => one.kind === 'ssh');
  if (wanted.length === 0) {
    throw new Stop(
      'unknown-key',
      `a good signature of the ssh key ${signer.fingerprint}, but no allowed signers were given`,
      { signer },
    );
  }
  const reasons: Stop[] = [];
  for (const { allowedSigners, principal } of wanted) {
    const found = judge(
      readAllowedSigners(allowedSigners),
      signature.keyBlob,
      principal,
      signature.namespace,
      now,
      claimed ?? now,
    );
    if (found === undefined) return { ...signer, name: principal };
    reasons.push(new Stop(found.code, found.message, { signer }));
  }
  throw (
    reasons.find(({ code }) => code !== 'unknown-key') ??
    reasons[0] ??
    new Stop('unknown-key', 'no allowed signer')
  );
}

/** undefined: the key may sign as `principal`. */
function judge(
  signers: readonly AllowedSigner[],
  keyBlob: Buffer,
  principal: string,
  namespace: string,
  now: Date,
  claimed: Date,
):
  | { code: 'unknown-key' | 'other-identity' | 'key-expired' | 'expired-key-undated'; message: string }
  | undefined {
  const ofKey = signers.filter((one) => !one.certAuthority && one.keyBlob.equals(keyBlob));
  if (ofKey.length === 0)
    return { code: 'unknown-key', message: 'the ssh key is not among the allowed signers' };
  const forPrincipal = ofKey.filter(({ principals }) => matchesPatterns(principals, principal));
  if (forPrincipal.length === 0) {
    return {
      code: 'other-identity',
      message: `the ssh key is of ${ofKey[0]?.principals.join(',')}, not of ${principal}`,
    };
  }
  const inNamespace = forPrincipal.filter(
    ({ namespaces }) => !namespaces || matchesPatterns(namespaces, namespace),
  );
  if (inNamespace.length === 0) {
    return { code: 'other-identity', message: `${principal} may not sign for "${namespace}"` };
  }
  const validAt = (at: Date) =>
    inNamespace.some(
      ({ validAfter, validBefore }) =>
        (!validAfter || at >= validAfter) && (!validBefore || at < validBefore),
    );
  if (!validAt(claimed))
    return { code: 'key-expired', message: `the ssh key of ${principal} does not count at that time` };
  if (validAt(now)) return undefined;
  // Whoever has an old key can sign today and say that it was then.
  return {
    code: 'expired-key-undated',
    message: `the ssh key of ${principal} no longer counts, and that it signed before is only what the signer says`,
  };
}

/** As `ssh-keygen -l` prints it. */
function sshFingerprint(keyBlob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(keyBlob).digest('base64').replace(/=+$/, '')}`;
}

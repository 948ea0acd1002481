import { basename } from 'node:path';
import type { Subject } from '../../facts/evidence.ts';
import type { FactValue } from '../../facts/index.ts';
import { runVerify } from '../../verify/command.ts';
import type { SignatureInput } from '../../verify/input.ts';
import type { NamedSigner } from '../../verify/named-signers.ts';
import type { Verification } from '../../verify/verification.ts';
import { vouchedFor } from '../../verify/vouched.ts';
import type { ReleaseFile } from './file.ts';

type Proof = ReleaseFile['proofs'][number];

/**
 * Verified twice where a certificate signed: first for who it was, then, with that signer taken as given, for whether
 * it is of this tool and version. Who it *should* be is not decided here.
 */
export async function signatureFact(
  { artefact: path, sourceRepository, sourceRef }: ReleaseFile,
  proof: Proof,
  subject: Subject,
): Promise<FactValue<'release.signature'>> {
  const version = subject.version === undefined ? '' : `@${encodeURIComponent(subject.version)}`;
  const asked = askedOf(path, proof);
  const purl = `${subject.purl}${version}`;
  const unnamed = await runVerify(asked);
  // The registry's key signs for all packages: without a name nothing can be said of what it attests.
  const named = unnamed.scheme === 'npm-attestations' ? { purl } : {};
  const first = unnamed.scheme === 'npm-attestations' ? await runVerify({ ...asked, purl }) : unnamed;
  const found = first.proposal?.kind === 'certificate' ? await withSigner(asked, first, named) : first;
  const built = found.statement?.provenance !== undefined;
  const tagged = found.signer?.kind === 'certificate' && found.signer.build.sourceRef !== undefined;
  const wanted = {
    purl,
    ...(built && sourceRepository !== undefined && { sourceRepository }),
    ...((built || tagged) && sourceRef !== undefined && { sourceRef }),
  };
  const held =
    found.signer?.kind === 'certificate'
      ? await withSigner(asked, found, wanted)
      : await runVerify({ ...asked, ...wanted });
  const judged = usesHeld(found, held) ? held : found;
  const { provenance } = found.statement ?? held.statement ?? {};
  return {
    proof: [proof.bundle, proof.signature, proof.checksums].flatMap((name) =>
      name === undefined ? [] : [basename(name)],
    ),
    scheme: judged.scheme,
    cryptography: judged.verdict,
    reason: judged.reason,
    signer: signerOf(judged),
    signedAt: judged.time && judged.time.from !== 'none' ? judged.time.at : null,
    timeFrom: judged.time?.from ?? 'none',
    sha256: judged.artefact.digests.sha256 ?? '',
    provenance:
      provenance === undefined
        ? null
        : {
            builder: provenance.builder,
            repository: provenance.sourceRepository ?? null,
            ref: provenance.sourceRef ?? null,
            slsaLevel: String(provenance.slsaLevel.level),
            ...matches(held, subject, sourceRepository),
          },
  };
}

/**
 * Which of the two is the signature's outcome: what is of another tool or version is no signature of this one. Only a
 * provenance that does not tell leaves the signature what it is: that is for `matches` to say.
 */
function usesHeld(found: Verification, held: Verification): boolean {
  if (held.verdict === 'fail') return true;
  if (held.verdict === 'pass') return found.code === 'first-seen';
  return found.verdict === 'pass' && found.statement?.provenance === undefined;
}

/**
 * Whether provenance is of this tool and version. Nobody was expected to have signed it here, and anybody can sign that
 * something was built anywhere: it counts only where the certificate itself says the same source, was given out on the
 * word of that source's own host, and where somebody said which source that should be.
 */
function matches(
  held: Verification,
  subject: Subject,
  sourceRepository: string | undefined,
): { matches: 'pass' | 'fail' | 'unknown'; reason: string } {
  const unknown = (reason: string) => ({ matches: 'unknown' as const, reason });
  if (held.verdict !== 'pass') return { matches: held.verdict, reason: held.reason };
  if (subject.version === undefined) return unknown('no version was chosen');
  if (held.statement?.provenance?.certified !== 'same')
    return unknown('only the signer says where it was built from, and no certificate does');
  if (sourceRepository === undefined && !subject.purl.startsWith('pkg:github/'))
    return unknown(
      `${subject.purl} does not say where it is built from: name sourceRepository in the release`,
    );
  const doubt = vouchedFor(held);
  return doubt === undefined ? { matches: 'pass', reason: held.reason } : unknown(doubt);
}

/** Whoever holds one of these keys may have signed. */
function askedOf(file: string, proof: Proof): SignatureInput & { signers: NamedSigner[] } {
  const { bundle, signature, certificate, checksums, key, keyring, allowedSigners, identity } = proof;
  const signers: NamedSigner[] = [];
  if (key !== undefined) signers.push({ by: 'key', key });
  if (keyring !== undefined) signers.push({ by: 'openpgp', keyring });
  if (allowedSigners !== undefined && identity !== undefined)
    signers.push({ by: 'ssh', allowedSigners, principal: identity });
  const signed = bundle !== undefined ? { bundle } : signature !== undefined ? { signature } : undefined;
  return { artefact: { file }, proof: signed, certificate, checksums, signers };
}

function withSigner(
  asked: SignatureInput & { signers: NamedSigner[] },
  found: Verification,
  more: Partial<SignatureInput>,
): Promise<Verification> {
  const { signer } = found;
  if (signer?.kind !== 'certificate') return Promise.resolve(found);
  const { identity, issuer } = signer;
  return runVerify({
    ...asked,
    ...more,
    signers: [...asked.signers, { by: 'certificate', identity, issuer }],
  });
}

function signerOf({ signer }: Verification): FactValue<'release.signature'>['signer'] {
  if (signer === undefined) return null;
  return signer.kind === 'certificate'
    ? { id: signer.identity, issuer: signer.issuer, name: null }
    : { id: signer.fingerprint, issuer: null, name: signer.name ?? null };
}

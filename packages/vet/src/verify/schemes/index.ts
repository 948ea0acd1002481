import type { ProofFile, Scheme } from '../scheme.ts';
import { checksums } from './checksums.ts';
import { cosign } from './cosign.ts';
import { gitObject } from './git-object.ts';
import { githubAttestation } from './github-attestation.ts';
import { minisign } from './minisign.ts';
import { npmAttestations } from './npm-attestations.ts';
import { npmSignature } from './npm-signature.ts';
import { openpgp, openpgpCleartext } from './openpgp.ts';
import { sigstoreBundle } from './sigstore-bundle.ts';
import { ssh } from './ssh.ts';

/** In the order in which a proof is tried; `recognise` of each is narrow enough for at most one to fit. */
export const SCHEMES: readonly Scheme[] = [
  sigstoreBundle,
  githubAttestation,
  npmAttestations,
  npmSignature,
  minisign,
  ssh,
  openpgpCleartext,
  openpgp,
  gitObject,
  checksums,
  cosign,
];

/** Which scheme a proof is of, or undefined where it is of none that is known here. */
export function schemeOf(proof: ProofFile): Scheme | undefined {
  return SCHEMES.find((scheme) => scheme.recognise(proof));
}

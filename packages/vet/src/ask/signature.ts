import { runVerify } from '../verify/command.ts';
import type { Verification } from '../verify/verification.ts';
import { checked, type SignatureInput, signatureInput } from './input.ts';

/**
 * Verifies who signed an artefact, over its very bytes, against who should have. Needs no network.
 * @throws ToolcribError only for what was asked wrongly: `usage`, `not-found`, `bad-file`, `limit`
 */
export async function vetSignature(asked: SignatureInput): Promise<Verification> {
  const { artefact, proof, byHand, ...rest } = checked(signatureInput, asked);
  const options = { ...rest, ...proof };
  if ('clone' in artefact)
    return runVerify(undefined, { ...options, git: artefact.clone, tag: artefact.tag }, { byHand });
  return runVerify('file' in artefact ? artefact.file : `sha256:${artefact.sha256}`, options, { byHand });
}

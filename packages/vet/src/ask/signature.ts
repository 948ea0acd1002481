import { runVerify } from '../verify/command.ts';
import type { Verification } from '../verify/verification.ts';
import { checked, type SignatureInput, signatureInput } from './input.ts';

/**
 * Verifies who signed an artefact, over its very bytes, against who should have. Needs no network.
 * @throws ToolcribError only for what was asked wrongly: `usage`, `not-found`, `bad-file`, `limit`
 */
export async function vetSignature(asked: SignatureInput): Promise<Verification> {
  return runVerify(checked(signatureInput, asked));
}

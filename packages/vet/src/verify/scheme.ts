import type { Artefact } from './artefact.ts';
import type { Expected } from './expected.ts';
import type { TrustRoot } from './trust/root.ts';
import type { SchemeName, Verification } from './verification.ts';

export interface ProofFile {
  name: string;
  bytes: Uint8Array;
}

export interface VerifyInput {
  artefact: Artefact;
  proof: ProofFile;
  /** cosign's detached certificate (PEM). */
  certificate?: ProofFile;
  expected: Expected;
  trust: TrustRoot;
  /** What "now" is: only to refuse times in the future and keys past their end. */
  now: Date;
}

/** One way to verify. Never throws for bad input: whatever arrives ends in a `Verification`. */
export interface Scheme {
  name: SchemeName;
  /** One line for `--help` and the report. */
  title: string;
  /** Whether this proof is of this scheme, by content first and name second; cheap, and safe on any bytes. */
  recognise(proof: ProofFile): boolean;
  verify(input: VerifyInput): Promise<Verification>;
}

import canonicalize from 'canonicalize';
import { sha256 } from '../../facts/fact.ts';
import { proofBytes } from '../../verify/command.ts';
import type { ReleaseFile } from './file.ts';

type Proof = ReleaseFile['proofs'][number];

/** Every file that a proof names. */
export function filesOf({ identity: _, ...files }: Proof): string[] {
  return Object.values(files).filter((path) => path !== undefined);
}

/**
 * One hash over all that the outcome of a verification is read from, but for the trust root and the clock: the artefact,
 * the proof's files and what was asked of them. Only where it is the same can two outcomes contradict each other.
 * @param artefact SHA-256 of its bytes
 */
export async function inputsHash(
  { sourceRepository, sourceRef }: ReleaseFile,
  { identity, ...files }: Proof,
  artefact: string,
): Promise<string> {
  const hashes: Record<string, string> = {};
  for (const [role, path] of Object.entries(files))
    if (path !== undefined) hashes[role] = sha256(await proofBytes(path));
  const asked = { identity, sourceRepository, sourceRef };
  return sha256(canonicalize(JSON.parse(JSON.stringify({ artefact, files: hashes, asked }))) ?? '');
}

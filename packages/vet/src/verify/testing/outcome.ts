import { artefactOfBytes } from '../artefact.ts';
import type { Expected } from '../expected.ts';
import { type TrustRoot, vendoredRoot } from '../trust/root.ts';
import type { Verification } from '../verification.ts';
import { verifyArtefact } from '../verify.ts';

/** The artefact of tests that do not say which. */
export const BYTES = Buffer.from('a tool\n');

interface Given {
  /** Of the proof. */
  name?: string;
  bytes?: Uint8Array;
  trust?: TrustRoot;
  now?: Date;
}

/** What comes of one proof, by the way that a person's own goes: recognised by what it holds. */
export function verified(
  proof: Uint8Array | string,
  expected: Expected,
  { name = 'p', bytes = BYTES, trust = vendoredRoot(), now = new Date(Date.now() + 3_600_000) }: Given = {},
): Promise<Verification> {
  const file = { name, bytes: Buffer.from(proof as string) };
  return verifyArtefact(artefactOfBytes('tool', bytes), { proof: file }, expected, trust, now);
}

/** The same as `VERDICT CODE`. */
export async function outcome(...given: Parameters<typeof verified>): Promise<string> {
  const { verdict, code } = await verified(...given);
  return `${verdict} ${code}`;
}

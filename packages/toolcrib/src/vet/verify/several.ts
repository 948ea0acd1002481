import type { Bundle } from '@sigstore/bundle';
import { verifyBundle } from './attested.ts';
import { messageOf, Stop } from './outcome.ts';
import type { KeyForBundle } from './sigstore/verify.ts';
import { VERDICT_OF, type Verification, type VerifyInput } from './types.ts';

export type Found = Omit<Verification, 'scheme' | 'verdict' | 'artefact'>;

/** More attestations than any release has. */
export const MOST_BUNDLES = 64;

/** Each bundle to its own outcome; what stops one does not stop the others. */
export async function outcomes(
  bundles: readonly (() => Bundle)[],
  input: VerifyInput,
  findKey?: (hint: string) => KeyForBundle | undefined,
): Promise<Found[]> {
  if (bundles.length === 0) throw new Stop('nothing-to-verify', `${input.proof.name} holds no attestation`);
  if (bundles.length > MOST_BUNDLES)
    throw new Stop('limit', `${input.proof.name} holds more than ${MOST_BUNDLES} attestations`);
  const found: Found[] = [];
  for (const read of bundles) found.push(await outcome(read, input, findKey));
  return found;
}

async function outcome(
  read: () => Bundle,
  input: VerifyInput,
  findKey?: (hint: string) => KeyForBundle | undefined,
): Promise<Found> {
  try {
    return await verifyBundle(read(), input, findKey);
  } catch (error) {
    if (error instanceof Stop) return { notes: [], ...error.extra, code: error.code, reason: error.message };
    return { code: 'not-understood', reason: `could not be read: ${messageOf(error)}`, notes: [] };
  }
}

/** The most telling of those that did not pass: what speaks of this artefact first, and a failure before an unknown. */
export function worst(found: readonly Found[]): Found | undefined {
  const rank = ({ code }: Found) =>
    code === 'other-subject' ? 1 : VERDICT_OF[code] === 'fail' ? 3 : VERDICT_OF[code] === 'unknown' ? 2 : 0;
  return found.toSorted((a, b) => rank(b) - rank(a))[0];
}

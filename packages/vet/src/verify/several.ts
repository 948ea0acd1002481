import type { Bundle } from '@sigstore/bundle';
import { verifyBundle } from './attested.ts';
import type { Expected } from './expected.ts';
import type { VerifyInput } from './scheme.ts';
import type { KeyForBundle } from './sigstore/verify.ts';
import { messageOf, Stop } from './stop.ts';
import { VERDICT_OF, type Verification } from './verification.ts';

export type Found = Omit<Verification, 'scheme' | 'verdict' | 'artefact'>;

/** More attestations than any release has. */
export const MOST_BUNDLES = 64;

/**
 * Each bundle to its own outcome; what stops one does not stop the others.
 * @param asked what is asked of a bundle, where that is not the same for all of them
 */
export async function outcomes(
  bundles: readonly (() => Bundle)[],
  input: VerifyInput,
  findKey?: (hint: string) => KeyForBundle | undefined,
  asked?: (bundle: Bundle) => Expected,
): Promise<Found[]> {
  if (bundles.length === 0) throw new Stop('nothing-to-verify', `${input.proof.name} holds no attestation`);
  if (bundles.length > MOST_BUNDLES)
    throw new Stop('limit', `${input.proof.name} holds more than ${MOST_BUNDLES} attestations`);
  const found: Found[] = [];
  for (const read of bundles) found.push(await outcome(read, input, findKey, asked));
  return found;
}

async function outcome(
  read: () => Bundle,
  input: VerifyInput,
  findKey?: (hint: string) => KeyForBundle | undefined,
  asked: (bundle: Bundle) => Expected = () => input.expected,
): Promise<Found> {
  try {
    const bundle = read();
    return await verifyBundle(bundle, { ...input, expected: asked(bundle) }, findKey);
  } catch (error) {
    if (error instanceof Stop) return { notes: [], ...error.extra, code: error.code, reason: error.message };
    return { code: 'not-understood', reason: `could not be read: ${messageOf(error)}`, notes: [] };
  }
}

/**
 * The most telling of those that did not pass: what speaks of this artefact first, and a failure before an unknown. Of
 * the unknown ones, a good signature whose signer only has to be named: an authority that nobody knows must not hide it.
 */
export function worst(found: readonly Found[]): Found | undefined {
  const rank = ({ code, proposal }: Found) => {
    if (code === 'other-subject') return 1;
    if (VERDICT_OF[code] === 'fail') return 4;
    if (VERDICT_OF[code] === 'unknown') return proposal === undefined ? 2 : 3;
    return 0;
  };
  return found.toSorted((a, b) => rank(b) - rank(a))[0];
}

import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '@toolcrib/model';
import type { FactValue } from '../facts/index.ts';

type Signature = FactValue<'release.signature'>;
type State = 'same' | 'moved on' | 'changed' | 'forged' | 'out of reach';

/**
 * How a verified signature fared when it was verified anew. What a pack says of it came not from the files alone, but
 * from the trust root and the clock of that day too: an authority that ended or became known since makes no liar of who
 * made the pack. Reasons are words, and may be others in another version of toolcrib.
 *
 * What passes in the pack and does not today is never found the same: it is out of reach, or contradicted.
 *
 * @param sameBytes artefact, proof files and what was asked of them are what they were
 */
export function rereadSignature(
  old: Signature,
  now: Signature,
  sameBytes: boolean,
): { state: State; why?: string } {
  const contradicted = (why: string) => ({ state: sameBytes ? 'forged' : 'changed', why }) as const;
  if (old.sha256 !== now.sha256) return contradicted('it was verified over other bytes than the pack says');
  const pairs: [Verdict, Verdict, string][] = [
    [old.cryptography, now.cryptography, now.reason],
    [
      old.provenance?.matches ?? 'unknown',
      now.provenance?.matches ?? 'unknown',
      now.provenance?.reason ?? now.reason,
    ],
  ];
  for (const [was, is, reason] of pairs)
    if (was === 'pass' && is === 'fail') return contradicted(`the pack says that it passes: ${reason}`);
  for (const [was, is, reason] of pairs)
    if (was !== is && was !== 'pass' && is !== 'unknown' && !(was === 'unknown' && is === 'pass'))
      return { state: 'changed', why: `the pack says ${was}, and today it is ${is}: ${reason}` };
  for (const [was, is, reason] of pairs)
    if (was !== 'unknown' && is === 'unknown')
      return { state: 'out of reach', why: `not known today: ${reason}` };
  const found = pairs.find(([was, is]) => was !== is);
  if (isDeepStrictEqual(withoutReasons(old), withoutReasons(now)))
    return sameBytes ? { state: 'same' } : { state: 'moved on', why: 'other proof files say the same' };
  if (old.cryptography === 'unknown' && now.cryptography === 'unknown')
    return { state: 'out of reach', why: `not known today: ${now.reason}` };
  if (old.cryptography === 'unknown' && agree(old, now))
    return { state: 'moved on', why: `could not be told then, and can be today: ${now.reason}` };
  // The signature was decided then as it is today, so that what it says must be the same, whatever it proves by now.
  if (found !== undefined && isDeepStrictEqual(withoutMatch(old), withoutMatch(now)))
    return { state: 'moved on', why: `could not be told then, and can be today: ${found[2]}` };
  return contradicted(
    sameBytes
      ? 'the same bytes give another value than the pack says'
      : 'the source says something else than the pack',
  );
}

function withoutReasons({ reason: _, provenance, ...rest }: Signature) {
  return { ...rest, provenance: provenance && { ...provenance, reason: '' } };
}

/** What both say of signer and build is the same; what could not be told then is no contradiction. */
function agree(old: Signature, now: Signature): boolean {
  const build = ({ provenance }: Signature) =>
    provenance && { ...provenance, matches: undefined, reason: undefined };
  const same = (was: unknown, is: unknown) => was === null || isDeepStrictEqual(was, is);
  return same(old.signer, now.signer) && same(build(old), build(now));
}

function withoutMatch(signature: Signature) {
  const { provenance, ...rest } = withoutReasons(signature);
  return { ...rest, provenance: provenance && { ...provenance, matches: '' } };
}

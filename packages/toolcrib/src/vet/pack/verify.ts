import { isDeepStrictEqual } from 'node:util';
import type { Verdict } from '../../model/index.ts';
import { judge } from '../policy/judge.ts';
import type { Collected, Fact } from '../sources/source.ts';
import { hasMovedOn } from './moved-on.ts';
import { factsOf, readPack } from './pack.ts';
import type { EvidencePack, ResolvedPolicy } from './schema.ts';

/** How one fact fared when its source was read again. */
export interface Reread {
  id: string;
  state:
    | 'same'
    /** The source holds more now, and still all that the pack says. */
    | 'moved on'
    /** The source no longer says what the pack says. */
    | 'changed'
    /** The bytes are the very same, yet give another value than the pack says: the pack is not true. */
    | 'forged'
    | 'out of reach';
  why?: string;
}

export interface Verification {
  pack: EvidencePack;
  /** Every criterion gave the same verdict, reason and numbers from the facts inside. */
  recomputed: boolean;
  /** Criteria whose result differs, with what was computed. */
  differences: { criterion: string; inPack: Verdict | 'absent'; computed: Verdict | 'absent' }[];
  reread: Reread[];
  /** The pack holds: recomputed, and no source that was read again contradicts it. */
  holds: boolean;
}

/**
 * Checks a pack without trusting who made it: its hash, then every criterion from the facts inside with the policy
 * inside at the moment inside, then every source that can be reached.
 *
 * @param again collects the same evidence anew, as of the pack's own moment; absent: the sources are not asked
 * @throws ToolcribError `bad-file`, `damaged`
 */
export async function verifyPack(
  text: string,
  name: string,
  again?: (pack: EvidencePack) => Promise<Collected | { outOfReach: string }>,
): Promise<Verification> {
  const pack = readPack(text, name);
  const { results, verdict } = judge(
    pack.subject,
    factsOf(pack),
    pack.gaps,
    pack.policy,
    Date.parse(pack.assessedAt),
  );
  // As JSON has it: a member that is undefined is no member.
  const computed = JSON.parse(JSON.stringify(results)) as EvidencePack['results'];
  const differences = differing(pack.results, computed);
  const recomputed = differences.length === 0 && verdict === pack.verdict;
  const reread = again === undefined ? [] : compare(factsOf(pack), await again(pack));
  const contradicted = reread.some(({ state }) => state === 'changed' || state === 'forged');
  return { pack, recomputed, differences, reread, holds: recomputed && !contradicted };
}

/** What the reader's own policy makes of a pack's facts. */
export interface OwnPolicy {
  same: boolean;
  verdict: Verdict;
}

/**
 * A pack is judged by the policy inside it, and whoever made the pack chose that. One that demands less than the
 * reader's own holds all the same; so the reader is told what the own one says of the same facts at the same moment.
 */
export function underOwnPolicy(pack: EvidencePack, policy: ResolvedPolicy): OwnPolicy {
  const own = JSON.parse(JSON.stringify(policy)) as ResolvedPolicy;
  if (isDeepStrictEqual(own, pack.policy)) return { same: true, verdict: pack.verdict };
  const { verdict } = judge(pack.subject, factsOf(pack), pack.gaps, own, Date.parse(pack.assessedAt));
  return { same: false, verdict };
}

function differing(
  inPack: EvidencePack['results'],
  computed: EvidencePack['results'],
): Verification['differences'] {
  const ids = new Set([...inPack, ...computed].map(({ criterion }) => criterion));
  return [...ids].flatMap((criterion) => {
    const theirs = inPack.find((result) => result.criterion === criterion);
    const ours = computed.find((result) => result.criterion === criterion);
    if (isDeepStrictEqual(theirs, ours)) return [];
    return [{ criterion, inPack: theirs?.verdict ?? 'absent', computed: ours?.verdict ?? 'absent' } as const];
  });
}

function compare(facts: readonly Fact[], now: Collected | { outOfReach: string }): Reread[] {
  return facts.map((fact) => {
    if ('outOfReach' in now) return { id: fact.id, state: 'out of reach', why: now.outOfReach };
    const found = now.facts.find(({ id }) => id === fact.id);
    if (found === undefined) {
      const gap = now.gaps.find(({ types }) => types.includes(fact.type));
      return { id: fact.id, state: 'out of reach', why: gap?.reason ?? 'its source was not found' };
    }
    const value: unknown = JSON.parse(JSON.stringify(found.value));
    const same = isDeepStrictEqual(value, fact.value);
    if (found.sha256 === fact.sha256)
      return same
        ? { id: fact.id, state: 'same' }
        : { id: fact.id, state: 'forged', why: 'the same bytes give another value than the pack says' };
    if (hasMovedOn(fact, { ...found, value } as Fact))
      return { id: fact.id, state: 'moved on', why: 'more came after the pack was made' };
    return { id: fact.id, state: 'changed', why: 'the source no longer says what the pack says' };
  });
}

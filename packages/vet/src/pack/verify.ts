import { isDeepStrictEqual } from 'node:util';
import type { Fact } from '../facts/fact.ts';
import { judge } from '../policy/judge.ts';
import { demandsSame } from '../policy/policy.ts';
import type { JudgedResult, ResolvedPolicy } from '../policy/resolved.ts';
import type { Collected } from '../sources/source.ts';
import { contradictions } from './consistent.ts';
import { hasMovedOn } from './moved-on.ts';
import type { OwnPolicy, Reread, Verification } from './outcome.ts';
import { factsOf, readPack } from './pack.ts';
import { rereadSignature } from './reread-signature.ts';
import type { EvidencePack } from './schema.ts';

/**
 * Checks a pack without trusting who made it: its hash, then every criterion from the facts inside with the policy
 * inside at the moment inside, then every source that can be reached.
 *
 * @param again collects the same evidence anew, as of the pack's own moment; absent: the sources are not asked
 * @param now the reader's clock
 * @throws ToolcribError `bad-file`, `damaged`
 */
export async function verifyPack(
  text: string,
  name: string,
  again?: (pack: EvidencePack) => Promise<Collected | { outOfReach: string }>,
  now: number = Date.now(),
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
  const reread = again === undefined ? [] : compare(pack, await again(pack));
  const contradicted = reread.some(({ state }) => ['changed', 'forged', 'left out'].includes(state));
  const strange = contradictions(pack, now);
  return {
    pack,
    recomputed,
    differences,
    reread,
    contradictions: strange,
    unread: unreadPasses(pack, pack.results, reread),
    ageDays: Math.floor((now - Date.parse(pack.assessedAt)) / 86_400_000),
    holds: recomputed && !contradicted && strange.length === 0,
  };
}

/** Required criteria that pass on facts which were not read again. */
function unreadPasses(
  pack: EvidencePack,
  results: readonly JudgedResult[],
  reread: readonly Reread[],
): string[] {
  const read = new Set(reread.filter(({ state }) => state !== 'out of reach').map(({ id }) => id));
  const all = pack.evidence.map(({ id }) => id);
  return (
    results
      .filter(({ required, waived, verdict }) => required && waived === undefined && verdict === 'pass')
      // A rule over no fact and no criterion's facts names nothing that could be read: it rests on all.
      .filter(({ evidence }) => !(evidence.length > 0 ? evidence : all).every((id) => read.has(id)))
      .map(({ criterion }) => criterion)
  );
}

/**
 * A pack is judged by the policy inside it, and whoever made the pack chose that. One that demands less than the
 * reader's own holds all the same; so the reader is told what the own one says of the same facts at the same moment.
 *
 * @param policy the reader's, as it is in force now: the pack's moment brings no ended exception back (`inForce`)
 */
export function underOwnPolicy(
  { pack, reread }: Pick<Verification, 'pack' | 'reread'>,
  policy: ResolvedPolicy,
): OwnPolicy {
  const moment = Date.parse(pack.assessedAt);
  const { verdict, results } = judge(pack.subject, factsOf(pack), pack.gaps, policy, moment);
  const unread = unreadPasses(pack, results, reread);
  return { same: demandsSame(policy, pack.policy), verdict, results, unread };
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

function compare(pack: EvidencePack, now: Collected | { outOfReach: string }): Reread[] {
  const facts = factsOf(pack);
  const known = new Set<string>([...facts.map(({ id }) => id), ...pack.gaps.flatMap(({ types }) => types)]);
  const leftOut = 'outOfReach' in now ? [] : now.facts.filter(({ id }) => !known.has(id));
  const left = leftOut.map(({ id }): Reread => {
    return { id, state: 'left out', why: 'its source gives it, and the pack does not have it' };
  });
  return [...facts.map((fact) => rereadOf(fact, now, Date.parse(pack.assessedAt))), ...left];
}

function rereadOf(fact: Fact, now: Collected | { outOfReach: string }, moment: number): Reread {
  if ('outOfReach' in now) return { id: fact.id, state: 'out of reach', why: now.outOfReach };
  const found = now.facts.find(({ id }) => id === fact.id);
  if (found === undefined) {
    const gap = now.gaps.find(({ types }) => types.includes(fact.type));
    return { id: fact.id, state: 'out of reach', why: gap?.reason ?? 'its source was not found' };
  }
  const value: unknown = JSON.parse(JSON.stringify(found.value));
  if (fact.type === 'release.signature' && found.type === 'release.signature')
    return { id: fact.id, ...rereadSignature(fact.value, found.value, found.sha256 === fact.sha256) };
  const same = isDeepStrictEqual(withoutWords(value), withoutWords(fact.value));
  if (found.sha256 === fact.sha256)
    return same
      ? { id: fact.id, state: 'same' }
      : { id: fact.id, state: 'forged', why: 'the same bytes give another value than the pack says' };
  if (hasMovedOn(fact, { ...found, value } as Fact, moment))
    return { id: fact.id, state: 'moved on', why: 'more came after the pack was made' };
  return { id: fact.id, state: 'changed', why: 'the source says something else than the pack' };
}

/** Why an SBOM matches is told in words, which may be others in another version of toolcrib; that it does is compared. */
function withoutWords(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'matchReason' in value
    ? { ...value, matchReason: '' }
    : value;
}

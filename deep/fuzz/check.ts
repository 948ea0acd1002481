import { Random } from '../../packages/guard/src/testing/random.ts';
import { type Case, caseOf, Samples } from './cases.ts';
import { compare, type Verdict } from './compare.ts';
import { type Guarded, guarded } from './guard.ts';
import type { Reading, Referee, Sent } from './referee.ts';

const BATCH = 1000;
/** After so many requests the objects they are made of are new ones. */
const FRESH = 20_000;
const SAMPLES = 6;

export interface Checked extends Case {
  /** Its number: the same seed and number make the same request. */
  at: number;
  verdict: Verdict;
}

/** Makes `count` requests from a seed and hands each on with what came of comparing the two readings of it. */
export async function check(
  referee: Referee,
  seed: number,
  count: number,
  each: (checked: Checked) => void,
  /** Where to begin: a multiple of 20,000, since the objects that requests are made of are new ones there. */
  from = 0,
): Promise<void> {
  let samples = new Samples([]);
  let earlier: (() => Promise<void>) | undefined;
  for (let at = from; at < count; at += BATCH) {
    if (at % FRESH === 0) {
      // Its answer comes after that of the batch before.
      samples = new Samples(await referee.samples(seed + at, SAMPLES));
    }
    const cases = Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => {
      const one = caseOf(new Random(mix(seed, at + i)), samples);
      return { ...one, at: at + i, guard: guarded(one.sent) };
    });
    // While the referee reads this batch, the next is made.
    const readings = referee.read(
      cases.flatMap((one) => asked(one).map((sent) => ({ sent, live: one.live }))),
    );
    await earlier?.();
    earlier = async () => tell(referee, cases, await readings, each);
  }
  await earlier?.();
}

/** The request as its client sent it, and what the guard sends where that is something else. */
function asked({ sent, guard }: { sent: Sent; guard: Guarded }): Sent[] {
  const sends = 'sends' in guard && guard.sends !== sent ? [guard.sends] : [];
  return [sent, ...sends, ...(guard.does === 'ask-server' ? [guard.dry] : [])];
}

async function tell(
  referee: Referee,
  cases: (Case & { at: number; guard: Guarded })[],
  readings: Reading[],
  each: (checked: Checked) => void,
): Promise<void> {
  let next = 0;
  const take = () => readings[next++] as Reading;
  for (const { guard, ...one } of cases) {
    const asSent = take();
    const sends = 'sends' in guard ? (guard.sends === one.sent ? asSent : take()) : undefined;
    const dry = guard.does === 'ask-server' ? take() : undefined;
    const verdict = compare(guard, { asSent, sends, dry }, one);
    const byChance =
      verdict.fail?.kind === 'another object' && (await isByChance(referee, one.sent, one.live));
    if (byChance) verdict.counts.push('a dry run that the server itself reads in more than one way');
    each({ ...one, verdict: byChance ? { counts: verdict.counts } : verdict });
  }
}

/** Whether the server comes to different objects for the same bytes (some patches go by the order of a Go map), and stores none. */
async function isByChance(referee: Referee, sent: Sent, live: number): Promise<boolean> {
  const again = await referee.read(Array.from({ length: 32 }, () => ({ sent, live })));
  return again.every(({ dryRun }) => dryRun) && new Set(again.map(({ digest }) => digest)).size > 1;
}

/** A number of its own for each request, so that each can be made again alone. */
function mix(seed: number, at: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b)) >>> 0;
}

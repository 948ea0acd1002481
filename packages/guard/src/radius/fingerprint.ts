import { createHash } from 'node:crypto';
import type { Radius, RadiusMember } from '@toolcrib/model';
import { likelyUnseen } from './unseen.ts';

/**
 * What an approval is for: a hash over each target's UID, generation (a workload's spec but for its size) and finalizers, and over UID, owners, fate
 * and loss class of everything that does not come back by itself. Pods whose names are a guess (a scale-down)
 * enter as a number. resourceVersions don't enter: Pods and Deployments change theirs by status writes all the time.
 * @returns lower-case hex, SHA-256
 */
export function fingerprint(radius: Radius): string {
  const parts = {
    targets: pinsOf(radius).map(pinKey).sort(),
    members: pinnedMembers(radius).map(memberKey).sort(),
    estimated: [...estimates(radius)].sort(([a], [b]) => (a < b ? -1 : 1)),
    state: radius.state,
    unseen: likelyUnseen(radius)
      .map(({ kind }) => kind)
      .sort(),
    opaque: radius.opaque.map(({ ref, why }) => `${ref.uid} ${why}`).sort(),
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Whether a radius that was approved still covers what would happen now. It may shrink, and it may grow by what
 * comes back by itself; anything else voids the approval.
 */
export function stillCovers(shown: Radius, now: Radius): { ok: true } | { ok: false; why: string } {
  const shownPins = new Map(pinsOf(shown).map((pin) => [pin.uid, pin]));
  for (const pin of pinsOf(now)) {
    const before = shownPins.get(pin.uid);
    if (!before) return no(`${targetName(now, pin.uid)} was not among what was shown`);
    if (samePin(before, pin)) continue;
    return no(`${targetName(now, pin.uid)} was changed meanwhile (${difference(before, pin)})`);
  }
  const before = new Map(shown.members.map((member) => [member.ref.uid, member]));
  for (const member of pinnedMembers(now)) {
    const name = `${member.ref.kind} ${member.ref.name}`;
    const known = before.get(member.ref.uid);
    // What a controller that was shown as going has made meanwhile goes with it, as its Pods that were shown would have.
    if (!known && madeByShown(member, before)) continue;
    if (!known) return no(`${name} would go too (${member.why})`);
    // That it finished meanwhile is nothing that anybody has to agree to.
    const worse = !member.spent && LOSSES.indexOf(member.loss) > LOSSES.indexOf(known.loss);
    if (worse) return no(`${name} was shown as "${known.loss}" and is now "${member.loss}"`);
    if (known.fate !== 'deleted' && member.fate === 'deleted') return no(`${name} would now be deleted`);
    // Fewer it may have: the collector takes those that went out of what they leave behind.
    if (!member.owners.every((uid) => known.owners.includes(uid))) return no(`${name} has other owners now`);
  }
  const shownEstimates = estimates(shown);
  for (const [via, count] of estimates(now)) {
    const known = shownEstimates.get(via) ?? 0;
    if (count > known) return no(`${count} Pods would be scaled away instead of ${known}`);
  }
  // Figures too: a workload may lose its last Pod although the same objects go.
  for (const [what, text] of FIGURES) {
    if (now.counts[what] > shown.counts[what])
      return no(`${text}: ${now.counts[what]} instead of ${shown.counts[what]}`);
  }
  return stateStillCovers(shown, now);
}

function madeByShown({ ref, owners }: RadiusMember, shown: ReadonlyMap<unknown, RadiusMember>): boolean {
  if (ref.apiVersion !== 'v1' || ref.kind !== 'Pod') return false;
  return owners.some((uid) => shown.get(uid)?.fate === 'deleted');
}

const LOSSES = ['returns', 'restorable', 'lost'] as const;
const FIGURES = [
  ['workloadsLeftWithoutPods', 'workloads left without Pods'],
  ['volumesLost', 'volumes lost'],
] as const;

function stateStillCovers(shown: Radius, now: Radius): { ok: true } | { ok: false; why: string } {
  const kinds = new Set(likelyUnseen(shown).map(({ kind }) => kind));
  const unseen = likelyUnseen(now).find(({ kind }) => !kinds.has(kind));
  if (unseen) return no(`${unseen.kind} can't be seen any more (${unseen.why})`);
  const opaque = new Set(shown.opaque.map(({ ref, why }) => `${ref.uid} ${why}`));
  const newlyOpaque = now.opaque.find(({ ref, why }) => !opaque.has(`${ref.uid} ${why}`));
  if (newlyOpaque) return no(`${newlyOpaque.ref.kind} ${newlyOpaque.ref.name}: ${newlyOpaque.why}`);
  return { ok: true };
}

type Pin = NonNullable<Radius['pins']>[number];

function pinsOf(radius: Radius): Pin[] {
  return radius.pins ?? radius.targets.map(({ uid = '' }) => ({ uid, finalizers: [] }));
}

function pinKey({ uid, generation, finalizers, besidesSize }: Pin): string {
  return JSON.stringify([uid, besidesSize ?? generation ?? null, [...finalizers].sort()]);
}

/** Where one of both does not know more (a hold of an earlier version), the generation decides. */
function samePin(before: Pin, now: Pin): boolean {
  if (before.besidesSize !== undefined && now.besidesSize !== undefined)
    return pinKey(before) === pinKey(now);
  return pinKey({ ...before, besidesSize: undefined }) === pinKey({ ...now, besidesSize: undefined });
}

function pinnedMembers(radius: Radius): RadiusMember[] {
  return radius.members.filter((member) => member.loss !== 'returns' && !member.estimated);
}

function memberKey(member: RadiusMember): string {
  return JSON.stringify([member.ref.uid, [...member.owners].sort(), member.fate, member.loss]);
}

function estimates(radius: Radius): Map<string, number> {
  const counts = new Map<string, number>();
  for (const member of radius.members) {
    if (!member.estimated || member.loss === 'returns') continue;
    counts.set(member.via ?? '', (counts.get(member.via ?? '') ?? 0) + 1);
  }
  return counts;
}

function difference(before: Pin, now: Pin): string {
  if (
    before.besidesSize !== undefined &&
    now.besidesSize !== undefined &&
    before.besidesSize !== now.besidesSize
  )
    return `its spec, generation ${before.generation} → ${now.generation}`;
  if (before.generation !== now.generation) return `generation ${before.generation} → ${now.generation}`;
  return `finalizers ${before.finalizers.join(', ') || 'none'} → ${now.finalizers.join(', ') || 'none'}`;
}

function targetName(radius: Radius, uid: string): string {
  const target = radius.targets.find((ref) => ref.uid === uid);
  return target ? `${target.kind} ${target.name}` : uid;
}

function no(why: string): { ok: false; why: string } {
  return { ok: false, why };
}

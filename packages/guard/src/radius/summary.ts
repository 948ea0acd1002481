import { EVERYTHING, type Radius, type RadiusMember } from '@toolcrib/model';
import { likelyUnseen } from './unseen.ts';

/** One line: "would delete 1 StatefulSet, 3 Pods; 3 Pods not replaced; 0 volumes lost". */
export function summary(radius: Radius): string {
  const { counts } = radius;
  if (!wasLookedAt(radius)) {
    // Figures of what nobody has looked at would be made up.
    return radius.members.length === 0
      ? 'would take what could not be looked at'
      : `${whatGoes(radius)}; what else goes with it could not be looked at`;
  }
  const parts = [whatGoes(radius)];
  if (counts.pods > 0) parts.push(`${countOf(counts.podsNotReplaced, 'Pod')} not replaced`);
  if (counts.workloadsLeftWithoutPods > 0) {
    parts.push(`${countOf(counts.workloadsLeftWithoutPods, 'workload')} left without Pods`);
  }
  parts.push(`${countOf(counts.volumesLost, 'volume')} lost`);
  if (likelyUnseen(radius).length > 0) parts.push('not everything could be seen');
  if (radius.opaque.length > 0) parts.push('others decide what else goes');
  return parts.join('; ');
}

function wasLookedAt(radius: Radius): boolean {
  const unseen = likelyUnseen(radius);
  return (
    unseen.every(({ kind }) => kind !== EVERYTHING) && (radius.members.length > 0 || unseen.length === 0)
  );
}

function whatGoes(radius: Radius): string {
  const byKind = kindCounts(radius.members.filter((member) => member.fate === 'deleted'));
  const scaled = radius.members.find((member) => member.fate === 'stops' && isTarget(radius, member));
  const orphans = kindCounts(radius.members.filter((member) => member.fate === 'orphaned'));
  const parts = [
    ...(scaled ? [`would scale ${scaled.ref.kind} ${scaled.ref.name} to 0`] : []),
    ...(byKind.length > 0 ? [`${scaled ? 'which deletes' : 'would delete'} ${byKind.join(', ')}`] : []),
    ...(orphans.length > 0 ? [`would orphan ${orphans.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : 'would delete nothing';
}

function isTarget(radius: Radius, member: RadiusMember): boolean {
  return radius.targets.some((target) => target.uid === member.ref.uid);
}

/** In the order in which they come: targets first. */
function kindCounts(members: readonly RadiusMember[]): string[] {
  const counts = new Map<string, number>();
  for (const { ref } of members) counts.set(ref.kind, (counts.get(ref.kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => countOf(count, kind));
}

/** `Secret, Crate.x.io and 12 more`: of many, the first three. */
export function firstFew(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/** `1 Pod`, `0 volumes`, `2 NetworkPolicies`. */
export function countOf(count: number, one: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many(one)}`;
}

export function many(one: string): string {
  if (one === 'Endpoints') return one;
  if (/(s|x|ch|sh)$/.test(one)) return `${one}es`;
  return /[^aeiou]y$/.test(one) ? `${one.slice(0, -1)}ies` : `${one}s`;
}

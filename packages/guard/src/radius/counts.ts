import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, uidOf } from '@toolcrib/kube';
import type { RadiusCounts, RadiusMember } from '@toolcrib/model';
import { claimsOf, ephemeralClaimsOf } from './barriers.ts';
import { isClaim, isVolume } from './extras.ts';
import { isFinished, isLivePod, isPod, isReady, isWorkload, wantedPods, workloadOf } from './pods.ts';
import { type ServingFacts, servingCounts } from './serving.ts';
import { isKind } from './view.ts';

export interface CountFacts extends ServingFacts {
  /** Milliseconds since 1970. */
  seenAt: number;
  /** Pods are evicted, not deleted. */
  evicts: boolean;
}

/** The figures of a radius, over the union of all its targets. */
export function countsOf(facts: CountFacts): RadiusCounts {
  const deleted = facts.members.filter((member) => member.fate === 'deleted');
  const pods = deleted.filter((member) => isPod(member.ref));
  const goes = new Set(deleted.map(({ ref }) => ref.uid));
  return {
    objects: deleted.length,
    pods: pods.length,
    podsNotReplaced: pods.filter((member) => member.loss !== 'returns' && !finished(facts, member)).length,
    workloads: deleted.filter((member) => isTopWorkload(facts, member, goes)).length,
    workloadsLeftWithoutPods: leftWithoutPods(facts, pods),
    claims: deleted.filter((member) => isClaim(member.ref)).length,
    volumesLost: deleted.filter(
      (member) =>
        member.loss === 'lost' &&
        (isVolume(member.ref) || isClaim(member.ref)) &&
        !isForPodsLife(facts, member, goes),
    ).length,
    ...servingCounts(facts),
  };
}

/** A generic ephemeral volume is made for one Pod, and its data is meant to go with that Pod. Only where the Pod does go. */
function isForPodsLife(
  facts: CountFacts,
  member: RadiusMember,
  goes: ReadonlySet<string | undefined>,
): boolean {
  const object = facts.graph.get(uidOf(member.ref));
  const claim = object && isVolume(object) ? claimsOf(facts.objects, object)[0] : object;
  const owner = claim && controllerOf(claim);
  const pod = owner && facts.graph.get(owner.uid);
  if (!pod || !isPod(pod) || !goes.has(owner.uid)) return false;
  return ephemeralClaimsOf(pod).includes(claim.metadata.name);
}

function finished(facts: CountFacts, member: RadiusMember): boolean {
  const pod = facts.graph.get(uidOf(member.ref));
  return pod !== undefined && isFinished(pod);
}

/** A ReplicaSet of a Deployment is no workload of its own, whether the Deployment goes or stays. */
function isTopWorkload(
  facts: CountFacts,
  member: RadiusMember,
  goes: ReadonlySet<string | undefined>,
): boolean {
  if (!isWorkload(member.ref)) return false;
  const object = facts.graph.get(uidOf(member.ref));
  const controller = object && controllerOf(object);
  if (!controller || !isWorkload(controller)) return true;
  return facts.graph.get(controller.uid) === undefined && !goes.has(controller.uid);
}

/**
 * How many workloads would have none of their live Pods left, or none that is ready, at least for a while. What a
 * controller has just made in the place of a lost Pod is live and serves nobody yet. A Pod that is wanted alone and made
 * again is an everyday restart, not an outage. An eviction of some is left to the cluster and its disruption budgets.
 */
function leftWithoutPods(facts: CountFacts, going: readonly RadiusMember[]): number {
  const goingByUid = new Map(going.map((member) => [member.ref.uid, member]));
  const livePods = new Map<string, { workload: KubeObject; pods: KubeObject[] }>();
  for (const pod of facts.objects) {
    if (!isLivePod(pod)) continue;
    const workload = workloadOf(facts.graph, pod);
    if (!workload) continue;
    const uid = uidOf(workload.metadata);
    const known = livePods.get(uid);
    if (known) known.pods.push(pod);
    else livePods.set(uid, { workload, pods: [pod] });
  }
  return [...livePods.entries()].filter(([uid, { workload, pods }]) => {
    const gone = pods.filter((pod) => goingByUid.has(pod.metadata.uid));
    if (gone.length === 0) return false;
    const wanted = facts.scaledTo.get(uid) ?? wantedPods(workload);
    const returns = gone.every((pod) => goingByUid.get(pod.metadata.uid)?.loss === 'returns');
    if (returns && (wanted === 1 || facts.evicts)) return false;
    if (hasJustBegun(facts, workload, pods)) return false;
    if (gone.length === pods.length) return true;
    const stayReady = pods.some((pod) => !goingByUid.has(pod.metadata.uid) && isReady(pod));
    return servesBeingReady(workload) && gone.some(isReady) && !stayReady;
  }).length;
}

const JUST_BEGUN = 120_000;

/** Made a moment ago, and nothing of it was ready yet: whoever made it may take it back. By two clocks, so not by much. */
function hasJustBegun({ seenAt }: CountFacts, workload: KubeObject, pods: readonly KubeObject[]): boolean {
  const age = seenAt - Date.parse(String(workload.metadata.creationTimestamp));
  return age >= -5_000 && age < JUST_BEGUN && !pods.some(isReady);
}

/** The Pods of a Job serve nobody: that one of them is ready says nothing. */
function servesBeingReady(workload: KubeObject): boolean {
  return !isKind(workload, 'batch', 'Job') && !isKind(workload, 'batch', 'CronJob');
}

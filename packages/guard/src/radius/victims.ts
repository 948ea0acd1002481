import type { KubeObject, OwnerGraph } from '@toolcrib/kube';
import { claimOrdinal, podOrdinal } from '@toolcrib/kube';
import { isLive, isPod, isReady, workloadOf } from './pods.ts';
import { isKind } from './view.ts';

/** The Pods that a scale-down would take, and the claims that go with them. */
export interface Condemned {
  pods: KubeObject[];
  claims: KubeObject[];
  /** True where the number is certain and the names are a guess. */
  estimated: boolean;
}

/**
 * Who goes when `workload` is scaled to `replicas`.
 * A StatefulSet takes its highest ordinals (one that takes over Pods: those before its first, too), so the names are sure, and so are the claims under
 * `whenScaled: Delete`. Everything else takes a number of Pods in the ReplicaSet controller's order of victims.
 */
export function condemned(
  graph: OwnerGraph,
  objects: readonly KubeObject[],
  workload: KubeObject,
  replicas: number,
): Condemned {
  const inNamespace = objects.filter((object) => object.metadata.namespace === workload.metadata.namespace);
  const pods = inNamespace.filter((object) => isPod(object) && belongsTo(graph, object, workload));
  if (isKind(workload, 'apps', 'StatefulSet')) {
    const start: number = workload.spec?.ordinals?.start ?? 0;
    const beyond = (ordinal: number | undefined) =>
      ordinal !== undefined && (ordinal < start || ordinal >= start + replicas);
    const claimsGo = workload.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete';
    const going = pods.filter(
      (pod) =>
        pod.metadata.deletionTimestamp === undefined && beyond(podOrdinal(workload, pod.metadata.name)),
    );
    const ordinals = new Set(going.map((pod) => podOrdinal(workload, pod.metadata.name)));
    return {
      pods: going,
      claims: claimsGo
        ? inNamespace.filter(
            (object) =>
              isKind(object, '', 'PersistentVolumeClaim') &&
              ordinals.has(claimOrdinal(workload, object.metadata.name)),
          )
        : [],
      estimated: false,
    };
  }
  const live = pods.filter(isLive);
  const gone = Math.max(0, live.length - replicas);
  const first = inOrderOfVictims(live).slice(0, gone);
  return { pods: first, claims: [], estimated: replicas > 0 };
}

function belongsTo(graph: OwnerGraph, pod: KubeObject, workload: KubeObject): boolean {
  const uid = workload.metadata.uid;
  if (workloadOf(graph, pod)?.metadata.uid === uid) return true;
  // A ReplicaSet of a Deployment may be scaled by itself.
  return pod.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) === true;
}

/**
 * kubernetes pkg/controller/controller_utils.go, ActivePodsWithRanks: not assigned before assigned, Pending before
 * Unknown before Running, not ready before ready, lower deletion cost, more of the like on its node, ready for a
 * shorter time, more restarts, younger.
 */
function inOrderOfVictims(pods: readonly KubeObject[]): KubeObject[] {
  const onNode = new Map<unknown, number>();
  for (const { spec } of pods) onNode.set(spec?.nodeName, (onNode.get(spec?.nodeName) ?? 0) + 1);
  const ranked = pods.map((pod) => ({
    pod,
    key: [
      pod.spec?.nodeName ? 1 : 0,
      pod.status?.phase === 'Pending' ? 0 : pod.status?.phase === 'Unknown' ? 1 : 2,
      isReady(pod) ? 1 : 0,
      Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost']) || 0,
      -Number(onNode.get(pod.spec?.nodeName)),
      -readySince(pod),
      -restarts(pod),
      -timeOf(pod.metadata.creationTimestamp),
    ],
  }));
  return ranked.sort((a, b) => compare(a.key, b.key)).map(({ pod }) => pod);
}

/** By the first number that differs. Both have as many. */
function compare(a: number[], b: number[]): number {
  return a.reduce((found, value, index) => found || value - Number(b[index]), 0);
}

/** Milliseconds since 1970; 0 where it is not told. */
function timeOf(text: string | undefined): number {
  return Date.parse(String(text)) || 0;
}

function readySince(pod: KubeObject): number {
  const conditions: { type: string; status: string; lastTransitionTime?: string }[] =
    pod.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready' && condition.status === 'True');
  return timeOf(ready?.lastTransitionTime);
}

function restarts(pod: KubeObject): number {
  const statuses: { restartCount?: number }[] = pod.status?.containerStatuses ?? [];
  return Math.max(0, ...statuses.map((status) => status.restartCount ?? 0));
}

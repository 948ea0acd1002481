import type { KubeObject } from '@toolcrib/kube';
import { isReady, readySince } from './pods.ts';
import { timeOf } from './time.ts';

const PHASE_RANK: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const COST = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * The Pods that a scale-down takes first (ActivePodsWithRanks in pkg/controller/controller_utils.go): unassigned,
 * then pending, then not ready, then cheaper by annotation, then those that share their Node with more of their
 * like, then those ready for a shorter time (by powers of two), restarted more often, created later.
 *
 * @param related all Pods of the same workload, for counting how many share a Node
 * @param now milliseconds since 1970
 */
export function victimsFirst(pods: KubeObject[], related: KubeObject[], now: number): KubeObject[] {
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName;
    if (node && !pod.metadata.deletionTimestamp) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const crowd = (pod: KubeObject) => onNode.get(pod.spec?.nodeName ?? '') ?? 0;
  const compare = (a: KubeObject, b: KubeObject): number =>
    Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName)) ||
    phaseRank(a) - phaseRank(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    cost(a) - cost(b) ||
    crowd(b) - crowd(a) ||
    byAge(readySince(a), readySince(b), a, b, now) ||
    restarts(b) - restarts(a) ||
    byAge(timeOf(a.metadata.creationTimestamp), timeOf(b.metadata.creationTimestamp), a, b, now);
  return [...pods].sort(compare);
}

function phaseRank(pod: KubeObject): number {
  return PHASE_RANK[pod.status?.phase] ?? 0;
}

function cost(pod: KubeObject): number {
  const value = Number(pod.metadata.annotations?.[COST] ?? 0);
  return Number.isInteger(value) ? value : 0;
}

function restarts(pod: KubeObject): number {
  const statuses: { restartCount?: number }[] = pod.status?.containerStatuses ?? [];
  return Math.max(0, ...statuses.map((status) => status.restartCount ?? 0));
}

function byAge(
  first: number | undefined,
  second: number | undefined,
  a: KubeObject,
  b: KubeObject,
  now: number,
): number {
  if (first === second || first === undefined || second === undefined) return 0;
  const difference = ageRank(first, now) - ageRank(second, now);
  if (difference !== 0) return difference;
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1;
}

/** Whole powers of two of the age in nanoseconds, so that Pods of about the same age count as equally old. */
function ageRank(at: number, now: number): number {
  return now > at ? Math.floor(Math.log2((now - at) * 1e6)) : -1;
}

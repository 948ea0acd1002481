import type { KubeObject } from '@toolcrib/kube';
import { isReady, isTerminating, readySince } from './pods.ts';
import { timeOf } from './time.ts';
import { byText } from './values.ts';

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
  const standing = related.filter((pod) => !isTerminating(pod));
  const onNode = Map.groupBy(standing, (pod) => pod.spec?.nodeName);
  const crowd = (pod: KubeObject) => onNode.get(pod.spec?.nodeName)?.length ?? 0;
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
  const value = Number(pod.metadata.annotations?.[COST]);
  return Number.isInteger(value) ? value : 0;
}

function restarts(pod: KubeObject): number {
  const statuses: { restartCount: number }[] = pod.status?.containerStatuses ?? [];
  return Math.max(0, ...statuses.map((status) => status.restartCount));
}

function byAge(
  first: number | undefined,
  second: number | undefined,
  a: KubeObject,
  b: KubeObject,
  now: number,
): number {
  let order = 0;
  if (first !== undefined && second !== undefined && first !== second) {
    order =
      ageRank(first, now) - ageRank(second, now) || byText(String(a.metadata.uid), String(b.metadata.uid));
  }
  return order;
}

/** Whole powers of two of the age in nanoseconds, so that Pods of about the same age count as equally old. */
function ageRank(at: number, now: number): number {
  return Math.floor(Math.log2(Math.max(now - at, 0) * 1e6));
}

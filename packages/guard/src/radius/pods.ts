import type { KubeObject, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, isCustom, isFinishedPod } from '@toolcrib/kube';
import { isKind } from './view.ts';

const WORKLOADS = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  '/ReplicationController',
  'batch/Job',
  'batch/CronJob',
]);

export function isWorkload(object: { apiVersion: string; kind: string }): boolean {
  return WORKLOADS.has(`${groupVersionOf(object.apiVersion).group}/${object.kind}`);
}

export function isPod(object: { apiVersion: string; kind: string }): boolean {
  return isKind(object, '', 'Pod');
}

/** Neither on its way out nor finished. */
export function isLive(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isFinished(pod);
}

export const isLivePod = (object: KubeObject): boolean => isPod(object) && isLive(object);

export const isFinished = isFinishedPod;

export function isReady(pod: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

/**
 * The workload at the top of an object's chain of controllers, or undefined for a naked Pod. A custom resource
 * counts where it controls the Pods itself; above a built-in workload the chain ends.
 */
export function workloadOf(graph: OwnerGraph, object: KubeObject): KubeObject | undefined {
  let top: KubeObject | undefined;
  const seen = new Set<string>();
  for (let at = object; ; ) {
    const reference = controllerOf(at);
    if (!reference || seen.has(reference.uid)) return top;
    seen.add(reference.uid);
    const owner = graph.get(reference.uid);
    if (!owner) return top;
    const countsHere = isWorkload(owner) || (top === undefined && isCustom(owner));
    if (!countsHere) return top;
    top = owner;
    if (isCustom(owner)) return top;
    at = owner;
  }
}

/** How many Pods a workload wants; undefined where its kind does not say. */
export function wantedPods(workload: KubeObject): number | undefined {
  if (isKind(workload, 'apps', 'DaemonSet')) return workload.status?.desiredNumberScheduled;
  if (isKind(workload, 'batch', 'Job')) return workload.spec?.parallelism ?? 1;
  if (!isWorkload(workload) || workload.spec === undefined) return undefined;
  return workload.spec.replicas ?? 1;
}

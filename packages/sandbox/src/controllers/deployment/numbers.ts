import type { KubeObject } from '@toolcrib/kube';
import { countOf, scaledValue } from '../common/values.ts';

export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** `spec.replicas` of a Deployment or ReplicaSet; the API's default is 1. */
export function replicasOf(object: KubeObject): number {
  return countOf(object.spec?.replicas, 1);
}

export function statusNumber(object: KubeObject | undefined, field: string): number {
  return countOf(object?.status?.[field], 0);
}

export function sum(objects: KubeObject[], value: (object: KubeObject) => number): number {
  return objects.reduce((total, object) => total + value(object), 0);
}

export function isRollingUpdate(deployment: KubeObject): boolean {
  return (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** How many Pods a rolling update may have above and below the wanted number. */
export function roomOf(deployment: KubeObject): { maxSurge: number; maxUnavailable: number } {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const wanted = replicasOf(deployment);
  const rolling = deployment.spec?.strategy?.rollingUpdate ?? {};
  const maxSurge = scaledValue(rolling.maxSurge ?? '25%', wanted, 'up');
  const below = scaledValue(rolling.maxUnavailable ?? '25%', wanted, 'down');
  // Both zero would never get anywhere; so then one Pod may be missing.
  const atLeast = maxSurge === 0 && below === 0 ? 1 : below;
  return { maxSurge, maxUnavailable: Math.min(atLeast, wanted) };
}

/** How many replicas the newest ReplicaSet may have now. */
export function newReplicas(deployment: KubeObject, all: KubeObject[], newest: number): number {
  const wanted = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const room = wanted + roomOf(deployment).maxSurge - sum(all, replicasOf);
  if (room <= 0) return newest;
  return newest + Math.min(room, wanted - newest);
}

export function countAnnotation(set: KubeObject, key: string): number | undefined {
  const text = set.metadata.annotations?.[key];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * This ReplicaSet's share when a Deployment is scaled in the middle of a rollout.
 * @param toAdd Pods to add (or, negative, to remove) in all; `added` what other ReplicaSets have got of it
 */
export function proportionOf(set: KubeObject, deployment: KubeObject, toAdd: number, added: number): number {
  const size = replicasOf(set);
  if (toAdd === 0 || toAdd === added) return 0;
  const share = fractionOf(set, deployment, size);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function fractionOf(set: KubeObject, deployment: KubeObject, size: number): number {
  const wanted = replicasOf(deployment);
  if (wanted === 0) return wanted - size;
  const before = countAnnotation(set, MAX_REPLICAS) || statusNumber(deployment, 'replicas');
  if (before === 0) return 0;
  return Math.round((size * (wanted + roomOf(deployment).maxSurge)) / before) - size;
}

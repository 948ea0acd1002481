import type { KubeObject } from '@toolcrib/kube';
import { claimOrdinal, controllerOf } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';

/** What may use the claims that a softened act left. Plain data. */
export interface ClaimUse {
  /** Every Pod of the namespace. */
  pods: KubeObject[];
  /** What stands by now under the name of the StatefulSet that went. */
  set?: KubeObject;
}

/** Reads who may use what claims a finish would delete. Writes nothing. */
export async function lookAtClaims(cluster: Cluster, { owner }: SoftenRecord, as?: As): Promise<ClaimUse> {
  const { namespace, name, uid } = owner;
  const [pods, set] = await Promise.all([
    cluster.list({ group: '', version: 'v1', resource: 'pods' }, { namespace }, as),
    cluster.get({ group: 'apps', version: 'v1', resource: 'statefulsets' }, { namespace, name }, as),
  ]);
  return set && set.metadata.uid !== uid ? { pods, set } : { pods };
}

/**
 * Why a claim that was left is somebody's again, in words; undefined where nobody's. A claim has no controller by which to
 * tell: a StatefulSet that keeps its claims writes nothing on them, and takes them by their names alone.
 * @param isGoing whether a Pod goes with the same act, and so is no reason
 */
export function userOfClaim(
  claim: KubeObject,
  { pods, set }: ClaimUse,
  isGoing: (pod: KubeObject) => boolean,
): string | undefined {
  const { namespace, name, ownerReferences = [] } = claim.metadata;
  const [owner] = ownerReferences;
  if (owner) return `it is owned by ${owner.kind} ${owner.name}`;
  // Also while none of its Pods stands at this moment: the next one has the same data.
  if (set && claimOrdinal(set, name) !== undefined) return `StatefulSet ${set.metadata.name} stands again`;
  const user = pods.find((pod) => pod.metadata.namespace === namespace && mounts(pod, name) && !isGoing(pod));
  return user && `Pod ${user.metadata.name} uses it`;
}

function mounts({ metadata, spec }: KubeObject, claim: string): boolean {
  const volumes: { name: string; persistentVolumeClaim?: { claimName?: string }; ephemeral?: unknown }[] =
    spec?.volumes ?? [];
  return volumes.some(
    ({ name, persistentVolumeClaim, ephemeral }) =>
      persistentVolumeClaim?.claimName === claim || (ephemeral && `${metadata.name}-${name}` === claim),
  );
}

/** A Pod that was left and is still nobody's: it goes with the finish. */
export function isStillLeft({ actId }: SoftenRecord, pod: KubeObject): boolean {
  return pod.metadata.labels?.[marks.act] === actId && controllerOf(pod) === undefined;
}

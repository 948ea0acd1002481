import type { KubeObject, PropagationPolicy } from '@toolcrib/kube';
import { claimOrdinal } from '@toolcrib/kube';
import { endpointsOf } from './endpoints.ts';
import { isPod } from './pods.ts';
import { isKind } from './view.ts';

export const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';
const SERVICE_ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** What goes with an object for other reasons than an owner reference. */
export function extras(
  objects: readonly KubeObject[],
  object: KubeObject,
  policy: PropagationPolicy,
): readonly KubeObject[] {
  const { name, namespace, uid } = object.metadata;
  const beside = objects.filter((other) => other.metadata.namespace === namespace);
  if (isKind(object, '', 'Namespace')) return objects.filter((other) => other.metadata.namespace === name);
  // The Pod garbage collector (podgc) removes Pods of a node that is no more.
  if (isKind(object, '', 'Node')) return objects.filter((pod) => isPod(pod) && pod.spec?.nodeName === name);
  if (isKind(object, 'apiextensions.k8s.io', 'CustomResourceDefinition')) {
    const { group, names } = object.spec ?? {};
    return objects.filter((other) => isKind(other, group, names?.kind));
  }
  if (isKind(object, 'apps', 'StatefulSet') && policy !== 'Orphan') {
    if (object.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted !== 'Delete') return [];
    return beside.filter(
      (other) => isClaim(other) && claimOrdinal(object, other.metadata.name) !== undefined,
    );
  }
  if (isKind(object, '', 'Service')) return endpointsOf(beside, object);
  if (isKind(object, '', 'ServiceAccount')) {
    return beside.filter(
      (other) => isKind(other, '', 'Secret') && other.metadata.annotations?.[SERVICE_ACCOUNT_UID] === uid,
    );
  }
  if (isClaim(object)) {
    const volume = volumeOf(objects, object);
    return volume && reclaimPolicy(volume) === 'Delete' ? [volume] : [];
  }
  return [];
}

export function isClaim(object: { apiVersion: string; kind: string }): boolean {
  return isKind(object, '', 'PersistentVolumeClaim');
}

export function isVolume(object: { apiVersion: string; kind: string }): boolean {
  return isKind(object, '', 'PersistentVolume');
}

/** The volume that a claim is bound to, where it was seen and agrees. */
export function volumeOf(objects: readonly KubeObject[], claim: KubeObject): KubeObject | undefined {
  const name = claim.spec?.volumeName;
  if (!name) return undefined;
  return objects.find(
    (object) =>
      isVolume(object) &&
      object.metadata.name === name &&
      (object.spec?.claimRef?.uid === undefined || object.spec.claimRef.uid === claim.metadata.uid),
  );
}

/** `Recycle` scrubs the volume: what is left is as lost as after Delete. */
export function reclaimPolicy(volume: KubeObject): 'Delete' | 'Retain' {
  return volume.spec?.persistentVolumeReclaimPolicy === 'Retain' ? 'Retain' : 'Delete';
}

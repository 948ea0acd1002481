import type { KubeObject, PropagationPolicy } from '@toolcrib/kube';
import { claimOrdinal, uidOf } from '@toolcrib/kube';
import { endpointsOf } from './endpoints.ts';
import { lookup } from './lookup.ts';
import { isKind } from './view.ts';

const SERVICE_ACCOUNT_UID = 'kubernetes.io/service-account.uid';

/** What goes with an object for other reasons than an owner reference. */
export function extras(
  objects: readonly KubeObject[],
  object: KubeObject,
  policy: PropagationPolicy,
): readonly KubeObject[] {
  const { name, namespace } = object.metadata;
  const all = lookup(objects);
  if (isKind(object, '', 'Namespace')) return all.inNamespace(name);
  // The Pod garbage collector (podgc) removes Pods of a node that is no more.
  if (isKind(object, '', 'Node')) return all.podsOn(name);
  if (isKind(object, 'apiextensions.k8s.io', 'CustomResourceDefinition')) {
    const { group, names } = object.spec ?? {};
    return all.ofKind(group, names?.kind);
  }
  if (isKind(object, 'apps', 'StatefulSet') && policy !== 'Orphan') {
    if (object.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted !== 'Delete') return [];
    return claimsOfSet(objects, object);
  }
  if (isKind(object, '', 'Service')) return endpointsOf(objects, object);
  if (isKind(object, '', 'ServiceAccount')) {
    const tokens = all.by('account', all.ofKind('', 'Secret'), accountOf, uidOf(object.metadata));
    return tokens.filter((secret) => secret.metadata.namespace === namespace);
  }
  if (isClaim(object)) {
    const volume = volumeOf(objects, object);
    return volume && reclaimPolicy(volume) === 'Delete' ? [volume] : [];
  }
  return [];
}

function accountOf({ metadata }: KubeObject): string[] {
  return [metadata.annotations?.[SERVICE_ACCOUNT_UID] ?? []].flat();
}

/** By the claim's name without its ordinal, which is the template's and the set's. */
function claimsOfSet(objects: readonly KubeObject[], set: KubeObject): KubeObject[] {
  const { name, namespace } = set.metadata;
  const all = lookup(objects);
  const stem = ({ metadata }: KubeObject) => [`${metadata.namespace} ${metadata.name.replace(/-\d+$/, '')}`];
  const templates: { metadata?: { name?: string } }[] = set.spec?.volumeClaimTemplates ?? [];
  return templates.flatMap(({ metadata }) =>
    all
      .by('stem', all.ofKind('', 'PersistentVolumeClaim'), stem, `${namespace} ${metadata?.name}-${name}`)
      .filter((claim) => claimOrdinal(set, claim.metadata.name) !== undefined),
  );
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
  return lookup(objects)
    .named('', 'PersistentVolume', undefined, name)
    .find(({ spec }) => spec?.claimRef?.uid === undefined || spec.claimRef.uid === claim.metadata.uid);
}

/** `Recycle` scrubs the volume: what is left is as lost as after Delete. */
export function reclaimPolicy(volume: KubeObject): 'Delete' | 'Retain' {
  return volume.spec?.persistentVolumeReclaimPolicy === 'Retain' ? 'Retain' : 'Delete';
}

import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { controllerReference } from '../common/owner.ts';
import { isInRange } from './identity.ts';

/**
 * Who must own a member's claim (persistentVolumeClaimRetentionPolicy): with `whenDeleted: Delete` the set, so
 * that the claim goes with it; with `whenScaled: Delete` the Pod, but only once it is condemned by a scale-down.
 */
export function claimOwnersMatch(claim: KubeObject, set: KubeObject, pod: KubeObject): boolean {
  if (hasStaleReference(claim, set) || hasStaleReference(claim, pod)) return true;
  const bySet = references(claim, set);
  const byPod = references(claim, pod);
  if (hasForeignController(claim, set, pod)) return !bySet && !byPod;
  if (hasNonControllerReference(claim, set, pod)) return false;
  const wanted = wantedOwners(set, pod);
  return bySet === wanted.set && byPod === wanted.pod;
}

/** The claim's owner references as they should be. */
export function correctOwners(claim: KubeObject, set: KubeObject, pod: KubeObject): OwnerReference[] {
  const others = (claim.metadata.ownerReferences ?? []).filter(
    (ref) => !pointsAt(ref, set) && !pointsAt(ref, pod),
  );
  if (hasForeignController(claim, set, pod)) return others;
  const wanted = wantedOwners(set, pod);
  return [
    ...others,
    ...(wanted.pod ? [controllerReference(pod)] : []),
    ...(wanted.set ? [controllerReference(set)] : []),
  ];
}

export function retentionOf(set: KubeObject): { whenDeleted: string; whenScaled: string } {
  const policy = set.spec?.persistentVolumeClaimRetentionPolicy;
  return { whenDeleted: policy?.whenDeleted ?? 'Retain', whenScaled: policy?.whenScaled ?? 'Retain' };
}

function wantedOwners(set: KubeObject, pod: KubeObject): { set: boolean; pod: boolean } {
  const { whenDeleted, whenScaled } = retentionOf(set);
  const condemned = whenScaled === 'Delete' && !isInRange(set, pod);
  return { set: whenDeleted === 'Delete' && !condemned, pod: condemned };
}

function references(claim: KubeObject, owner: KubeObject): boolean {
  return claim.metadata.ownerReferences?.some((ref) => ref.uid === owner.metadata.uid) === true;
}

function pointsAt(ref: OwnerReference, owner: KubeObject): boolean {
  return ref.apiVersion === owner.apiVersion && ref.kind === owner.kind && ref.name === owner.metadata.name;
}

/** A reference to an earlier object of the same name: the garbage collector's business, not the set's. */
export function hasStaleReference(claim: KubeObject, owner: KubeObject): boolean {
  const ref = claim.metadata.ownerReferences?.find((item) => pointsAt(item, owner));
  return ref !== undefined && ref.uid !== owner.metadata.uid;
}

export function hasForeignController(claim: KubeObject, set: KubeObject, pod: KubeObject): boolean {
  const { whenDeleted, whenScaled } = retentionOf(set);
  if (whenDeleted !== 'Delete' && whenScaled !== 'Delete') return false;
  return (claim.metadata.ownerReferences ?? []).some((ref) => {
    for (const owner of [set, pod]) {
      if (pointsAt(ref, owner)) return ref.uid !== owner.metadata.uid;
    }
    return ref.controller === true;
  });
}

function hasNonControllerReference(claim: KubeObject, set: KubeObject, pod: KubeObject): boolean {
  return (claim.metadata.ownerReferences ?? []).some(
    (ref) => (ref.uid === set.metadata.uid || ref.uid === pod.metadata.uid) && ref.controller !== true,
  );
}

import type { KubeObject } from '@toolcrib/kube';
import { selectorMatches } from '@toolcrib/kube';
import { quantity } from '../node/quantities.ts';

/** The class that a claim or volume asks for; '' means none. */
export function classOf(object: KubeObject): string {
  return (
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
    object.spec?.storageClassName ??
    ''
  );
}

/** True where the volume's claimRef names this claim, and carries its UID or none yet. */
export function isReservedFor(volume: KubeObject, claim: KubeObject): boolean {
  const ref = volume.spec?.claimRef;
  if (!ref || ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false;
  return !ref.uid || ref.uid === claim.metadata.uid;
}

/** What keeps the volume from serving the claim, or undefined where nothing does. */
export function mismatch(volume: KubeObject, claim: KubeObject): string | undefined {
  const wanted = quantity(claim.spec?.resources?.requests?.storage);
  if (quantity(volume.spec?.capacity?.storage) < wanted) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) {
    return 'incompatible volumeMode';
  }
  const offered: string[] = volume.spec?.accessModes ?? [];
  const modes: string[] = claim.spec?.accessModes ?? [];
  return modes.every((mode) => offered.includes(mode)) ? undefined : 'incompatible accessMode';
}

/** The volume for a claim that names none: one reserved for it, else the smallest free one that will do. */
export function bestMatch(claim: KubeObject, volumes: KubeObject[]): KubeObject | undefined {
  const standing = volumes.filter((volume) => !volume.metadata.deletionTimestamp);
  const reserved = standing.find((volume) => isReservedFor(volume, claim));
  if (reserved) return mismatch(reserved, claim) ? undefined : reserved;
  const selector = claim.spec?.selector;
  return standing
    .filter((volume) => !volume.spec?.claimRef && volume.status?.phase === 'Available')
    .filter((volume) => !selector || selectorMatches(selector, volume.metadata.labels))
    .filter((volume) => mismatch(volume, claim) === undefined)
    .sort((a, b) => quantity(a.spec?.capacity?.storage) - quantity(b.spec?.capacity?.storage))[0];
}

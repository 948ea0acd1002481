import { controllerOf, type KubeObject, type ResourceType } from '@toolcrib/kube';
import type { Store } from '../../store/store.ts';
import { isNotFound, messageOf } from './errors.ts';
import { controllerReference } from './owner.ts';

export interface ClaimOptions {
  owner: KubeObject;
  ownerType: ResourceType;
  type: ResourceType;
  matches: (object: KubeObject) => boolean;
  /** A finalizer that goes with ownership (the Job's tracking finalizer): put on when adopting, off when releasing. */
  finalizer?: string;
}

/**
 * Settles who controls the candidates (controller_ref_manager.go): objects without a controller that match are
 * adopted, own objects that no longer match are released, foreign ones are left alone. An owner that is being
 * deleted neither adopts nor releases, and the owner is read anew before the first adoption.
 *
 * @returns the candidates that the owner controls now
 * @throws Error where the owner has gone or changed, or a write failed for another reason than "not found"
 */
export function claimObjects(store: Store, candidates: KubeObject[], options: ClaimOptions): KubeObject[] {
  const { owner, matches } = options;
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const claimed: KubeObject[] = [];
  const failures: unknown[] = [];
  let ownerChecked = false;

  for (const object of candidates) {
    try {
      const controller = controllerOf(object);
      if (controller && controller.uid !== owner.metadata.uid) continue;
      if (controller) {
        if (matches(object)) claimed.push(object);
        else if (!deleting) release(store, object, options);
        continue;
      }
      if (deleting || !matches(object) || object.metadata.deletionTimestamp !== undefined) continue;
      if (object.metadata.namespace !== owner.metadata.namespace) continue;
      if (!ownerChecked) checkOwner(store, options);
      ownerChecked = true;
      claimed.push(adopt(store, object, options));
    } catch (error) {
      if (!isNotFound(error)) failures.push(error);
    }
  }
  if (failures.length > 0) throw new Error(failures.map(messageOf).join('; '), { cause: failures[0] });
  return claimed;
}

function checkOwner(store: Store, { owner, ownerType }: ClaimOptions): void {
  const { namespace, name, uid } = owner.metadata;
  let fresh: KubeObject;
  try {
    fresh = store.get(ownerType, namespace, name);
  } catch (cause) {
    throw new Error(`${owner.kind} ${namespace}/${name} can't adopt: it could not be read again.`, { cause });
  }
  if (fresh.metadata.uid !== uid) {
    throw new Error(`${owner.kind} ${namespace}/${name} can't adopt: it has been replaced by another.`);
  }
  if (fresh.metadata.deletionTimestamp !== undefined) {
    throw new Error(`${owner.kind} ${namespace}/${name} can't adopt: it is being deleted.`);
  }
}

function adopt(store: Store, object: KubeObject, { owner, type, finalizer }: ClaimOptions): KubeObject {
  return change(store, type, object, (fresh) => {
    const references = fresh.metadata.ownerReferences ?? [];
    const other = references.find((ref) => ref.controller === true && ref.uid !== owner.metadata.uid);
    if (other)
      throw new Error(`${fresh.kind} ${fresh.metadata.name} has just been claimed by ${other.name}.`);
    fresh.metadata.ownerReferences = [
      ...references.filter((ref) => ref.uid !== owner.metadata.uid),
      controllerReference(owner),
    ];
    if (finalizer && !fresh.metadata.finalizers?.includes(finalizer)) {
      fresh.metadata.finalizers = [...(fresh.metadata.finalizers ?? []), finalizer];
    }
  });
}

function release(store: Store, object: KubeObject, { owner, type, finalizer }: ClaimOptions): void {
  change(store, type, object, (fresh) => {
    const kept = (fresh.metadata.ownerReferences ?? []).filter((ref) => ref.uid !== owner.metadata.uid);
    if (kept.length > 0) fresh.metadata.ownerReferences = kept;
    else delete fresh.metadata.ownerReferences;
    if (finalizer && fresh.metadata.finalizers) {
      fresh.metadata.finalizers = fresh.metadata.finalizers.filter((item) => item !== finalizer);
    }
  });
}

/** Changes exactly this object: another one that has taken its name meanwhile is left alone. */
function change(
  store: Store,
  type: ResourceType,
  object: KubeObject,
  edit: (fresh: KubeObject) => void,
): KubeObject {
  const { namespace, name, uid } = object.metadata;
  return store.modify(type, namespace, name, (fresh) => {
    if (fresh.metadata.uid !== uid) throw new Error(`${object.kind} ${name} has been replaced meanwhile.`);
    edit(fresh);
  });
}

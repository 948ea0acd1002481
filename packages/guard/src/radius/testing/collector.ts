import type { KubeObject, PropagationPolicy } from '@toolcrib/kube';

/**
 * A small cluster that takes what its garbage collector takes, told as that works: objects are looked at one after
 * another until nothing changes. It shares nothing with the radius, and is what that is measured against.
 *
 * It knows owner references (all of one namespace), a Namespace and a CRD that take what is in them or of them, and a
 * claim that is being deleted: it goes with the last Pod that mounts it, and its volume with it.
 */
export interface Collector {
  /** Deletes; without a policy by the finalizer that the object has. What is gone, or going already, is left alone. */
  remove(uid: string, policy: PropagationPolicy | undefined): void;
  /** Looks at the objects in this order, again and again, until nothing changes. */
  settle(order: readonly string[]): void;
  /** What stands, with the owners it still has; what is on its way out says so. */
  standing(): KubeObject[];
}

export function collector(world: readonly KubeObject[]): Collector {
  const objects = new Map(world.map((object) => [object.metadata.uid ?? '', object]));
  const owners = new Map(
    [...objects].map(([uid, { metadata }]) => [
      uid,
      new Map(metadata.ownerReferences?.map((one) => [one.uid, one.blockOwnerDeletion === true])),
    ]),
  );
  const deleting = new Map<string, 'Foreground' | 'Orphan'>();
  const dependents = (uid: string) => [...owners].filter(([, of]) => of.has(uid)).map(([one]) => one);
  const drop = (uid: string): boolean => {
    owners.delete(uid);
    return objects.delete(uid);
  };
  const remove = (uid: string, asked: PropagationPolicy | undefined): void => {
    const object = objects.get(uid);
    const policy = asked ?? (object?.metadata.finalizers?.includes('orphan') ? 'Orphan' : 'Background');
    if (!object || deleting.has(uid) || object.metadata.deletionTimestamp !== undefined) return;
    if (policy === 'Background') drop(uid);
    else deleting.set(uid, policy);
    for (const one of contentsOf(object, [...objects.values()])) remove(one.metadata.uid ?? '', undefined);
  };
  const look = (uid: string): boolean => {
    const of = owners.get(uid);
    const object = objects.get(uid);
    if (!of || !object) return false;
    if (object.metadata.deletionTimestamp !== undefined)
      return isFree(object, [...objects.values()]) && drop(uid);
    const doing = deleting.get(uid);
    if (doing === 'Orphan') {
      for (const one of dependents(uid)) owners.get(one)?.delete(uid);
      return drop(uid);
    }
    if (doing === 'Foreground') return !dependents(uid).some((one) => owners.get(one)?.get(uid)) && drop(uid);
    if (of.size === 0) return false;
    const waiting = [...of.keys()].filter((one) => deleting.get(one) === 'Foreground');
    const dangling = [...of.keys()].filter((one) => !objects.has(one));
    if (waiting.length + dangling.length < of.size) {
      for (const one of [...waiting, ...dangling]) of.delete(one);
      return waiting.length + dangling.length > 0;
    }
    const below = dependents(uid);
    if (waiting.length > 0 && below.length > 0) {
      // The guard against circles: its references block nobody any more.
      if (below.some((one) => deleting.get(one) === 'Foreground'))
        for (const one of of.keys()) of.set(one, false);
      remove(uid, 'Foreground');
    } else remove(uid, undefined);
    return true;
  };
  return {
    remove,
    settle(order) {
      for (let changed = true; changed; ) changed = order.map(look).includes(true);
    },
    standing: () =>
      [...objects].map(([uid, object]) => ({
        ...object,
        metadata: {
          ...object.metadata,
          ...(deleting.has(uid) ? { deletionTimestamp: '2026-11-23T00:00:00Z' } : {}),
          ownerReferences: object.metadata.ownerReferences?.filter((one) => owners.get(uid)?.has(one.uid)),
        },
      })),
  };
}

function contentsOf(object: KubeObject, all: KubeObject[]): KubeObject[] {
  if (object.kind === 'Namespace')
    return all.filter(({ metadata }) => metadata.namespace === object.metadata.name);
  if (object.kind === 'CustomResourceDefinition')
    return all.filter(({ kind }) => kind === object.spec.names.kind);
  return [];
}

/** Of a claim or volume that is being deleted: whether nothing holds it back any more. */
function isFree(object: KubeObject, all: KubeObject[]): boolean {
  return object.kind === 'PersistentVolume'
    ? !all.some(({ kind }) => kind === 'PersistentVolumeClaim')
    : !all.some(({ kind, spec }) => kind === 'Pod' && spec?.volumes?.length > 0);
}

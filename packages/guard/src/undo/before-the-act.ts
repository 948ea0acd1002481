import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, uidOf } from '@toolcrib/kube';
import type { LossClass, Snapshot } from '@toolcrib/model';
import { keyOfObject } from './steps.ts';

/** All that an act took, each object once, as it stood before the act. */
export function beforeTheAct(snapshots: readonly Snapshot[]): KubeObject[] {
  return withoutLater(firstByUid(snapshots));
}

/** The same object may have been kept for several requests of the act: the first state is the one before the act. */
function firstByUid(snapshots: readonly Snapshot[]): KubeObject[] {
  const first = new Map<string, KubeObject>();
  for (const { objects } of [...snapshots].sort((a, b) => a.takenAt - b.takenAt)) {
    for (const object of objects) {
      const uid = object.metadata.uid;
      if (uid !== undefined && !first.has(uid)) first.set(uid, object);
    }
  }
  return [...first.values()];
}

/**
 * Without what came only while the act went on: a Secret that its operator made anew after the first request, and that the
 * second took again. What stood under the name before is what is brought back; whoever names the later one means that.
 */
function withoutLater(objects: readonly KubeObject[]): KubeObject[] {
  const first = new Map<string, KubeObject>();
  const instead = new Map<string, string>();
  for (const object of objects) {
    const known = first.get(keyOfObject(object));
    if (known) instead.set(uidOf(object.metadata), uidOf(known.metadata));
    else first.set(keyOfObject(object), object);
  }
  if (instead.size === 0) return [...objects];
  const later = new Set(instead.keys());
  const isLater = (object: KubeObject) =>
    later.has(uidOf(object.metadata)) || later.has(uidOf(controllerOf(object)));
  for (let size = -1; size !== later.size; ) {
    size = later.size;
    for (const object of objects) if (isLater(object)) later.add(uidOf(object.metadata));
  }
  return objects
    .filter((object) => !later.has(uidOf(object.metadata)))
    .map((object) => {
      const { ownerReferences } = object.metadata;
      if (!ownerReferences?.some(({ uid }) => instead.has(uid))) return object;
      const owners = ownerReferences.map((owner) => ({ ...owner, uid: instead.get(owner.uid) ?? owner.uid }));
      return { ...object, metadata: { ...object.metadata, ownerReferences: owners } };
    });
}

/** What was said of each object; of several snapshots the first counts, as with the object itself. */
export function promisedIn(snapshots: readonly Snapshot[]): Map<string, LossClass> {
  const said = new Map<string, LossClass>();
  for (const { promised = [] } of [...snapshots].sort((a, b) => a.takenAt - b.takenAt)) {
    for (const { uid, loss } of promised) if (!said.has(uid)) said.set(uid, loss);
  }
  return said;
}

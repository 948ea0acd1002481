import type { KubeObject } from '@toolcrib/kube';
import { uidOf } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { kindOf, liveOf } from './live.ts';
import { goesWithItsNamespace, isAboutToBeCollected } from './passing.ts';
import type { UndoStep } from './steps.ts';
import { keyOf } from './steps.ts';

/** Controllers that take back what has no owner, by their selector, and what of. */
const ADOPTED: Record<string, string[]> = {
  Deployment: ['ReplicaSet'],
  ReplicaSet: ['Pod'],
  ReplicationController: ['Pod'],
  StatefulSet: ['Pod', 'ControllerRevision', 'PersistentVolumeClaim'],
  DaemonSet: ['Pod', 'ControllerRevision'],
};

/**
 * It stands, and has lost owners that come back or stand again: by an Orphan delete, because the collector takes absent
 * owners out of what another owner keeps, or because an undo was cut off before it had named them. Where no controller
 * adopts it by its selector, they are named again.
 */
export function planRelink(facts: PlanFacts, object: KubeObject): UndoStep | undefined {
  const now = goesWithItsNamespace(facts, object) ? null : liveOf(facts.live, object);
  const { name, namespace } = object.metadata;
  const uid = now?.metadata.uid;
  if (!now || !uid || now.metadata.deletionTimestamp !== undefined) return undefined;
  if (uid !== object.metadata.uid && !facts.again.has(uidOf(object.metadata))) return undefined;
  if (uid === object.metadata.uid && isAboutToBeCollected(facts, now)) return undefined;
  const still = new Set(now.metadata.ownerReferences?.map((owner) => owner.uid));
  const references = (object.metadata.ownerReferences ?? []).filter((owner) => {
    if (still.has(owner.uid) || ADOPTED[owner.kind]?.includes(object.kind)) return false;
    const again = facts.again.get(owner.uid);
    if (facts.created.has(owner.uid)) return true;
    if (again !== undefined) return !still.has(again);
    // A co-owner that never went, of one that stands again.
    const standing = facts.live.at[keyOf({ ...owner, namespace })] ?? facts.live.at[keyOf(owner)];
    return uid !== object.metadata.uid && standing?.metadata.uid === owner.uid;
  });
  const info = kindOf(facts.live.kinds, object);
  if (references.length === 0 || !info) return undefined;
  const ref = { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid };
  return { do: 'relink', info, ref, snapshot: object, references };
}

import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, type LabelSelector, podOrdinal, selectorMatches, uidOf } from '@toolcrib/kube';
import { isPod } from './pods.ts';
import { isKind } from './view.ts';

/** A workload's selector as its controller reads it; a ReplicationController's is a map, by default the labels of its Pods. */
export function selectorOf({ kind, spec }: Pick<KubeObject, 'kind' | 'spec'>): LabelSelector | undefined {
  if (kind !== 'ReplicationController') return spec?.selector ?? undefined;
  const matchLabels = spec?.selector ?? spec?.template?.metadata?.labels;
  return matchLabels ? { matchLabels } : undefined;
}

/**
 * Whether a workload that is only created takes an object over as soon as it stands (kubernetes
 * pkg/controller/controller_ref_manager.go): one of its namespace that its selector matches, that nobody controls, and that
 * is not being deleted. A StatefulSet takes only Pods of its own names. A Deployment takes ReplicaSets; of a Pod whose
 * ReplicaSet is gone its next ReplicaSet may be the owner, if their templates have the same hash: taken for so.
 */
export function wouldAdopt(created: KubeObject, object: KubeObject): boolean {
  const { name, namespace, labels, deletionTimestamp } = object.metadata;
  if (namespace !== created.metadata.namespace || deletionTimestamp !== undefined) return false;
  if (controllerOf(object) !== undefined || !isTaken(created, object, name)) return false;
  return selectorMatches(selectorOf(created), labels);
}

function isTaken(created: KubeObject, object: KubeObject, name: string): boolean {
  if (created.kind === 'StatefulSet') return isPod(object) && podOrdinal(created, name) !== undefined;
  if (created.kind !== 'Deployment') return isPod(object);
  return isKind(object, 'apps', 'ReplicaSet') || (isPod(object) && HASH in (object.metadata.labels ?? {}));
}

const HASH = 'pod-template-hash';

/** Objects as they will be once these workloads stand: what is taken over names its owner. */
export function adoptedBy(created: readonly KubeObject[], objects: readonly KubeObject[]): KubeObject[] {
  return objects.map((object) => {
    const owner = created.find((one) => one !== object && wouldAdopt(one, object));
    if (!owner) return object;
    const { apiVersion, kind, metadata } = owner;
    const reference = { apiVersion, kind, name: metadata.name, uid: uidOf(metadata), controller: true };
    const ownerReferences = [...(object.metadata.ownerReferences ?? []), reference];
    return { ...object, metadata: { ...object.metadata, ownerReferences } };
  });
}

/** Whether a Pod is what a workload's own template makes, as far as its containers tell. A webhook may have added some. */
export function isLikeMade(workload: KubeObject, pod: KubeObject): boolean {
  type Container = { name: string; image?: string };
  const own: Container[] = workload.spec?.template?.spec?.containers ?? [];
  const there: Container[] = pod.spec?.containers ?? [];
  return own.every(({ name, image }) => there.some((one) => one.name === name && one.image === image));
}

import {
  controllerOf,
  groupVersionOf,
  type KubeObject,
  type LabelSelector,
  type OwnerReference,
  type ResourceType,
  selectorMatches,
} from '@toolcrib/kube';
import type { Change } from './loop.ts';
import { keyOf, keyOfObject, type View } from './view.ts';

/** The reference that a controller puts on what it makes or adopts. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: String(owner.metadata.uid),
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid;
}

/**
 * Which owners a changed dependent wakes: its controller, the one it had before, or, having none, every possible
 * adopter, i.e. each owner of the namespace whose selector matches its labels.
 */
export function ownersToWake(
  view: View,
  change: Change,
  owners: { type: ResourceType; kind: string },
): string[] {
  const { object, previous } = change;
  const keys = new Set<string>();
  for (const state of [object, previous]) {
    const ref = state && controllerOf(state);
    if (ref?.kind === owners.kind && groupVersionOf(ref.apiVersion).group === owners.type.group) {
      keys.add(keyOf(object.metadata.namespace, ref.name));
    }
  }
  if (!controllerOf(object) && change.type !== 'DELETED') {
    for (const owner of view.list(owners.type, String(object.metadata.namespace))) {
      if (selects(owner, object)) keys.add(keyOfObject(owner));
    }
  }
  return [...keys];
}

/** True where the owner's own selector is not empty and matches; an unreadable selector matches nothing. */
export function selects(owner: KubeObject, object: KubeObject): boolean {
  const selector = owner.spec?.selector as LabelSelector | undefined;
  if (isEmptySelector(selector)) return false;
  try {
    return selectorMatches(selector, object.metadata.labels);
  } catch {
    return false;
  }
}

/**
 * True where the Pods that the owner would make are Pods that it would recognise. The API refuses any other
 * workload; one that got in all the same would make Pods without end.
 */
export function recognisesItsOwn(owner: KubeObject): boolean {
  const labels = owner.spec?.template?.metadata?.labels;
  return selects(owner, { apiVersion: 'v1', kind: 'Pod', metadata: { name: '', labels } });
}

export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  if (!selector) return true;
  return (
    Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions?.length ?? 0) === 0
  );
}

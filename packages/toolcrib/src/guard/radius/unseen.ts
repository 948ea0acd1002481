import { isBuiltInGroup } from '@toolcrib/kube';
import type { Radius, UnseenKind } from '../../model/index.ts';
import type { Aim, Unseen, View } from './view.ts';
import { isKind } from './view.ts';

/** Groups of aggregated APIs that store nothing: what they show is worked out from other objects. */
const STORES_NOTHING =
  /^((custom\.|external\.)?metrics\.k8s\.io|subresources\.kubevirt\.io|packages\.operators\.coreos\.com|visibility\.kueue\.x-k8s\.io|authentication\.k8s\.io|authorization\.k8s\.io)$/;

/**
 * Kinds whose loss takes nothing with it and which no controller hangs on a workload that it does not make again.
 * Many people may not list them (the `edit` role sees no Roles), and not every act of theirs can be held for it.
 */
const PASSIVE = new Set([
  '/Event',
  'events.k8s.io/Event',
  'coordination.k8s.io/Lease',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  '/ResourceQuota',
  '/LimitRange',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'storage.k8s.io/CSIStorageCapacity',
]);

/**
 * Which of the unseen could belong to *this* radius; only those make it incomplete.
 *
 * - What stores nothing never does.
 * - A Namespace or a CustomResourceDefinition takes whatever it holds: everything else counts.
 * - A group that could not be asked at all is an aggregated API with a store of its own (the API server always
 *   knows its own groups and those of CRDs). Nothing there hangs on built-in objects by owner reference in
 *   practice, so it counts only where a custom object goes: one broken APIService must not hold everything.
 * - A kind that is served but could not be listed counts, unless it is cluster-scoped and the targets are
 *   namespaced (such owners are never honoured), or it is passive.
 */
export function couldBelong(unseen: Unseen, aims: readonly Aim[]): boolean {
  if (STORES_NOTHING.test(unseen.group)) return false;
  if (unseen.name !== undefined) return true;
  const takesAll = aims.some(
    ({ ref }) =>
      isKind(ref, '', 'Namespace') || isKind(ref, 'apiextensions.k8s.io', 'CustomResourceDefinition'),
  );
  if (takesAll) return unseen.namespaced !== false || aims.some(({ ref }) => !isKind(ref, '', 'Namespace'));
  if (unseen.kind === '') {
    if (isBuiltInGroup(unseen.group)) return true;
    return aims.some(({ type }) => !isBuiltInGroup(type.group));
  }
  if (unseen.namespaced === false && aims.every(({ ref }) => ref.namespace !== undefined)) return false;
  return !PASSIVE.has(`${unseen.group}/${unseen.kind}`);
}

export function relevantUnseen(view: View, aims: readonly Aim[]): UnseenKind[] {
  return view.unseen
    .filter((unseen) => couldBelong(unseen, aims))
    .map(({ group, kind, name, why, decides }) => {
      const full = kind === '' ? `everything of ${group}` : group === '' ? kind : `${kind}.${group}`;
      return { kind: name ? `${full} ${name}` : full, why, ...(decides ? { decides } : {}) };
    });
}

/** What could go with a radius and was not seen: no snapshot of it holds that, and no undo brings it back. */
export function notInTheNet({ unseen }: Radius): UnseenKind[] {
  return unseen.filter(({ decides }) => !decides);
}

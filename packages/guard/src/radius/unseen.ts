import { isBuiltInGroup } from '@toolcrib/kube';
import type { Radius, UnseenKind } from '@toolcrib/model';
import type { Aim, Unseen, View } from './view.ts';
import { isKind } from './view.ts';

/** Groups of aggregated APIs that store nothing: what they show is worked out from other objects. */
const STORES_NOTHING =
  /^((custom\.|external\.)?metrics\.k8s\.io|subresources\.kubevirt\.io|packages\.operators\.coreos\.com|visibility\.kueue\.x-k8s\.io|authentication\.k8s\.io|authorization\.k8s\.io)$/;

/**
 * Kinds whose loss takes nothing with it and which no controller hangs on a workload that it does not make again.
 * Many people may not list them (the `edit` role sees no Roles and no PodTemplates), and not every act of theirs can be
 * held for it.
 */
const PASSIVE = new Set([
  '/Event',
  // Stored by hand or by a provisioner, used by no controller of Kubernetes' own.
  '/PodTemplate',
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
 *   namespaced (such owners are never honoured), or it is passive. See `isUnlikely` for what is only told.
 */
function couldBelong(unseen: Unseen, aims: readonly Aim[]): boolean {
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

/**
 * Kinds that may hang on such a target and hardly ever do; what does is as a rule made again by the operator that made
 * it. A custom kind below a namespaced built-in object is one: its definition ships no part of the `edit` role more
 * often than not, and nobody with that role could delete a ConfigMap unheld. ResourceClaims belong to Pods, whose
 * controller has them made again with each. A Node is not such a target: agents hang objects of their own on it.
 */
function isUnlikely(unseen: Unseen, aims: readonly Aim[]): boolean {
  if (unseen.name !== undefined || unseen.kind === '') return false;
  if (!aims.every(({ ref, type }) => ref.namespace !== undefined && isBuiltInGroup(type.group))) return false;
  return !isBuiltInGroup(unseen.group) || unseen.group === 'resource.k8s.io';
}

export function relevantUnseen(view: View, aims: readonly Aim[]): UnseenKind[] {
  return view.unseen
    .filter((unseen) => couldBelong(unseen, aims))
    .map((unseen) => {
      const { group, kind, name, why, decides } = unseen;
      const full = kind === '' ? `everything of ${group}` : group === '' ? kind : `${kind}.${group}`;
      return {
        kind: name ? `${full} ${name}` : full,
        why,
        ...(decides ? { decides } : {}),
        ...(isUnlikely(unseen, aims) ? { unlikely: true as const } : {}),
      };
    });
}

/** What counts: whatever was not seen, except for what hardly ever belongs to such a radius. */
export function likelyUnseen({ unseen }: Pick<Radius, 'unseen'>): UnseenKind[] {
  return unseen.filter(({ unlikely }) => !unlikely);
}

/** What could go with a radius and was not seen: no snapshot of it holds that, and no undo brings it back. */
export function notInTheNet({ unseen }: Radius): UnseenKind[] {
  return unseen.filter(({ decides }) => !decides);
}

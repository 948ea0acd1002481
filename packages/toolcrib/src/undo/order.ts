import type { KubeObject } from '@toolcrib/kube';
import { groupVersionOf, isCustom } from '@toolcrib/kube';

/** Velero's order of restoring: what others need first. Kinds that are not named come last, custom ones after those. */
const ORDER = [
  'apiextensions.k8s.io/CustomResourceDefinition',
  '/Namespace',
  'storage.k8s.io/StorageClass',
  'snapshot.storage.k8s.io/VolumeSnapshotClass',
  'snapshot.storage.k8s.io/VolumeSnapshotContent',
  'snapshot.storage.k8s.io/VolumeSnapshot',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/Role',
  '/ServiceAccount',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'rbac.authorization.k8s.io/RoleBinding',
  '/Secret',
  '/ConfigMap',
  '/LimitRange',
  '/ResourceQuota',
  'scheduling.k8s.io/PriorityClass',
  '/Pod',
  'apps/ReplicaSet',
  '/ReplicationController',
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/CronJob',
  'batch/Job',
  '/Endpoints',
  '/Service',
];
const RANK = new Map(ORDER.map((kind, index) => [kind, index]));

function rankOf(object: KubeObject): number {
  const { group } = groupVersionOf(object.apiVersion);
  return RANK.get(`${group}/${object.kind}`) ?? (isCustom(object) ? ORDER.length + 1 : ORDER.length);
}

/**
 * Objects in the order in which they are created again: owners before what they own, and otherwise by kind. A claim
 * comes before the StatefulSet that owns it: else the set makes a fresh, empty one under its name.
 */
export function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const byUid = new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
  const done = new Set<KubeObject>();
  const order: KubeObject[] = [];
  const visit = (object: KubeObject, path: ReadonlySet<KubeObject>) => {
    if (done.has(object) || path.has(object)) return;
    if (object.kind !== 'PersistentVolumeClaim') {
      for (const owner of object.metadata.ownerReferences ?? []) {
        const found = byUid.get(owner.uid);
        if (found) visit(found, new Set([...path, object]));
      }
    }
    if (done.has(object)) return;
    done.add(object);
    order.push(object);
  };
  const sorted = objects
    .map((object, index) => ({ object, rank: rankOf(object), index }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index);
  for (const { object } of sorted) visit(object, new Set());
  return order;
}

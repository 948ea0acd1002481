import type { KubeObject } from '@toolcrib/kube';
import { groupVersionOf, isCustom, uidOf } from '@toolcrib/kube';
import { isKind } from './steps.ts';

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
  'scheduling.k8s.io/PriorityClass',
  '/Pod',
  // After what says for itself what it wants, before controllers whose Pods take it from there.
  '/LimitRange',
  '/ResourceQuota',
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
  // A webhook that comes back before the Pods that answer it would refuse all that follows.
  if (group === 'admissionregistration.k8s.io') return ORDER.length + 2;
  return RANK.get(`${group}/${object.kind}`) ?? (isCustom(object) ? ORDER.length + 1 : ORDER.length);
}

const DATA = ['Secret', 'ConfigMap', 'PersistentVolumeClaim'];

/**
 * Whether an object is made before its owner, which is written into it once that is there. A set makes a fresh, empty
 * claim at once; an operator that finds no Secret under its resource makes a new one, with another password.
 */
function isBeforeOwner(object: KubeObject, owner: { apiVersion: string; kind: string }): boolean {
  return groupVersionOf(object.apiVersion).group === '' && DATA.includes(object.kind) && isCustom(owner);
}

/**
 * Objects in the order in which they are created again: what they live in and what defines them first, owners before
 * what they own, and otherwise by kind. A claim comes before the StatefulSet or Pod that owns it.
 * @param dataFirst Secrets, ConfigMaps and claims come before a custom resource that owns them as well
 */
export function inOrder(objects: readonly KubeObject[], dataFirst = false): KubeObject[] {
  const byUid = new Map(objects.map((object) => [uidOf(object.metadata), object]));
  const namespaces = new Map(
    objects.filter((one) => isKind(one, '', 'Namespace')).map((one) => [one.metadata.name, one]),
  );
  const definitions = new Map(
    objects
      .filter((one) => isKind(one, 'apiextensions.k8s.io', 'CustomResourceDefinition'))
      .map((one) => [`${one.spec?.group}/${one.spec?.names?.kind}`, one]),
  );
  const done = new Set<KubeObject>();
  const order: KubeObject[] = [];
  const before = (object: KubeObject): (KubeObject | undefined)[] => [
    definitions.get(`${groupVersionOf(object.apiVersion).group}/${object.kind}`),
    namespaces.get(object.metadata.namespace ?? ''),
    ...(object.metadata.ownerReferences ?? [])
      .filter((owner) => !(object.kind === 'PersistentVolumeClaim' && !isCustom(owner)))
      .filter((owner) => !(dataFirst && isBeforeOwner(object, owner)))
      .map((owner) => byUid.get(owner.uid)),
  ];
  const visit = (object: KubeObject, path: ReadonlySet<KubeObject>) => {
    if (done.has(object) || path.has(object)) return;
    for (const other of before(object)) if (other) visit(other, new Set([...path, object]));
    done.add(object);
    order.push(object);
  };
  // Those of one rank stay as they are.
  for (const object of objects.toSorted((a, b) => rankOf(a) - rankOf(b))) visit(object, new Set());
  return order;
}

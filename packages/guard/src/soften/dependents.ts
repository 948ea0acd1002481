import type { KubeObject, ResourceInfo, ResourceType } from '@toolcrib/kube';
import { claimOrdinal } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import type { LeftObject } from './parts.ts';
import { DEPENDENT_TYPES, leftOf, statusOf, TYPE_OF_KIND } from './parts.ts';

/** Objects of the namespace that name `uid` as their owner, of the kinds that its controller makes. */
export async function directDependents(
  cluster: Cluster,
  resource: string,
  namespace: string | undefined,
  uid: string,
  as?: As,
): Promise<{ type: ResourceType; object: KubeObject }[]> {
  const lists = (DEPENDENT_TYPES[resource] ?? []).map(async (type) => {
    const objects = await cluster.list(type, { namespace }, as);
    return objects.filter((object) => isOwnedBy(object, uid)).map((object) => ({ type, object }));
  });
  return (await Promise.all(lists)).flat();
}

function isOwnedBy(object: KubeObject, uid: string): boolean {
  return object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
}

/** Everything that a softened owner leaves behind: its dependents, and a Deployment's Pods below them. */
export async function everythingLeft(
  cluster: Cluster,
  owner: KubeObject,
  resource: string,
  as?: As,
): Promise<LeftObject[]> {
  const { namespace, uid = '' } = owner.metadata;
  const direct = await directDependents(cluster, resource, namespace, uid, as);
  const left = direct.map(({ object }) => object);
  if (claimsOf(owner) === 'Delete') {
    // The set may not have been written onto its claims yet; they are its all the same.
    const claims = await cluster.list(TYPE_OF_KIND.PersistentVolumeClaim as ResourceType, { namespace }, as);
    const known = new Set(left.map((object) => object.metadata.uid));
    for (const claim of claims)
      if (!known.has(claim.metadata.uid) && claimOrdinal(owner, claim.metadata.name) !== undefined)
        left.push(claim);
  }
  const below = await podsBelow(cluster, left.map(leftOf), namespace, as);
  return [...left, ...below].map(leftOf);
}

/** Pods of the ReplicaSets among `left`; they keep their controller. */
export async function podsBelow(
  cluster: Cluster,
  left: readonly LeftObject[],
  namespace: string | undefined,
  as?: As,
): Promise<KubeObject[]> {
  const sets = new Set(left.filter(({ kind }) => kind === 'ReplicaSet').map(({ uid }) => uid));
  if (sets.size === 0) return [];
  const pods = await cluster.list(TYPE_OF_KIND.Pod as ResourceType, { namespace }, as);
  return pods.filter((pod) => pod.metadata.ownerReferences?.some((owner) => sets.has(owner.uid)));
}

/** A StatefulSet's `whenDeleted`; undefined for everything else. */
export function claimsOf(owner: KubeObject): SoftenRecord['claims'] {
  if (owner.kind !== 'StatefulSet') return undefined;
  const policy = owner.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted;
  return policy === 'Delete' ? 'Delete' : 'Retain';
}

/**
 * Takes the reference to `uid` out of an object, pinned to both UIDs: a reference that somebody moved meanwhile
 * makes the patch fail instead of taking the wrong one.
 * @returns false where it has to be looked at again
 */
export async function stripOwner(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  uid: string,
  as?: As,
): Promise<boolean> {
  const index = object.metadata.ownerReferences?.findIndex((owner) => owner.uid === uid) ?? -1;
  if (index < 0) return true;
  const { namespace, name } = object.metadata;
  const patch = [
    { op: 'test', path: '/metadata/uid', value: object.metadata.uid },
    { op: 'test', path: `/metadata/ownerReferences/${index}/uid`, value: uid },
    { op: 'remove', path: `/metadata/ownerReferences/${index}` },
  ];
  try {
    await cluster.patch(type, { namespace, name }, patch, { type: 'json' }, as);
    return true;
  } catch (error) {
    const status = statusOf(error);
    // Gone, or changed under us.
    if (status === 404 || status === 409 || status === 422) return false;
    throw error;
  }
}

const NOT_SWEPT = new Set(['/events', 'events.k8s.io/events', 'coordination.k8s.io/leases']);

/**
 * Looks through every kind of the namespace for objects that still name the owner (kubernetes#26120: the collector
 * misses what it has not seen yet) and strips them.
 * @returns how many were found, and the kinds that could not be looked through
 */
export async function sweep(
  cluster: Cluster,
  namespace: string | undefined,
  uid: string,
  as?: As,
): Promise<{ found: number; unseen: string[] }> {
  const { resources } = await cluster.resources(as);
  const kinds = resources.filter(
    (info) =>
      info.namespaced &&
      info.verbs.includes('list') &&
      info.verbs.includes('delete') &&
      !NOT_SWEPT.has(`${info.group}/${info.resource}`),
  );
  const unseen: string[] = [];
  let found = 0;
  const one = async (info: ResourceInfo) => {
    try {
      const objects = await cluster.list(info, { namespace, metadata: true }, as);
      for (const object of objects.filter((candidate) => isOwnedBy(candidate, uid))) {
        found++;
        await stripOwner(cluster, info, object, uid, as);
      }
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined) throw error;
      if (status !== 404 && status !== 405) unseen.push(info.kind);
    }
  };
  const queue = kinds.values();
  const worker = async () => {
    for (const info of queue) await one(info);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return { found, unseen };
}

import type { Going, KubeObject, OwnerGraph } from '@toolcrib/kube';
import { uidOf } from '@toolcrib/kube';
import { isClaim, isVolume } from './extras.ts';
import { lookup } from './lookup.ts';
import type { Aim } from './view.ts';
import { isKind } from './view.ts';

/**
 * What is being deleted already and stands only because of what this request would take: its claim protection ends with
 * the last Pod that uses it, its foreground deletion with the last dependent that blocks it. Somebody asked for it
 * earlier; that it goes, and its data with it, is the work of *this* request.
 *
 * What is on its way out by itself holds nothing back for long and counts as gone. A finalizer that nobody here knows
 * may hold it longer: taken for released all the same.
 *
 * @param idle UIDs of what goes in name only: asked for although it is going already, and no sooner. It may well be
 *   released
 * @param listed whether all of a namespace was listed: else nobody knows what holds it
 * @returns UID of what goes too → UIDs of what held it back and goes
 */
export function releasedBy(facts: {
  graph: OwnerGraph;
  objects: readonly KubeObject[];
  going: ReadonlyMap<string, Going>;
  idle: ReadonlySet<string>;
  listed: (namespace: string) => boolean;
}): Map<string, string[]> {
  const { objects, going, idle } = facts;
  const goes = ({ metadata: { uid = '' } }: KubeObject) => going.has(uid) && !idle.has(uid);
  const released = new Map<string, string[]>();
  for (const object of objects) {
    const { uid = '', deletionTimestamp } = object.metadata;
    if (deletionTimestamp === undefined || (going.has(uid) && !idle.has(uid))) continue;
    const barriers = barriersOf(facts, object);
    const removed = barriers.filter(goes);
    if (removed.length === 0) continue;
    const held = barriers.some((one) => one.metadata.deletionTimestamp === undefined && !goes(one));
    if (!held)
      released.set(
        uid,
        removed.map(({ metadata }) => uidOf(metadata)),
      );
  }
  return released;
}

/** Targets that are being deleted already, and that this request takes no sooner than they go anyhow. */
export function idleAims(graph: OwnerGraph, aims: readonly Aim[]): Set<string> {
  const idle = new Set<string>();
  for (const { ref, effect } of aims) {
    const meta = graph.get(uidOf(ref))?.metadata;
    if (!meta?.uid || meta.deletionTimestamp === undefined || effect.does === 'scale') continue;
    const { gracePeriodSeconds } = effect.options;
    const left = meta.deletionGracePeriodSeconds;
    const sooner = gracePeriodSeconds !== undefined && left !== undefined && gracePeriodSeconds < left;
    if (!sooner) idle.add(meta.uid);
  }
  return idle;
}

function barriersOf(
  { graph, objects, listed }: Pick<Parameters<typeof releasedBy>[0], 'graph' | 'objects' | 'listed'>,
  object: KubeObject,
): readonly KubeObject[] {
  const { uid = '', name, finalizers = [] } = object.metadata;
  const blocking = finalizers.includes('foregroundDeletion')
    ? graph
        .dependentsOf(uid)
        .filter(({ metadata }) =>
          metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
        )
    : [];
  if (isClaim(object)) return [...blocking, ...holdersOf(objects, object)];
  if (isVolume(object)) return [...blocking, ...claimsOf(objects, object)];
  if (isKind(object, '', 'Namespace')) return listed(name) ? lookup(objects).inNamespace(name) : [];
  if (isKind(object, 'apiextensions.k8s.io', 'CustomResourceDefinition')) {
    const { group, names } = object.spec ?? {};
    return lookup(objects).ofKind(group, names?.kind);
  }
  return blocking;
}

/**
 * The Pods that pvc-protection keeps a deleted claim for: every one that was given a Node, finished or not (kubernetes
 * pkg/controller/volume/pvcprotection, podUsesPVC).
 */
function holdersOf(objects: readonly KubeObject[], claim: KubeObject): KubeObject[] {
  const { namespace, name } = claim.metadata;
  return lookup(objects)
    .podsBy('claim', claimNamesOf, namespace, name)
    .filter((pod) => Boolean(pod.spec?.nodeName));
}

interface PodVolume {
  name: string;
  ephemeral?: unknown;
  persistentVolumeClaim?: { claimName: string };
}

const volumesOf = (pod: KubeObject): PodVolume[] => pod.spec?.volumes ?? [];

/** Names of the claims that a Pod mounts. */
export function claimNamesOf(pod: KubeObject): string[] {
  const named = volumesOf(pod).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  return [...named, ...ephemeralClaimsOf(pod)];
}

/** Of its generic ephemeral volumes: made of the Pod's name and the volume's. */
export function ephemeralClaimsOf(pod: KubeObject): string[] {
  return volumesOf(pod).flatMap(({ name, ephemeral }) => (ephemeral ? `${pod.metadata.name}-${name}` : []));
}

/** The claims to which a volume is bound: one, where it was seen. */
export function claimsOf(objects: readonly KubeObject[], volume: KubeObject): readonly KubeObject[] {
  const { uid, namespace, name } = volume.spec?.claimRef ?? {};
  const all = lookup(objects);
  if (uid === undefined) return name ? all.named('', 'PersistentVolumeClaim', namespace, name) : [];
  const its = ({ metadata }: KubeObject) => [uidOf(metadata)];
  return all.by('claim UID', all.ofKind('', 'PersistentVolumeClaim'), its, uid);
}

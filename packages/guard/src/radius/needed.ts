import type { KubeObject, ObjectRef, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, uidOf } from '@toolcrib/kube';
import { marks, type Radius, type SoftenRecord } from '@toolcrib/model';
import { named } from './loss.ts';
import { isLivePod, isPod } from './pods.ts';
import { firstUser } from './users.ts';
import type { View } from './view.ts';
import { isKind } from './view.ts';

/** What an act does besides the request that is looked at. */
export interface RestOfAct {
  /** Objects as they were kept for its earlier requests: those that do not stand any more, it has taken. */
  kept: readonly KubeObject[];
  /** What its session listed, and so may go through next, and what a request that is on its way names. */
  ahead: readonly ObjectRef[];
}

/** UIDs of an object and of everything below it. */
export function chainOf(graph: Pick<OwnerGraph, 'dependentsOf'>, object: KubeObject): Set<string> {
  const chain = new Set<string>();
  const queue = [uidOf(object.metadata)];
  for (let uid = queue.pop(); uid !== undefined; uid = queue.pop()) {
    if (chain.has(uid)) continue;
    chain.add(uid);
    // One by one: a call takes no hundred thousand of them.
    for (const { metadata } of graph.dependentsOf(uid)) queue.push(uidOf(metadata));
  }
  return chain;
}

function podsOf(view: View, graph: OwnerGraph, object: KubeObject): KubeObject[] {
  const chain = chainOf(graph, object);
  return view.objects.filter((other) => isPod(other) && chain.has(uidOf(other.metadata)));
}

/** The same as `neededWhy` for what the act's other requests have taken, or are about to take. */
export function neededByActWhy(
  view: View,
  { kept, ahead }: RestOfAct,
  graph: OwnerGraph,
  object: KubeObject,
): string | undefined {
  const pods = podsOf(view, graph, object);
  const stand = view.objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  // By name: what was taken and stands again does its work again.
  const names = new Set(stand.map(keyOf));
  for (const other of kept) {
    if (names.has(keyOf(other))) continue;
    if (isRbac(other)) return `the act has taken ${named(other)}, which its Pods may need to run`;
    if (firstUser(pods, other)) return `the act has taken ${named(other)}, which its Pods use`;
  }
  const standing = new Map(stand.map((one) => [one.metadata.uid, one]));
  for (const { uid } of ahead) {
    const other = standing.get(uid);
    if (other && firstUser(pods, other)) return `the act may take ${named(other)} too, which its Pods use`;
  }
  return undefined;
}

function keyOf({ apiVersion, kind, metadata }: KubeObject): string {
  return [groupVersionOf(apiVersion).group, kind, metadata.namespace, metadata.name].join(' ');
}

function isRbac(ref: { apiVersion: string; kind: string }): boolean {
  return isKind(ref, 'rbac.authorization.k8s.io', ref.kind);
}

/** Kinds that running Pods can't do without, or that can't be given back to them (kubernetes#106049). */
export function neededWhy(
  view: View,
  radius: Radius,
  graph: OwnerGraph,
  object: KubeObject,
): string | undefined {
  const chain = chainOf(graph, object);
  const pods = podsOf(view, graph, object);
  const taken = radius.members.filter((member) => member.fate === 'deleted');
  const targets = new Set(radius.targets.map(({ uid }) => uid));
  for (const member of taken) {
    const { ref } = member;
    // What only goes by this very workload is orphaned with it, and stays.
    const onlyByIt = chain.has(uidOf(ref)) || member.via === object.metadata.uid;
    if (onlyByIt && !targets.has(ref.uid)) continue;
    if (ref.uid === object.metadata.uid) continue;
    if (isRbac(ref)) {
      return `the act also takes ${named(ref)}, which its Pods may need to run`;
    }
    const other = graph.get(uidOf(ref));
    if (other && firstUser(pods, other)) {
      return `the act also takes ${named(ref)}, which its Pods use`;
    }
    if (other && isPod(other) && chain.has(uidOf(ref))) return `the act also takes its Pods`;
  }
  return undefined;
}

/**
 * What this radius would take although Pods that a softened delete left running use it: they would fall over, or it
 * could not be given back to them, and the undo would fail. Pods that go with it use nothing any more.
 * @param softened of this cluster, orphan-first, begun or done and not yet finished or undone
 * @param unread there are, or may be, more of them than could be read: then every Pod counts that one may have left
 * @returns one clause for a person; undefined where nothing of the kind goes
 */
export function neededBySoftened(
  view: View,
  radius: Radius,
  softened: readonly SoftenRecord[],
  unread = false,
): string | undefined {
  if (softened.length === 0 && !unread) return undefined;
  const going = new Set(radius.members.filter(({ fate }) => fate === 'deleted').map(({ ref }) => uidOf(ref)));
  const actOf = new Map(softened.flatMap(({ actId, left }) => left.map(({ uid }) => [uid, actId] as const)));
  const mayBeLeft = byMarks(view);
  const left = view.objects.flatMap((object) => {
    const uid = uidOf(object.metadata);
    if (!isLivePod(object) || going.has(uid)) return [];
    // A softened Deployment's ReplicaSets go on replacing Pods.
    const act = actOf.get(uid) ?? actOf.get(uidOf(controllerOf(object)));
    return act === undefined && !(unread && mayBeLeft(object)) ? [] : [{ pod: object, act }];
  });
  const acts = new Map(left.map(({ pod, act }) => [pod, act]));
  const pods = [...acts.keys()];
  for (const object of view.objects) {
    if (!going.has(uidOf(object.metadata))) continue;
    const found = firstUser(pods, object);
    if (found && acts.get(found) === undefined)
      return `${named(found)}, which a softened act may have left running, uses ${named(object)}: the record of a softened act can’t be read`;
    if (found)
      return `${named(found)}, which act ${acts.get(found)} left running, uses ${named(object)}: finish or undo that act first`;
  }
  return undefined;
}

/** Whether an act of which nothing else is known may have left a Pod running: by what it writes on what it leaves and on the owner. */
function byMarks({ objects }: View): (pod: KubeObject) => boolean {
  const standing = new Map(objects.map((object) => [object.metadata.uid, object]));
  const isMarked = ({ metadata: { labels, finalizers } }: KubeObject) =>
    labels?.[marks.act] !== undefined || finalizers?.includes(marks.finalizer) === true;
  return (pod) => {
    if (isMarked(pod)) return true;
    const controller = standing.get(controllerOf(pod)?.uid);
    // None, as a softened set leaves its Pods; or nobody knows what is written there.
    if (controller === undefined || isMarked(controller)) return true;
    if (!isKind(controller, 'apps', 'ReplicaSet')) return false;
    const above = standing.get(controllerOf(controller)?.uid);
    return above === undefined || isMarked(above);
  };
}

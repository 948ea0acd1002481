import type { Collected, Deaths, Going, KubeObject, OwnerGraph, PropagationPolicy } from '@toolcrib/kube';
import { collect, controllerOf, effectivePropagation, ownerGraph, refOf, uidOf } from '@toolcrib/kube';
import type { Radius, RadiusMember, UnseenKind } from '@toolcrib/model';
import { idleAims, releasedBy } from './barriers.ts';
import { countsOf } from './counts.ts';
import { extras } from './extras.ts';
import { deathsOf, failingJobs } from './failing-jobs.ts';
import { type LossFacts, lossOf, named } from './loss.ts';
import { opaqueIn } from './opaque.ts';
import { pinOf } from './pin-of.ts';
import { isPod, isReady } from './pods.ts';
import { stopsOf } from './stops.ts';
import { likelyUnseen, relevantUnseen } from './unseen.ts';
import { condemned } from './victims.ts';
import type { Aim, View } from './view.ts';
import { listedWhole, ownerFacts } from './view.ts';

/**
 * The blast radius of one act: of all `aims` together, as the garbage collector and the controllers would carry
 * them out on what `view` shows. Pure. A target that is not in the view any more takes nothing with it.
 */
export function radiusOf(view: View, aims: readonly Aim[]): Radius {
  const graph = ownerGraph(ownerFacts(view));
  const objects = view.objects.filter((object) => graph.get(uidOf(object.metadata)) === object);
  const aimsByUid = new Map(aims.map((aim) => [uidOf(aim.ref), aim]));
  const starts = new Map<string, PropagationPolicy>();
  const condemnedBy = new Map<string, KubeObject>();
  const estimated = new Set<string>();
  const scaledTo = new Map<string, number>();
  for (const aim of aims) {
    const target = graph.get(uidOf(aim.ref));
    if (!target?.metadata.uid) continue;
    if (aim.effect.does !== 'scale') {
      const { finalizers } = target.metadata;
      starts.set(target.metadata.uid, effectivePropagation(aim.effect.options, aim.type, finalizers));
      continue;
    }
    scaledTo.set(target.metadata.uid, aim.effect.replicas);
    const taken = condemned(graph, objects, target, aim.effect.replicas);
    for (const object of [...taken.pods, ...taken.claims]) {
      const uid = uidOf(object.metadata);
      if (starts.has(uid)) continue;
      starts.set(uid, 'Background');
      condemnedBy.set(uid, target);
      if (taken.estimated) estimated.add(uid);
    }
  }

  const { collected, released } = collectAll(view, aims, graph, objects, starts);
  const { going } = collected;
  const failing = failingJobs(graph, going, aimsByUid);
  const deaths = new Map(failing.map(({ job }) => [job, deathsOf(graph, going, job, aimsByUid)]));
  const facts = {
    graph,
    objects,
    going,
    aims: aimsByUid,
    condemnedBy,
    deaths(job: KubeObject): Deaths {
      const found = deaths.get(job) ?? deathsOf(graph, going, job, aimsByUid);
      deaths.set(job, found);
      return found;
    },
  };
  const failed = new Set(failing.map(({ job }) => job.metadata.uid));
  /** What was not asked for falls with its Job. */
  const viaJob = (uid: string) => {
    const job = controllerOf(graph.get(uid) as KubeObject)?.uid;
    return !aimsByUid.has(uid) && failed.has(job) ? job : undefined;
  };
  const members: RadiusMember[] = [];
  for (const [uid, going] of collected.going) {
    const object = graph.get(uid);
    if (!object) continue;
    const via = going.via ?? condemnedBy.get(uid)?.metadata.uid ?? viaJob(uid);
    members.push({
      ...memberOf(object, aimsByUid.has(uid)),
      fate: 'deleted',
      ...(released.has(uid)
        ? releasedLoss(facts, object, graph.get(released.get(uid)?.[0] ?? ''))
        : lossOf(facts, object)),
      ...(via === undefined ? {} : { via }),
      ...(going.also === undefined ? {} : { also: going.also }),
      ...(estimated.has(uid) ? { estimated: true } : {}),
    });
  }
  for (const [uid, owner] of collected.orphaned) {
    const object = graph.get(uid);
    const from = graph.get(owner);
    if (!object || !from) continue;
    const why = `stays, and loses its owner ${named(from)}`;
    members.push({ ...memberOf(object), fate: 'orphaned', loss: 'restorable', why, via: owner });
  }
  const returning = new Set(members.filter((member) => member.loss === 'returns').map(({ ref }) => ref.uid));
  for (const { object, loss, why, via } of stopsOf(objects, collected.going, (pod) =>
    returning.has(pod.metadata.uid),
  )) {
    members.push({ ...memberOf(object), fate: 'stops', loss, why, via });
  }
  for (const { job, by } of failing)
    members.push({
      ...memberOf(job),
      fate: 'stops',
      loss: 'lost',
      why: 'fails: more of its Pods die than it forgives',
      via: by,
    });
  for (const [uid, replicas] of scaledTo) {
    const target = graph.get(uid);
    if (!target || replicas > 0 || collected.going.has(uid)) continue;
    if (!members.some((member) => member.via === uid)) continue;
    const aim = aimsByUid.get(uid)?.effect;
    const why = aim?.does === 'scale' && aim.creates ? 'is created for 0 Pods' : 'is scaled to 0';
    members.unshift({ ...memberOf(target, true), fate: 'stops', loss: 'restorable', why });
  }

  const unseen = [...relevantUnseen(view, aims), ...doubts(graph, collected)];
  const opaque = opaqueIn(graph, collected.going, aims);
  return {
    state: likelyUnseen({ unseen }).length > 0 ? 'incomplete' : opaque.length > 0 ? 'opaque' : 'complete',
    // Of several effects on one object each has its aim, and it is one target.
    targets: [...new Map(aims.map(({ ref }) => [ref.uid ?? ref, ref])).values()],
    members,
    unseen,
    opaque,
    counts: countsOf({
      graph,
      objects,
      members,
      scaledTo,
      seenAt: view.seenAt,
      evicts: aims.some(({ effect }) => effect.does === 'evict'),
    }),
    seenAt: view.seenAt,
    pins: aims.map(({ ref, effect }) => pinOf(uidOf(ref), graph.get(uidOf(ref)), effect)),
  };
}

/**
 * What goes with `starts`, and what that lets go of what was being deleted already: its last barrier may be taken by what
 * only went because another's was.
 */
function collectAll(
  view: View,
  aims: readonly Aim[],
  graph: OwnerGraph,
  objects: readonly KubeObject[],
  starts: Map<string, PropagationPolicy>,
): { collected: Collected; released: ReadonlyMap<string, readonly string[]> } {
  const released = new Map<string, readonly string[]>();
  const idle = idleAims(graph, aims);
  const aimsByUid = new Map(aims.map((aim) => [uidOf(aim.ref), aim]));
  const aimed = new Set(idle);
  const listed = (namespace: string) => listedWhole(view, namespace);
  for (;;) {
    const collected = collect(graph, starts, (object, policy) => extras(objects, object, policy));
    for (const [uid, by] of released) {
      const known = collected.going.get(uid);
      const [via, ...also] = aimed.has(uid) ? [undefined, ...by] : by;
      if (known) Object.assign(known, { via, also: [...also, ...(known.also ?? [])] });
    }
    // The Job controller deletes the other Pods of a Job that fails.
    const fallen = failingJobs(graph, collected.going, aimsByUid).flatMap(({ others }) => others);
    for (const { metadata } of fallen) starts.set(uidOf(metadata), 'Background');
    const more = releasedBy({ graph, objects, going: collected.going, idle, listed });
    if (more.size === 0 && fallen.length === 0) return { collected, released };
    for (const [uid, by] of more) {
      released.set(uid, by);
      // Asked for too, and now it goes in more than name.
      if (!idle.delete(uid)) starts.set(uid, 'Background');
    }
  }
}

function releasedLoss(
  facts: LossFacts,
  object: KubeObject,
  barrier: KubeObject | undefined,
): ReturnType<typeof lossOf> {
  const { why, ...loss } = lossOf(facts, object);
  const held = barrier ? `only ${named(barrier)} held it back` : 'nothing else held it back';
  return { ...loss, why: `${why}; being deleted already, and ${held}` };
}

function memberOf(
  object: KubeObject,
  target = false,
): Pick<RadiusMember, 'ref' | 'owners'> & Partial<RadiusMember> {
  const { ownerReferences = [], finalizers = [], generation } = object.metadata;
  return {
    ref: refOf(object),
    owners: ownerReferences.map((owner) => owner.uid).sort(),
    ...(target ? { finalizers, generation } : {}),
    ...(isPod(object) ? { ready: isReady(object) } : {}),
  };
}

function doubts(
  graph: { get(uid: string): KubeObject | undefined },
  collected: { doubtful: ReadonlySet<string>; going: ReadonlyMap<string, Going> },
): UnseenKind[] {
  return [...collected.doubtful]
    .map((uid) => graph.get(uid))
    .filter((object) => object !== undefined)
    .map((object) => {
      const other = object.metadata.ownerReferences?.find((owner) => !graph.get(owner.uid));
      return {
        kind: other?.kind ?? 'owner',
        why: `whether ${named(object)} has another owner that stays could not be seen`,
        decides: true,
      };
    });
}

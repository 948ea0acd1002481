import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { controllerOf, isCustom, uidOf } from '@toolcrib/kube';
import type { BeforeTheAct, UndoRecord } from '@toolcrib/model';
import { comebackOf } from '@toolcrib/model';
import type { PlanFacts } from './facts.ts';
import { liveOf } from './live.ts';
import { isKind } from './steps.ts';

/** Why an object is not to be created, and who is to make it instead: whether that one did is looked at in the end. */
export interface Left {
  result: Exclude<UndoRecord['results'][number]['result'], 'done'>;
  note: string;
  by?: KubeObject;
}

/**
 * Who brings an object back that is gone, where it is not us: the same promise that the radius made, asked again over
 * what was kept. undefined where it is to be created from what was kept.
 */
export function remadeBy(facts: PlanFacts, object: KubeObject): Left | undefined {
  if (object.metadata.annotations?.['kubernetes.io/config.mirror'])
    return { result: 'skipped', note: 'its node shows it again' };
  const controller = controllerOf(object);
  const beyond = controller && beyondReplicas(facts, controller, object);
  if (beyond !== undefined) {
    const note = `${controller?.kind} ${controller?.name} has ${beyond} replicas now: scale it up, and it makes this again`;
    return { result: 'conflict', note };
  }
  const back = comebackOf(beforeOf(facts), object);
  if (back.loss === 'lost' && back.spent) return { result: 'skipped', note: back.why };
  if (back.loss === 'returns' && !saidOtherwise(facts, controller, object)) {
    const { kind, metadata } = back.by;
    return { result: 'skipped', note: `${kind} ${metadata.name} makes it again`, by: back.by };
  }
  return controller && withoutItsController(facts, controller, object);
}

/**
 * How it stood before, as the promise wants it. A controller that the act left standing is in no snapshot: what was
 * said of its children when they were kept counts, not what it says now.
 */
function beforeOf(facts: PlanFacts): BeforeTheAct {
  return {
    get: (uid) => facts.byUid.get(uid) ?? standing(facts, uid),
    works: (controller) => works(facts, uidOf(controller.metadata)),
    // One that was kept is made again; of one that stayed the status says by now who has died.
    deaths: ({ metadata }) => (facts.byUid.has(uidOf(metadata)) ? 'anew' : 0),
    stays: ({ metadata }) => standing(facts, uidOf(metadata)) !== undefined,
  };
}

/** Its controller stayed, and would not make this one again: so it was said when it was kept. */
function saidOtherwise(
  { byUid, promised }: PlanFacts,
  controller: OwnerReference | undefined,
  object: KubeObject,
): boolean {
  if (controller === undefined || byUid.has(controller.uid)) return false;
  // Above a Pod of a living controller one too many would be taken away at once.
  if (isKind(object, '', 'Pod')) return false;
  const said = promised.get(uidOf(object.metadata));
  if (said !== undefined) return said === 'restorable';
  // Nothing was written down: a ReplicaSet without Pods is history at best, and does no harm.
  return isKind(object, 'apps', 'ReplicaSet') && (object.spec?.replicas ?? 0) === 0;
}

/** What runs by itself, or takes up traffic, once it is made without its controller. */
function withoutItsController(
  facts: PlanFacts,
  controller: OwnerReference,
  object: KubeObject,
): Left | undefined {
  const name = `${controller.kind} ${controller.name}`;
  if (isCustom(controller)) {
    return isKind(object, '', 'Pod') && hasMadeOthers(facts, controller)
      ? { result: 'skipped', note: `the operator of ${name} has made others meanwhile` }
      : undefined;
  }
  const needy =
    isKind(object, '', 'Pod') ||
    isKind(object, 'apps', 'ReplicaSet') ||
    isKind(object, 'apps', 'ControllerRevision');
  if (!needy) return undefined;
  const now = standing(facts, controller.uid);
  if (now && isKind(object, '', 'Pod')) {
    const above = controllerOf(now);
    return above && facts.scaled.has(above.uid)
      ? { result: 'skipped', note: `${name} makes it again`, by: now }
      : { result: 'skipped', note: `${name} decides whether it makes it again` };
  }
  if (now || willStand(facts, controller)) return undefined;
  if (facts.byUid.has(controller.uid)) return undefined;
  const alone = isKind(object, '', 'Pod') ? 'a Pod alone would get its traffic' : 'alone it is nobody’s';
  const note = `${name}, which controlled it, is gone, and not by this act; ${alone}. It is left: undo the act that took ${name}`;
  return { result: 'conflict', note };
}

/** A sign that an operator runs: since the act, Pods of the same custom resource have come that were not there before. */
function hasMadeOthers({ live, byUid, again, takenAt }: PlanFacts, controller: OwnerReference): boolean {
  const uids = [controller.uid, again.get(controller.uid)];
  return (live.pods ?? []).some(
    (pod) =>
      uids.includes(controllerOf(pod)?.uid) &&
      pod.metadata.deletionTimestamp === undefined &&
      !byUid.has(uidOf(pod.metadata)) &&
      // The API server's clock is in whole seconds.
      Date.parse(pod.metadata.creationTimestamp ?? '') >= Math.floor(takenAt / 1000) * 1000,
  );
}

/**
 * Why an object is nobody's to bring back: another controller stands under its controller's name now, and would take
 * what is made again for its own, or for one too many.
 */
export function ofAnother(facts: PlanFacts, object: KubeObject): string | undefined {
  // A claim is data: it is brought back, or where its data is gets said.
  if (isKind(object, '', 'PersistentVolumeClaim')) return undefined;
  const controller = controllerOf(object);
  const kept = controller && facts.byUid.get(controller.uid);
  const now = kept && liveOf(facts.live, kept);
  if (!now || now.metadata.uid === controller.uid || facts.again.has(controller.uid)) return undefined;
  if (facts.created.has(controller.uid)) return undefined;
  return `${controller.kind} ${controller.name} is another one now; what was the old one's is not brought back`;
}

/** How many replicas a standing set has, where that is too few for this Pod of it. */
function beyondReplicas(
  facts: PlanFacts,
  controller: OwnerReference,
  object: KubeObject,
): number | undefined {
  if (!isKind(controller, 'apps', 'StatefulSet') || !isKind(object, '', 'Pod')) return undefined;
  if (facts.created.has(controller.uid) || facts.scaled.has(controller.uid)) return undefined;
  const set = standing(facts, controller.uid);
  const ordinal = Number(/-(\d+)$/.exec(object.metadata.name)?.[1]);
  if (!set || Number.isNaN(ordinal)) return undefined;
  const replicas: number = set.spec?.replicas ?? 1;
  const start: number = set.spec?.ordinals?.start ?? 0;
  return ordinal < start + replicas ? undefined : replicas;
}

/** What stands now with the UID that it had, and will go on standing. */
function standing({ live }: PlanFacts, uid: string): KubeObject | undefined {
  const now = Object.values(live.at).find((one) => one?.metadata.uid === uid);
  return now && now.metadata.deletionTimestamp === undefined ? now : undefined;
}

/** It stands with the UID that it had, stands again, or is created. */
function works(facts: PlanFacts, uid: string): boolean {
  return facts.created.has(uid) || facts.again.has(uid) || standing(facts, uid) !== undefined;
}

/** It works, or another makes it again. */
function willStand(facts: PlanFacts, owner: OwnerReference): boolean {
  if (works(facts, owner.uid)) return true;
  const kept = facts.byUid.get(owner.uid);
  return kept !== undefined && comebackOf(beforeOf(facts), kept).loss === 'returns';
}

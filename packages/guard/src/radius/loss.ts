import type { Deaths, Going, KubeObject, ObjectRef, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, isCustom, uidOf } from '@toolcrib/kube';
import type { BeforeTheAct, LossClass } from '@toolcrib/model';
import { comebackOf } from '@toolcrib/model';
import { isLikeMade } from './adopted.ts';
import { isClaim, reclaimPolicy, volumeOf } from './extras.ts';
import { lookup } from './lookup.ts';
import { usersOf } from './pod-needs.ts';
import { isPod } from './pods.ts';
import type { Aim } from './view.ts';
import { isKind } from './view.ts';

/** Everything that loss classes are worked out from. */
export interface LossFacts {
  graph: OwnerGraph;
  objects: readonly KubeObject[];
  going: ReadonlyMap<string, Going>;
  aims: ReadonlyMap<string, Aim>;
  /** Of a Job that stays: how many of its Pods die. */
  deaths(job: KubeObject): Deaths;
  /** UID of a Pod or claim → the workload whose scale-down takes it. */
  condemnedBy: ReadonlyMap<string, KubeObject>;
}

/**
 * The class of an object that goes, and why.
 * It `returns` only where a controller that is known, lives, and stays (or returns itself) makes it again. What a
 * custom resource controls may return too, but only its operator knows: `restorable`, and the radius is opaque.
 */
export function lossOf(facts: LossFacts, object: KubeObject): { loss: LossClass; why: string; spent?: true } {
  const uid = uidOf(object.metadata);
  const scaled = facts.condemnedBy.get(uid);
  if (scaled) return condemnedLoss(facts, object, scaled);
  const back = comebackOf(beforeOf(facts), object);
  if (back.loss === 'returns') return { loss: 'returns', why: `${named(back.by)} makes it again` };
  if (back.loss === 'lost') return back;
  if (isWellKnownDefault(facts, object)) return { loss: 'returns', why: 'every namespace gets it again' };
  return { loss: 'restorable', why: whyItGoes(facts, object) };
}

function condemnedLoss(
  facts: LossFacts,
  object: KubeObject,
  scaled: KubeObject,
): { loss: LossClass; why: string } {
  const aim = facts.aims.get(uidOf(scaled.metadata))?.effect;
  const to = aim?.does === 'scale' ? aim.replicas : 0;
  const controller = controllerOf(scaled);
  const above = controller && facts.graph.get(controller.uid);
  // A Deployment puts the replicas of its ReplicaSet back.
  if (above && isKind(above, 'apps', 'Deployment') && stays(facts, above)) {
    return { loss: 'returns', why: `${named(above)} scales ${named(scaled)} back` };
  }
  if (aim?.does === 'scale' && aim.creates) {
    const why = `${named(scaled)} takes it over, for ${to} Pods`;
    // Whatever is made again beside it has one too many once more: what is none of its own has no place.
    if (isPod(object) && controllerOf(object)?.uid === scaled.metadata.uid && !isLikeMade(scaled, object))
      return { loss: 'lost', why: `${why}, and makes others than this one` };
    if (!isClaim(object)) return { loss: 'restorable', why };
  }
  // The Pods come back once it is scaled back; of their claims the data may not.
  const back = isClaim(object) ? comebackOf(beforeOf(facts), object) : undefined;
  return back?.loss === 'lost' ? back : { loss: 'restorable', why: `${named(scaled)} is scaled to ${to}` };
}

/** How things stand, as the one promise wants it: a controller works where it stays. */
function beforeOf(facts: LossFacts): BeforeTheAct {
  return {
    get: (uid) => facts.graph.get(uid),
    works: (controller) => stays(facts, controller),
    deaths: (job) => (stays(facts, job) ? facts.deaths(job) : 'anew'),
    stays: (object) => stays(facts, object),
    isOwner: (controller, object) =>
      object.metadata.ownerReferences?.some(
        (one) => one.uid === controller.metadata.uid && facts.graph.stateOf(one, object) === 'solid',
      ) === true,
    volumeOf: (claim) => (claim.spec?.volumeName ? (volumeOf(facts.objects, claim) ?? 'unseen') : undefined),
  };
}

function stays(facts: LossFacts, object: KubeObject): boolean {
  return !facts.going.has(uidOf(object.metadata)) && object.metadata.deletionTimestamp === undefined;
}

/**
 * Published into every namespace by the controller manager; gone only together with the namespace. The ServiceAccount
 * `default` is made again too, but bare: without the pull secrets and annotations that somebody gave it.
 */
function isWellKnownDefault(facts: LossFacts, object: KubeObject): boolean {
  const { name, namespace, ownerReferences } = object.metadata;
  const isDefault = isKind(object, '', 'ConfigMap') && name === 'kube-root-ca.crt';
  if (!isDefault || namespace === undefined || ownerReferences?.length) return false;
  const spaces = lookup(facts.objects).named('', 'Namespace', undefined, namespace);
  return !spaces.some((other) => facts.going.has(uidOf(other.metadata)));
}

function whyItGoes(facts: LossFacts, object: KubeObject): string {
  const going = facts.going.get(uidOf(object.metadata));
  const via = going?.via === undefined ? undefined : facts.graph.get(going.via);
  if (isClaim(object)) return claimWhy(facts, object, via);
  if (!via) return targetWhy(facts, object);
  if (object.metadata.ownerReferences?.some((owner) => owner.uid === via.metadata.uid)) {
    return `owned by ${named(via)}`;
  }
  if (isKind(via, '', 'Namespace')) return `in ${named(via)}`;
  if (isKind(via, '', 'Node')) return `runs on ${named(via)}`;
  if (isKind(via, '', 'ServiceAccount')) return `token of ${named(via)}; a new one differs`;
  if (isKind(via, 'apiextensions.k8s.io', 'CustomResourceDefinition')) return `defined by ${named(via)}`;
  return `goes with ${named(via)}`;
}

function claimWhy(facts: LossFacts, claim: KubeObject, via: KubeObject | undefined): string {
  const users = usersOf(facts.objects, claim).filter((pod) => stays(facts, pod));
  const volume = volumeOf(facts.objects, claim);
  const data = volume ? ` on volume ${volume.metadata.name} (${reclaimPolicy(volume)})` : '';
  if (users[0]) return `claim${data}; it goes when ${named(users[0])}, which uses it, is gone`;
  return via ? `claim of ${named(via)}${data}` : `claim${data}`;
}

function targetWhy(facts: LossFacts, object: KubeObject): string {
  const asked =
    facts.aims.get(uidOf(object.metadata))?.effect.does === 'evict' ? 'to be evicted' : 'asked for';
  if (isPod(object) && !controllerOf(object)) return `${asked}; no controller makes it again`;
  if (isKind(object, '', 'Service') && object.spec?.type === 'LoadBalancer') {
    return `${asked}; its load balancer goes with it, a new one may get another address`;
  }
  if (isKind(object, 'apiregistration.k8s.io', 'APIService')) {
    return `${asked}; what it serves can't be reached without it`;
  }
  if (isCustom(object)) return `${asked}; its operator decides what else goes`;
  const controller = controllerOf(object);
  if (controller && isCustom(controller))
    return `${asked}; if the operator of ${controller.kind} ${controller.name} makes another first, that one is left`;
  return asked;
}

export function named(ref: ObjectRef | KubeObject): string {
  return `${ref.kind} ${'metadata' in ref ? (ref as KubeObject).metadata.name : (ref as ObjectRef).name}`;
}

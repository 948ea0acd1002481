import type { Going, KubeObject, ObjectRef, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, isCustom } from '@toolcrib/kube';
import type { LossClass } from '../../model/index.ts';
import { isClaim, isVolume, reclaimPolicy, volumeOf } from './extras.ts';
import { usersOf } from './pod-needs.ts';
import { isFinished, isPod, remakes } from './pods.ts';
import type { Aim } from './view.ts';
import { isKind } from './view.ts';

/** Everything that loss classes are worked out from. */
export interface LossFacts {
  graph: OwnerGraph;
  objects: readonly KubeObject[];
  going: ReadonlyMap<string, Going>;
  aims: ReadonlyMap<string, Aim>;
  /** UID of a Pod or claim → the workload whose scale-down takes it. */
  condemnedBy: ReadonlyMap<string, KubeObject>;
}

/**
 * The class of an object that goes, and why.
 * It `returns` only where a controller that is known, lives, and stays (or returns itself) makes it again. What a
 * custom resource controls may return too, but only its operator knows: `restorable`, and the radius is opaque.
 */
export function lossOf(facts: LossFacts, object: KubeObject): { loss: LossClass; why: string } {
  const uid = object.metadata.uid ?? '';
  const scaled = facts.condemnedBy.get(uid);
  if (scaled) return condemnedLoss(facts, object, scaled);
  const remaker = remakerOf(facts, object);
  if (remaker) return { loss: 'returns', why: `${named(remaker)} makes it again` };
  const lost = dataLoss(facts, object);
  if (lost) return lost;
  if (isWellKnownDefault(facts, object)) return { loss: 'returns', why: 'every namespace gets it again' };
  return { loss: 'restorable', why: whyItGoes(facts, object) };
}

function condemnedLoss(
  facts: LossFacts,
  object: KubeObject,
  scaled: KubeObject,
): { loss: LossClass; why: string } {
  const aim = facts.aims.get(scaled.metadata.uid ?? '')?.effect;
  const to = aim?.verb === 'scale' ? aim.replicas : 0;
  const controller = controllerOf(scaled);
  const above = controller && facts.graph.get(controller.uid);
  // A Deployment puts the replicas of its ReplicaSet back.
  if (above && isKind(above, 'apps', 'Deployment') && stays(facts, above)) {
    return { loss: 'returns', why: `${named(above)} scales ${named(scaled)} back` };
  }
  return dataLoss(facts, object) ?? { loss: 'restorable', why: `${named(scaled)} is scaled to ${to}` };
}

/** The living controller that makes an object again, or the one that returns itself and then does. */
function remakerOf(facts: LossFacts, object: KubeObject, depth = 0): KubeObject | undefined {
  const reference = controllerOf(object);
  const controller = reference && facts.graph.get(reference.uid);
  if (!controller || depth > 8 || facts.graph.stateOf(reference, object) !== 'solid') return undefined;
  if (!remakes(controller, object)) return undefined;
  if (stays(facts, controller)) return controller;
  return remakerOf(facts, controller, depth + 1) ? controller : undefined;
}

function stays(facts: LossFacts, object: KubeObject): boolean {
  return !facts.going.has(object.metadata.uid ?? '') && object.metadata.deletionTimestamp === undefined;
}

function dataLoss(facts: LossFacts, object: KubeObject): { loss: LossClass; why: string } | undefined {
  if (isVolume(object) && reclaimPolicy(object) === 'Delete') {
    const policy = object.spec?.persistentVolumeReclaimPolicy ?? 'not known';
    return { loss: 'lost', why: `reclaim policy ${policy}: its data goes with it` };
  }
  if (isClaim(object) && object.spec?.volumeName && !volumeOf(facts.objects, object)) {
    return { loss: 'lost', why: `its volume ${object.spec.volumeName} was not seen: taken for lost` };
  }
  return undefined;
}

/** Made in every namespace by the controller manager; gone only together with the namespace. */
function isWellKnownDefault(facts: LossFacts, object: KubeObject): boolean {
  const { name, namespace, ownerReferences } = object.metadata;
  const isDefault =
    (isKind(object, '', 'ConfigMap') && name === 'kube-root-ca.crt') ||
    (isKind(object, '', 'ServiceAccount') && name === 'default');
  if (!isDefault || ownerReferences?.length) return false;
  return !facts.objects.some(
    (other) =>
      isKind(other, '', 'Namespace') &&
      other.metadata.name === namespace &&
      facts.going.has(other.metadata.uid ?? ''),
  );
}

function whyItGoes(facts: LossFacts, object: KubeObject): string {
  const uid = object.metadata.uid ?? '';
  const via = facts.graph.get(facts.going.get(uid)?.via ?? '');
  if (isClaim(object)) return claimWhy(facts, object, via);
  if (isPod(object) && isFinished(object)) return via ? `finished; goes with ${named(via)}` : 'finished';
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
    facts.aims.get(object.metadata.uid ?? '')?.effect.verb === 'evict' ? 'to be evicted' : 'asked for';
  if (isPod(object) && !controllerOf(object)) return `${asked}; no controller makes it again`;
  if (isKind(object, '', 'Service') && object.spec?.type === 'LoadBalancer') {
    return `${asked}; its load balancer goes with it, a new one may get another address`;
  }
  if (isKind(object, 'apiregistration.k8s.io', 'APIService')) {
    return `${asked}; what it serves can't be reached without it`;
  }
  if (isCustom(object)) return `${asked}; its operator decides what else goes`;
  return asked;
}

export function named(ref: ObjectRef | KubeObject): string {
  return `${ref.kind} ${'metadata' in ref ? (ref as KubeObject).metadata.name : (ref as ObjectRef).name}`;
}

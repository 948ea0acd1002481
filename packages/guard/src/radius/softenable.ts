import type { KubeObject, OwnerGraph } from '@toolcrib/kube';
import {
  controllerOf,
  effectivePropagation,
  foreignFinalizers,
  isCustom,
  ownerGraph,
  remakes,
  selectorMatches,
  uidOf,
} from '@toolcrib/kube';
import type { Radius, Softening } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { isClaim, isVolume } from './extras.ts';
import { named } from './loss.ts';
import type { RestOfAct } from './needed.ts';
import { chainOf, neededByActWhy, neededWhy } from './needed.ts';
import { isPod } from './pods.ts';
import { likelyUnseen } from './unseen.ts';
import type { Aim, View } from './view.ts';
import { isKind, ownerFacts } from './view.ts';

/**
 * Whether one target could be let through reversibly: *orphan-first* (the workload goes, its Pods run on until the
 * finish) or *retain-first* (the volume is kept, then the claim goes as sent). `why` is for a person.
 *
 * @param radius of this request
 * @param act what else the act takes: what its Pods need may go by another request of it
 */
export function softening(
  view: View,
  radius: Radius,
  aim: Aim,
  act: RestOfAct = { kept: [], ahead: [] },
): Softening {
  const graph = ownerGraph(ownerFacts(view));
  const object = graph.get(uidOf(aim.ref));
  if (!object) return no('it is gone already');
  if (aim.effect.does !== 'delete') return no(`only a delete can be softened, not to ${aim.effect.does}`);
  if (object.metadata.deletionTimestamp)
    return no('it is being deleted already, and that cannot be called back');
  const foreign = foreignFinalizers(object, [marks.finalizer]);
  if (foreign[0]) return no(`its finalizer ${foreign[0]} lets somebody else act on the delete`);
  if (isClaim(object)) return retainFirst(radius, object);
  if (isKind(object, '', 'Namespace')) return retainInside(radius);
  const unfit = unfitKind(object);
  if (unfit) return no(unfit);
  if (effectivePropagation(aim.effect.options, aim.type, object.metadata.finalizers) === 'Orphan') {
    return no('it asks for Orphan already: its Pods stay as it is');
  }
  const why =
    controlledWhy(graph, object) ??
    rolloutWhy(object) ??
    seenWhy(radius) ??
    overlapWhy(view, graph, object) ??
    neededWhy(view, radius, graph, object) ??
    neededByActWhy(view, act, graph, object);
  return why ? no(why) : { possible: true, how: 'orphan-first' };
}

function no(why: string): Softening {
  return { possible: false, why };
}

/** The kinds whose controller adopts the very same Pods again, without a restart. */
export function isSoftenable(object: { apiVersion: string; kind: string }): boolean {
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].some((kind) =>
    isKind(object, 'apps', kind),
  );
}

function unfitKind(object: KubeObject): string | undefined {
  if (isSoftenable(object)) return undefined;
  if (isPod(object)) return 'a Pod cannot be kept running while it is deleted';
  if (isKind(object, 'batch', 'Job')) {
    return 'a Job that is made again starts over: its Pods are not taken back';
  }
  if (isKind(object, 'batch', 'CronJob')) return 'a CronJob that is made again does not take its Jobs back';
  if (isVolume(object)) return 'a volume that is being deleted cannot be called back';
  if (isCustom(object)) return `what becomes of a ${object.kind} is decided by its operator`;
  if (isKind(object, '', 'Service')) return 'a Service stops at once: nothing of it can be kept running';
  return `nothing of a ${object.kind} can be kept running while it is deleted`;
}

function retainFirst(radius: Radius, claim: KubeObject): Softening {
  const volumes = radius.members.filter(
    (member) => isVolume(member.ref) && member.via === claim.metadata.uid && member.loss === 'lost',
  );
  if (volumes.length > 0) return { possible: true, how: 'retain-first' };
  const unseen = radius.members.some(
    (member) => member.ref.uid === claim.metadata.uid && member.loss === 'lost',
  );
  if (unseen) return no('its volume could not be seen, so it cannot be set to Retain');
  return no(
    claim.spec?.volumeName
      ? 'its volume is kept (Retain) in any case, and the claim itself cannot be called back'
      : 'it has no volume, and the claim itself cannot be called back',
  );
}

/** A Namespace itself can't be called back; what can't be brought back of it is the data, and that can be kept first. */
function retainInside(radius: Radius): Softening {
  const lost = radius.members.filter((member) => member.loss === 'lost');
  const volumes = new Set(lost.filter(({ ref }) => isVolume(ref)).map(({ via }) => via));
  // What else is lost (a Pod that had finished) has no data behind it.
  const unseen = lost.find((member) => isClaim(member.ref) && !volumes.has(member.ref.uid));
  if (unseen) return no(`the volume of ${unseen.ref.name} could not be seen, so it cannot be set to Retain`);
  if (volumes.size > 0) return { possible: true, how: 'retain-first' };
  return no(
    'a Namespace that is being deleted cannot be called back, and it has no volume whose data would be lost',
  );
}

function controlledWhy(graph: OwnerGraph, object: KubeObject): string | undefined {
  const reference = controllerOf(object);
  if (!reference) return undefined;
  const controller = graph.get(reference.uid);
  if (isCustom(reference)) return `${named(reference)} controls it: its operator would interfere`;
  if (controller && remakes(controller, object)) {
    return `${named(controller)} makes it again at once and takes its Pods back: there is nothing to soften`;
  }
  return `${named(reference)} controls it`;
}

function rolloutWhy(object: KubeObject): string | undefined {
  const { metadata, spec = {}, status = {} } = object;
  const midway = 'a rollout is under way, and which Pods are of which version would be forgotten';
  if (metadata.generation !== undefined && (status.observedGeneration ?? 0) < metadata.generation)
    return midway;
  const wanted = spec.replicas ?? 1;
  if (isKind(object, 'apps', 'StatefulSet')) {
    const { currentRevision, updateRevision } = status;
    return !currentRevision || currentRevision !== updateRevision ? midway : undefined;
  }
  if (isKind(object, 'apps', 'Deployment')) {
    return (status.updatedReplicas ?? 0) !== (status.replicas ?? 0) || (status.replicas ?? 0) !== wanted
      ? midway
      : undefined;
  }
  if (isKind(object, 'apps', 'DaemonSet')) {
    return (status.updatedNumberScheduled ?? 0) < (status.desiredNumberScheduled ?? 0) ? midway : undefined;
  }
  return undefined;
}

function seenWhy(radius: Radius): string | undefined {
  const [unseen] = likelyUnseen(radius);
  return unseen ? `${unseen.kind} could not be seen (${unseen.why})` : undefined;
}

/** kubernetes#108372: another controller whose selector matches takes orphans over, and scales them away. */
function overlapWhy(view: View, graph: OwnerGraph, object: KubeObject): string | undefined {
  const own = chainOf(graph, object);
  const dependents = view.objects.filter((other) => own.has(uidOf(other.metadata)));
  for (const other of view.objects) {
    if (own.has(uidOf(other.metadata)) || other.metadata.namespace !== object.metadata.namespace) continue;
    const selector = adoptingSelector(other);
    if (!selector) continue;
    const taken = dependents.find(
      (dependent) =>
        dependent.metadata.uid !== object.metadata.uid &&
        adopts(other, dependent) &&
        selectorMatches(selector, dependent.metadata.labels),
    );
    if (taken) return `the selector of ${named(other)} matches ${named(taken)} too: it would take it over`;
  }
  return undefined;
}

function adoptingSelector(controller: KubeObject): Parameters<typeof selectorMatches>[0] {
  if (isKind(controller, '', 'ReplicationController')) {
    const matchLabels = controller.spec?.selector;
    return matchLabels && Object.keys(matchLabels).length > 0 ? { matchLabels } : undefined;
  }
  return isSoftenable(controller) || isKind(controller, 'batch', 'Job')
    ? controller.spec?.selector
    : undefined;
}

function adopts(controller: KubeObject, dependent: KubeObject): boolean {
  if (isKind(controller, 'apps', 'Deployment')) return isKind(dependent, 'apps', 'ReplicaSet');
  return isPod(dependent);
}

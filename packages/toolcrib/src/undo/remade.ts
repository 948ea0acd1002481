import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, isCustom } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { liveOf } from './live.ts';
import { isKind } from './steps.ts';

/**
 * Why an object is not to be restored: somebody else makes it again, or making it again would do harm. undefined
 * where it is to be restored.
 */
export function remadeBy(facts: PlanFacts, object: KubeObject): string | undefined {
  if (isKind(object, '', 'Pod') && isFinished(object)) return 'it had finished';
  if (isKind(object, 'batch', 'Job') && isOver(object)) return 'it had finished; it would run again';
  if (object.metadata.annotations?.['kubernetes.io/config.mirror']) return 'its node shows it again';
  if (LEFT_TO_OTHERS.has(`${groupVersionOf(object.apiVersion).group}/${object.kind}`)) {
    return 'it is made again by itself';
  }
  const controller = controllerOf(object);
  if (!controller || !willStand(facts, controller)) return undefined;
  const name = `${controller.kind} ${controller.name}`;
  const missing = beyondReplicas(facts, controller, object);
  if (missing !== undefined)
    return `${name} has ${missing} replicas now: scale it up, and it makes this again`;
  if (isCustom(controller)) return `it is left to the operator of ${name}`;
  return makes(facts, controller, object) ? `${name} makes it again` : undefined;
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
  { live, created, scaled }: PlanFacts,
  controller: OwnerReference,
  object: KubeObject,
): number | undefined {
  if (!isKind(controller, 'apps', 'StatefulSet') || !isKind(object, '', 'Pod')) return undefined;
  if (created.has(controller.uid) || scaled.has(controller.uid)) return undefined;
  const set = Object.values(live.at).find((now) => now?.metadata.uid === controller.uid);
  const ordinal = Number(/-(\d+)$/.exec(object.metadata.name)?.[1]);
  if (!set || Number.isNaN(ordinal)) return undefined;
  const replicas: number = set.spec?.replicas ?? 1;
  const start: number = set.spec?.ordinals?.start ?? 0;
  return ordinal < start + replicas ? undefined : replicas;
}

const LEFT_TO_OTHERS = new Set(['/Event', 'events.k8s.io/Event', 'coordination.k8s.io/Lease']);

function isFinished(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function isOver(job: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = job.status?.conditions ?? [];
  return conditions.some(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === 'True');
}

/** The controller lives with the UID that it had, or comes back. */
export function willStand(facts: PlanFacts, owner: OwnerReference): boolean {
  const { live, byUid, created } = facts;
  if (created.has(owner.uid)) return true;
  const kept = byUid.get(owner.uid);
  if (kept) {
    const now = liveOf(live, kept);
    // One with another UID under its name was found to be the same: what is another's was told before.
    if (now && now.metadata.deletionTimestamp === undefined) return true;
    // A ReplicaSet that its restored Deployment makes again makes its Pods again.
    const above = controllerOf(kept);
    return (
      above !== undefined && above.uid !== owner.uid && willStand(facts, above) && makes(facts, above, kept)
    );
  }
  return Object.values(live.at).some(
    (now) => now?.metadata.uid === owner.uid && now.metadata.deletionTimestamp === undefined,
  );
}

function makes({ byUid, live }: PlanFacts, controller: OwnerReference, object: KubeObject): boolean {
  const kind = `${groupVersionOf(controller.apiVersion).group}/${controller.kind}`;
  switch (kind) {
    case 'apps/ReplicaSet':
    case 'apps/StatefulSet':
    case 'apps/DaemonSet':
    case '/ReplicationController':
    case 'batch/Job':
    case '/Node':
      if (isKind(object, 'apps', 'ControllerRevision'))
        return isCurrentRevision(byUid.get(controller.uid), object);
      return isKind(object, '', 'Pod');
    case 'apps/Deployment': {
      const owner =
        byUid.get(controller.uid) ??
        Object.values(live.at).find((now) => now?.metadata.uid === controller.uid);
      return isKind(object, 'apps', 'ReplicaSet') && isCurrent(owner ?? undefined, object);
    }
    case '/Service':
      return isKind(object, 'discovery.k8s.io', 'EndpointSlice') || isKind(object, '', 'Endpoints');
    default:
      return false;
  }
}

const REVISION = 'deployment.kubernetes.io/revision';

/** Older ReplicaSets are the Deployment's rollout history: nobody makes those again. */
function isCurrent(deployment: KubeObject | undefined, set: KubeObject): boolean {
  if ((set.spec?.replicas ?? 0) > 0 || !deployment) return true;
  return deployment.metadata.annotations?.[REVISION] === set.metadata.annotations?.[REVISION];
}

function isCurrentRevision(owner: KubeObject | undefined, revision: KubeObject): boolean {
  if (!owner) return true;
  const { currentRevision, updateRevision } = owner.status ?? {};
  // A DaemonSet does not say which is current: its history is left to it.
  if (currentRevision === undefined) return true;
  return [currentRevision, updateRevision].includes(revision.metadata.name);
}

import type { KubeObject, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, isCustom, podOrdinal } from '@toolcrib/kube';
import { isKind } from './view.ts';

const WORKLOADS = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  '/ReplicationController',
  'batch/Job',
  'batch/CronJob',
]);

export function isWorkload(object: { apiVersion: string; kind: string }): boolean {
  return WORKLOADS.has(`${groupVersionOf(object.apiVersion).group}/${object.kind}`);
}

export function isPod(object: { apiVersion: string; kind: string }): boolean {
  return isKind(object, '', 'Pod');
}

/** Neither on its way out nor finished. */
export function isLive(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isFinished(pod);
}

export function isFinished(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isReady(pod: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

/**
 * The workload at the top of an object's chain of controllers, or undefined for a naked Pod. A custom resource
 * counts where it controls the Pods itself; above a built-in workload the chain ends.
 */
export function workloadOf(graph: OwnerGraph, object: KubeObject): KubeObject | undefined {
  let top: KubeObject | undefined;
  const seen = new Set<string>();
  for (let at = object; ; ) {
    const reference = controllerOf(at);
    if (!reference || seen.has(reference.uid)) return top;
    seen.add(reference.uid);
    const owner = graph.get(reference.uid);
    if (!owner) return top;
    const countsHere = isWorkload(owner) || (top === undefined && isCustom(owner));
    if (!countsHere) return top;
    top = owner;
    if (isCustom(owner)) return top;
    at = owner;
  }
}

/** How many Pods a workload wants; undefined where its kind does not say. */
export function wantedPods(workload: KubeObject): number | undefined {
  if (isKind(workload, 'apps', 'DaemonSet')) return workload.status?.desiredNumberScheduled;
  if (isKind(workload, 'batch', 'Job')) return workload.spec?.parallelism ?? 1;
  if (!isWorkload(workload) || workload.spec === undefined) return undefined;
  return workload.spec.replicas ?? 1;
}

/** True where a living controller of this kind makes an object like `child` again once it is gone. */
export function remakes(controller: KubeObject, child: KubeObject): boolean {
  if (isKind(controller, 'apps', 'Deployment')) {
    return isKind(child, 'apps', 'ReplicaSet') && isCurrentReplicaSet(controller, child);
  }
  if (isKind(controller, 'apps', 'StatefulSet')) {
    if (isPod(child)) return ordinalIsWanted(controller, child);
    const { currentRevision, updateRevision } = controller.status ?? {};
    return (
      isKind(child, 'apps', 'ControllerRevision') &&
      [currentRevision, updateRevision].includes(child.metadata.name)
    );
  }
  if (isKind(controller, '', 'Service')) {
    return isKind(child, 'discovery.k8s.io', 'EndpointSlice') || isKind(child, '', 'Endpoints');
  }
  if (!isPod(child)) return false;
  if (isKind(controller, 'apps', 'ReplicaSet') || isKind(controller, '', 'ReplicationController')) {
    return wantedPods(controller) !== 0;
  }
  if (isKind(controller, 'batch', 'Job')) return !isFinished(child) && !jobIsOver(controller);
  // A mirror Pod is the node's own: its kubelet shows it again.
  return isKind(controller, 'apps', 'DaemonSet') || isKind(controller, '', 'Node');
}

const REVISION = 'deployment.kubernetes.io/revision';

/** An older ReplicaSet is rollout history, which no controller makes again; a paused Deployment makes none. */
function isCurrentReplicaSet(deployment: KubeObject, replicaSet: KubeObject): boolean {
  if (deployment.spec?.paused === true) return false;
  const revision = deployment.metadata.annotations?.[REVISION];
  return revision !== undefined && replicaSet.metadata.annotations?.[REVISION] === revision;
}

function ordinalIsWanted(set: KubeObject, pod: KubeObject): boolean {
  const ordinal = podOrdinal(set, pod.metadata.name);
  const start = set.spec?.ordinals?.start ?? 0;
  return ordinal !== undefined && ordinal >= start && ordinal < start + (set.spec?.replicas ?? 1);
}

function jobIsOver(job: KubeObject): boolean {
  const conditions: { type: string; status: string }[] = job.status?.conditions ?? [];
  const over = conditions.some(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === 'True');
  return over || job.spec?.suspend === true;
}

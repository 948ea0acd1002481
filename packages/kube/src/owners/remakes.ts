import type { KubeObject } from '../objects.ts';
import { groupVersionOf } from '../objects.ts';
import { podOrdinal } from './built-in.ts';
import { type Deaths, jobRemakes } from './jobs.ts';

/** `apps/Deployment`, `/Pod`: group and kind, without the version. */
function kindOf(object: { apiVersion: string; kind: string }): string {
  return `${groupVersionOf(object.apiVersion).group}/${object.kind}`;
}

/**
 * True where a living controller of this built-in kind makes an object like `child` again once it is gone, judged by
 * how both stood before. False for every custom kind: whether an operator runs, and what it would make, nobody can tell.
 *
 * @param deaths of a Job's Pods: see `jobRemakes`
 */
export function remakes(
  controller: KubeObject,
  child: KubeObject,
  deaths: number | Deaths | 'anew' = 1,
): boolean {
  const [by, what] = [kindOf(controller), kindOf(child)];
  switch (by) {
    case 'apps/Deployment':
      return what === 'apps/ReplicaSet' && isCurrentReplicaSet(controller, child);
    case 'apps/StatefulSet':
      // Its revisions it makes again only when it has another reason to look: nothing to count on.
      return what === '/Pod' && ordinalIsWanted(controller, child);
    case 'apps/ReplicaSet':
    case '/ReplicationController':
      return what === '/Pod' && (controller.spec === undefined || controller.spec.replicas !== 0);
    case 'apps/DaemonSet':
      return what === '/Pod';
    case 'batch/Job':
      return what === '/Pod' && !isFinishedPod(child) && jobRemakes(controller, child, deaths);
    case '/Node':
      // A mirror Pod is the node's own: its kubelet shows it again.
      return what === '/Pod';
    case '/Pod':
      return what === '/PersistentVolumeClaim' && isEphemeralClaim(controller, child);
    case '/Service':
      return what === 'discovery.k8s.io/EndpointSlice' || what === '/Endpoints';
    default:
      return false;
  }
}

/** It ran to its end, or failed for good. */
export function isFinishedPod(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
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

/** The claim of a generic ephemeral volume: it lives and dies with its Pod, and the next Pod gets a fresh one. */
function isEphemeralClaim(pod: KubeObject, claim: KubeObject): boolean {
  const volumes: { name: string; ephemeral?: unknown }[] = pod.spec?.volumes ?? [];
  return volumes.some(
    ({ name, ephemeral }) => ephemeral && claim.metadata.name === `${pod.metadata.name}-${name}`,
  );
}

import type { KubeObject } from '@toolcrib/kube';
import { type Condition, setCondition } from '../common/conditions.ts';
import type { Tools } from '../common/loop.ts';
import { timestamp } from '../common/time.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../common/types.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, replicasOf, roomOf } from './numbers.ts';
import { REVISION } from './replica-sets.ts';

/** One sync of one Deployment: `deployment` is this run's own copy and follows each write. */
export interface Work {
  deployment: KubeObject;
  key: string;
  tools: Tools;
}

export function hasDeadline(deployment: KubeObject): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  // The API's way to say "none" is the largest int32.
  return seconds !== 2147483647;
}

export function condition(
  { tools }: Work,
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition {
  const now = timestamp(tools.clock.now());
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** Sets the Progressing condition in the working copy; `writeDeployment` sends it. */
export function progress(work: Work, status: Condition['status'], reason: string, message: string): void {
  work.deployment.status ??= {};
  setCondition(work.deployment.status, condition(work, 'Progressing', status, reason, message));
}

/** Writes the working copy's status and revision annotation. */
export function writeDeployment(work: Work): void {
  const { namespace, name, uid } = work.deployment.metadata;
  const { status } = work.deployment;
  const revision = work.deployment.metadata.annotations?.[REVISION];
  const mark = (fresh: KubeObject) => {
    if (fresh.metadata.uid !== uid) throw new Error(`Deployment ${namespace}/${name} has been replaced.`);
    // Annotations that come with a status are kept.
    if (revision !== undefined) {
      fresh.metadata.annotations = { ...fresh.metadata.annotations, [REVISION]: revision };
    }
    fresh.status = status;
  };
  const { store } = work.tools;
  work.deployment = store.modify(DEPLOYMENTS, namespace, name, mark, { subresource: 'status' });
}

/** Gives a ReplicaSet its size and the annotations that remember what the Deployment wanted. */
export function resize(
  work: Work,
  set: KubeObject,
  size: number,
  options: { always?: boolean } = {},
): KubeObject {
  const { deployment, tools } = work;
  const before = replicasOf(set);
  if (before === size && !options.always) return set;
  const annotations = replicaAnnotations(deployment);
  const stale = Object.entries(annotations).some(([key, value]) => set.metadata.annotations?.[key] !== value);
  if (before === size && !stale) return set;
  const written = tools.store.modify(REPLICA_SETS, set.metadata.namespace, set.metadata.name, (fresh) => {
    if (fresh.metadata.uid !== set.metadata.uid) throw new Error(`${set.metadata.name} has been replaced.`);
    fresh.spec.replicas = size;
    fresh.metadata.annotations = { ...fresh.metadata.annotations, ...annotations };
  });
  if (before !== size) {
    const direction = before < size ? 'up' : 'down';
    tools.record(
      deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`,
    );
  }
  return written;
}

export function replicaAnnotations(deployment: KubeObject): Record<string, string> {
  const wanted = replicasOf(deployment);
  return {
    [DESIRED_REPLICAS]: String(wanted),
    [MAX_REPLICAS]: String(wanted + roomOf(deployment).maxSurge),
  };
}

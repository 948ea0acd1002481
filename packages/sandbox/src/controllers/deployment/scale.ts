import type { KubeObject } from '@toolcrib/kube';
import { newestReplicaSet } from './newest.ts';
import {
  countAnnotation,
  DESIRED_REPLICAS,
  isRollingUpdate,
  proportionOf,
  replicasOf,
  roomOf,
  statusNumber,
  sum,
} from './numbers.ts';
import { active, bySize, oldestFirst } from './replica-sets.ts';
import { cleanUp, withoutNewest } from './rollout.ts';
import { syncStatus } from './status.ts';
import { resize, type Work } from './work.ts';

/** True where a ReplicaSet remembers another wanted number than the Deployment has now. */
export function isScaling(work: Work, sets: KubeObject[]): boolean {
  newestReplicaSet(work, sets, false);
  return active(sets).some((set) => {
    const desired = countAnnotation(set, DESIRED_REPLICAS);
    return desired !== undefined && desired !== replicasOf(work.deployment);
  });
}

/** Scales without rolling: when the number has changed, or while the Deployment is paused. */
export function scaleOnly(work: Work, sets: KubeObject[]): void {
  const newest = newestReplicaSet(work, sets, false);
  const old = withoutNewest(sets, newest);
  scale(work, newest, old);
  if (work.deployment.spec?.paused) cleanUp(work, old);
  syncStatus(work, newest, old);
}

function scale(work: Work, newest: KubeObject | undefined, old: KubeObject[]): void {
  const wanted = replicasOf(work.deployment);
  const running = active(newest ? [...old, newest] : old);
  if (running.length <= 1) {
    const only = running[0] ?? newest ?? oldestFirst(old).at(-1);
    if (only) resize(work, only, wanted);
    return;
  }
  if (newest && isSaturated(work.deployment, newest)) {
    for (const set of active(old)) resize(work, set, 0);
    return;
  }
  if (isRollingUpdate(work.deployment)) scaleProportionally(work, running);
}

function isSaturated(deployment: KubeObject, newest: KubeObject): boolean {
  const wanted = replicasOf(deployment);
  return (
    replicasOf(newest) === wanted &&
    countAnnotation(newest, DESIRED_REPLICAS) === wanted &&
    statusNumber(newest, 'availableReplicas') === wanted
  );
}

function scaleProportionally(work: Work, running: KubeObject[]): void {
  const { deployment } = work;
  const wanted = replicasOf(deployment);
  const allowed = wanted > 0 ? wanted + roomOf(deployment).maxSurge : 0;
  const toAdd = allowed - sum(running, replicasOf);
  const ordered = bySize(running, toAdd > 0 ? 'newer first' : 'older first');
  let added = 0;
  const shares = ordered.map((set) => {
    const share = proportionOf(set, deployment, toAdd, added);
    added += share;
    return { set, share };
  });
  for (const [index, { set, share }] of shares.entries()) {
    // What rounding left over goes to (or comes from) the largest.
    const size = replicasOf(set) + share + (index === 0 ? toAdd - added : 0);
    resize(work, set, Math.max(0, size), { always: true });
  }
}

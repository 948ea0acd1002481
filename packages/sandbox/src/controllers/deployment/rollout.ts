import type { KubeObject } from '@toolcrib/kube';
import { ignoreNotFound } from '../common/errors.ts';
import { isFinished } from '../common/pods.ts';
import { PODS, REPLICA_SETS } from '../common/types.ts';
import { countOf } from '../common/values.ts';
import { newestReplicaSet } from './newest.ts';
import { newReplicas, replicasOf, roomOf, statusNumber, sum } from './numbers.ts';
import { active, byRevision, oldestFirst } from './replica-sets.ts';
import { isComplete, syncRolloutStatus } from './status.ts';
import { resize, type Work } from './work.ts';

export function withoutNewest(sets: KubeObject[], newest: KubeObject | undefined): KubeObject[] {
  return sets.filter((set) => set.metadata.uid !== newest?.metadata.uid);
}

/** One step of a rolling update: first up, then down, never both in one run. */
export function rollOver(work: Work, sets: KubeObject[]): void {
  const newest = newestReplicaSet(work, sets, true);
  const old = withoutNewest(sets, newest);
  if (!growNewest(work, newest, [...old, newest])) shrinkOld(work, newest, active(old));
  if (isComplete(work.deployment, work.deployment.status)) cleanUp(work, old);
  syncRolloutStatus(work, newest, old);
}

/** @returns whether its size has changed */
function growNewest(work: Work, newest: KubeObject, all: KubeObject[]): boolean {
  const wanted = replicasOf(work.deployment);
  const size = replicasOf(newest);
  const next = size > wanted ? wanted : newReplicas(work.deployment, all, size);
  resize(work, newest, next);
  return next !== size;
}

function shrinkOld(work: Work, newest: KubeObject, old: KubeObject[]): void {
  const minAvailable = replicasOf(work.deployment) - roomOf(work.deployment).maxUnavailable;
  const missing = replicasOf(newest) - statusNumber(newest, 'availableReplicas');
  let spare = sum([...old, newest], replicasOf) - minAvailable - missing;
  if (spare <= 0) return;
  // Pods that are not available go first: taking them away makes nothing worse, keeping them blocks the rollout.
  const healthy = oldestFirst(old).map((set) => {
    const unhealthy = replicasOf(set) - statusNumber(set, 'availableReplicas');
    const take = Math.max(0, Math.min(spare, unhealthy));
    spare -= take;
    return resize(work, set, replicasOf(set) - take);
  });
  const available = sum([...healthy, newest], (set) => statusNumber(set, 'availableReplicas'));
  let left = available - minAvailable;
  for (const set of healthy) {
    const take = Math.max(0, Math.min(replicasOf(set), left));
    resize(work, set, replicasOf(set) - take);
    left -= take;
  }
}

/** One step of the Recreate strategy: nothing new before every old Pod has gone. */
export function recreate(work: Work, sets: KubeObject[]): void {
  let newest = newestReplicaSet(work, sets, false);
  const old = withoutNewest(sets, newest);
  const shrinking = active(old);
  for (const set of shrinking) resize(work, set, 0);
  if (shrinking.length > 0 || oldPodsRun(work, old)) {
    syncRolloutStatus(work, newest, old);
    return;
  }
  newest ??= newestReplicaSet(work, sets, true);
  resize(work, newest, replicasOf(work.deployment));
  if (isComplete(work.deployment, work.deployment.status)) cleanUp(work, old);
  syncRolloutStatus(work, newest, old);
}

function oldPodsRun({ tools }: Work, old: KubeObject[]): boolean {
  if (sum(old, (set) => statusNumber(set, 'replicas')) > 0) return true;
  return old.some((set) => tools.view.controlledBy(PODS, set.metadata.uid).some((pod) => !isFinished(pod)));
}

/** Deletes empty ReplicaSets beyond the history limit, the lowest revisions first. */
export function cleanUp(work: Work, old: KubeObject[]): void {
  const limit = countOf(work.deployment.spec?.revisionHistoryLimit, 10);
  const standing = byRevision(old.filter((set) => !set.metadata.deletionTimestamp));
  for (const set of standing.slice(0, Math.max(0, standing.length - limit))) {
    const { namespace, name, uid, generation } = set.metadata;
    const inUse = statusNumber(set, 'replicas') !== 0 || replicasOf(set) !== 0;
    if (inUse || generation !== statusNumber(set, 'observedGeneration')) continue;
    ignoreNotFound(() => work.tools.store.delete(REPLICA_SETS, namespace, name, { preconditions: { uid } }));
  }
}

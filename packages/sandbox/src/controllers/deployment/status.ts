import type { KubeObject } from '@toolcrib/kube';
import { type Condition, conditionOf, removeCondition, setCondition } from '../common/conditions.ts';
import { timeOf } from '../common/time.ts';
import { countOf, omitEmpty, semanticallyEqual } from '../common/values.ts';
import { replicasOf, roomOf, statusNumber, sum } from './numbers.ts';
import { condition, hasDeadline, type Work, writeDeployment } from './work.ts';

type Status = Record<string, unknown> & { conditions?: Condition[] };

/** Writes the status as it follows from the ReplicaSets, without judging progress. */
export function syncStatus(work: Work, newest: KubeObject | undefined, old: KubeObject[]): void {
  work.deployment.status = statusFrom(work, newest, old);
  writeDeployment(work);
}

/** Writes the status of a rollout: progress, completion, a missed deadline, and failures of its ReplicaSets. */
export function syncRolloutStatus(work: Work, newest: KubeObject | undefined, old: KubeObject[]): void {
  const { deployment } = work;
  const status = statusFrom(work, newest, old);
  const current = conditionOf(deployment.status, 'Progressing');
  if (!hasDeadline(deployment)) {
    removeCondition(status, 'Progressing');
  } else if (status.replicas !== status.updatedReplicas || current?.reason !== 'NewReplicaSetAvailable') {
    judgeProgress(work, status, current, newest);
  }
  const failure = [...(newest ? [newest] : []), ...old]
    .map((set) => conditionOf(set.status, 'ReplicaFailure'))
    .find((item) => item !== undefined);
  if (failure) setCondition(status, { ...failure, lastUpdateTime: failure.lastTransitionTime });
  else removeCondition(status, 'ReplicaFailure');

  if (semanticallyEqual(status, deployment.status)) {
    checkLater(work);
    return;
  }
  work.deployment.status = status;
  writeDeployment(work);
}

function statusFrom(work: Work, newest: KubeObject | undefined, old: KubeObject[]): Status {
  const { deployment } = work;
  const all = newest ? [...old, newest] : old;
  const available = sum(all, (set) => statusNumber(set, 'availableReplicas'));
  const { collisionCount, conditions } = deployment.status;
  const status: Status = {
    ...omitEmpty({
      observedGeneration: deployment.metadata.generation,
      replicas: sum(all, (set) => statusNumber(set, 'replicas')),
      updatedReplicas: statusNumber(newest, 'replicas'),
      readyReplicas: sum(all, (set) => statusNumber(set, 'readyReplicas')),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sum(all, replicasOf) - available),
    }),
    ...(all.every((set) => set.status?.terminatingReplicas !== undefined)
      ? { terminatingReplicas: sum(all, (set) => statusNumber(set, 'terminatingReplicas')) }
      : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(Array.isArray(conditions) ? { conditions: [...conditions] } : {}),
  };
  const enough = available >= replicasOf(deployment) - roomOf(deployment).maxUnavailable;
  setCondition(
    status,
    enough
      ? condition(
          work,
          'Available',
          'True',
          'MinimumReplicasAvailable',
          'Deployment has minimum availability.',
        )
      : condition(
          work,
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
        ),
  );
  return status;
}

/** All Pods are of the newest template and available, and no old one is left. */
export function isComplete(deployment: KubeObject, status: Status | undefined): boolean {
  const wanted = replicasOf(deployment);
  return (
    countOf(status?.updatedReplicas, 0) === wanted &&
    countOf(status?.replicas, 0) === wanted &&
    countOf(status?.availableReplicas, 0) === wanted &&
    countOf(status?.observedGeneration, 0) >= countOf(deployment.metadata.generation, 0)
  );
}

function judgeProgress(
  work: Work,
  status: Status,
  current: Condition | undefined,
  newest: KubeObject | undefined,
): void {
  const { deployment } = work;
  const who = newest ? `ReplicaSet "${newest.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${who} has successfully progressed.`;
    setCondition(status, condition(work, 'Progressing', 'True', 'NewReplicaSetAvailable', message));
  } else if (hasProgressed(deployment.status, status)) {
    const next = condition(work, 'Progressing', 'True', 'ReplicaSetUpdated', `${who} is progressing.`);
    if (current?.status === 'True') next.lastTransitionTime = current.lastTransitionTime;
    // Each step forward moves lastUpdateTime, though status and reason stay the same.
    removeCondition(status, 'Progressing');
    setCondition(status, next);
  } else if (hasTimedOut(work, status)) {
    const message = `${who} has timed out progressing.`;
    setCondition(status, condition(work, 'Progressing', 'False', 'ProgressDeadlineExceeded', message));
  }
}

function hasProgressed(before: Status | undefined, after: Status): boolean {
  const number = (status: Status | undefined, field: string) => countOf(status?.[field], 0);
  const left = (status: Status | undefined) => number(status, 'replicas') - number(status, 'updatedReplicas');
  return (
    number(after, 'updatedReplicas') > number(before, 'updatedReplicas') ||
    left(after) < left(before) ||
    number(after, 'readyReplicas') > number(before, 'readyReplicas') ||
    number(after, 'availableReplicas') > number(before, 'availableReplicas')
  );
}

function hasTimedOut(work: Work, status: Status): boolean {
  const current = conditionOf(status, 'Progressing');
  if (!current || current.reason === 'NewReplicaSetAvailable') return false;
  return current.reason === 'ProgressDeadlineExceeded' || deadlineOf(work, current) < work.tools.clock.now();
}

function deadlineOf({ deployment }: Work, current: Condition): number {
  const seconds = countOf(deployment.spec?.progressDeadlineSeconds, 600);
  return (timeOf(current.lastUpdateTime) ?? 0) + seconds * 1000;
}

/** Nothing will wake a stuck rollout whose deadline is still to come: looks again when it has passed. */
function checkLater(work: Work): void {
  const current = conditionOf(work.deployment.status, 'Progressing');
  if (!current) return;
  if (current.reason === 'ProgressDeadlineExceeded' || current.reason === 'NewReplicaSetAvailable') return;
  const wait = deadlineOf(work, current) - work.tools.clock.now();
  work.tools.queue.addAfter(work.key, wait + 1000);
}

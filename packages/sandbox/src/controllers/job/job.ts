import type { KubeObject } from '@toolcrib/kube';
import { claimObjects } from '../common/adoption.ts';
import { type Condition, conditionOf } from '../common/conditions.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { ownersToWake, selects } from '../common/owner.ts';
import { createPod, deletePod, isActive, isReady, isTerminating, ownAndOrphaned } from '../common/pods.ts';
import { timeOf, timestamp } from '../common/time.ts';
import { JOBS, PODS } from '../common/types.ts';
import { clone, countOf, semanticallyEqual } from '../common/values.ts';
import { keyOfObject } from '../common/view.ts';
import { indexOf, intervals, isIndexed, jobPod, numbersIn } from './job-pods.ts';
import { isJobFinished, isTracked, TRACKING_FINALIZER, untrack } from './tracking.ts';

const FIRST_BACKOFF = 10_000;
const LAST_BACKOFF = 600_000;
const BURST = 500;

interface Work {
  job: KubeObject;
  key: string;
  tools: Tools;
  pods: KubeObject[];
  succeeded: number;
  failed: number;
  indexes: Set<number>;
}

/**
 * Runs each Job's Pods to completion (source: pkg/controller/job). Left out: podFailurePolicy, successPolicy and
 * limits per index.
 */
export function jobController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'job-controller',
    watch: [
      { type: JOBS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        keys: (change, { view }) => ownersToWake(view, change, { type: JOBS, kind: 'Job' }),
      },
    ],
    sync({ namespace, name, key }, tools) {
      const job = tools.view.get(JOBS, namespace, name);
      if (!job || isJobFinished(job)) return;
      const managedBy = job.spec?.managedBy;
      if (managedBy && managedBy !== 'kubernetes.io/job-controller') return;
      syncJob(clone(job), key, tools);
    },
  });
}

function syncJob(job: KubeObject, key: string, tools: Tools): void {
  const pods = claimObjects(tools.store, ownAndOrphaned(tools, PODS, job), {
    owner: job,
    ownerType: JOBS,
    type: PODS,
    matches: (pod) => selects(job, pod),
    finalizer: TRACKING_FINALIZER,
  });
  job.status ??= {};
  if (!job.status.startTime && !job.spec?.suspend) job.status.startTime = timestamp(tools.clock.now());
  const newly = (test: (pod: KubeObject) => boolean) => pods.filter((pod) => isTracked(pod) && test(pod));
  const work: Work = {
    job,
    key,
    tools,
    pods,
    succeeded: countOf(job.status.succeeded, 0) + newly(hasSucceeded).length,
    failed: countOf(job.status.failed, 0) + newly((pod) => hasFailed(job, pod)).length,
    indexes: new Set([...numbersIn(job.status.completedIndexes), ...pods.filter(hasSucceeded).map(indexOf)]),
  };
  work.indexes.delete(-1);
  if (isIndexed(job)) work.succeeded = work.indexes.size;

  const failure = failureOf(work);
  if (failure) for (const pod of pods.filter(isActive)) deletePod(tools, job, pod);
  else if (!isTerminating(job)) manage(work);
  const standing = tools.view.controlledBy(PODS, job.metadata.uid);
  const verdict = failure ?? (isComplete(work, standing) ? COMPLETED : undefined);
  if (!verdict) noteSuspension(work);
  count(work, standing, verdict);
}

const COMPLETED = {
  interim: 'SuccessCriteriaMet',
  final: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};
type Verdict = typeof COMPLETED;

function hasSucceeded(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded';
}

/** A Pod on its way out counts as failed at once, unless only really failed ones are to be replaced. */
function hasFailed(job: KubeObject, pod: KubeObject): boolean {
  if (pod.status?.phase === 'Failed') return true;
  return job.spec?.podReplacementPolicy !== 'Failed' && isTerminating(pod) && !hasSucceeded(pod);
}

function failureOf({ job, failed, pods, tools, key }: Work): Verdict | undefined {
  const failing = (reason: string, message: string) => ({
    interim: 'FailureTarget',
    final: 'Failed',
    reason,
    message,
  });
  const before = conditionOf(job.status, 'FailureTarget');
  if (before?.status === 'True') return failing(String(before.reason), String(before.message));
  const limit = countOf(job.spec?.backoffLimit, 6);
  if (failed > limit || restartsExceed(job, pods, limit)) {
    return failing('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const deadline = job.spec?.activeDeadlineSeconds;
  const started = timeOf(job.status?.startTime);
  if (typeof deadline !== 'number' || job.spec?.suspend || started === undefined) return undefined;
  const wait = started + deadline * 1000 - tools.clock.now();
  if (wait <= 0) return failing('DeadlineExceeded', 'Job was active longer than specified deadline');
  tools.queue.addAfter(key, wait);
  return undefined;
}

/** With OnFailure the same Pod fails again and again: its restarts count. */
function restartsExceed(job: KubeObject, pods: KubeObject[], limit: number): boolean {
  const restarts = pods
    .filter((pod) => pod.status?.phase === 'Running' || pod.status?.phase === 'Pending')
    .flatMap((pod) => pod.status?.containerStatuses ?? [])
    .reduce((sum, status) => sum + Number(status.restartCount), 0);
  const isOver = limit === 0 ? restarts > 0 : restarts >= limit;
  return isOver && job.spec?.template?.spec?.restartPolicy === 'OnFailure';
}

function isComplete({ job, succeeded }: Work, standing: KubeObject[]): boolean {
  const completions = job.spec?.completions;
  const isEnough = completions === undefined ? succeeded > 0 : succeeded >= completions;
  return isEnough && !standing.some(isActive);
}

/** How many Pods are to be active now. */
function wantedOf({ job, succeeded }: Work, active: number): number {
  const parallelism = countOf(job.spec?.parallelism, 1);
  const completions = job.spec?.completions;
  if (job.spec?.suspend) return 0;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(Math.min(completions - succeeded, parallelism), 0);
}

/** Makes or removes Pods, up to the parallelism and what is still to be completed. */
function manage(work: Work): void {
  const { job, tools, pods, key } = work;
  const active = pods.filter(isActive);
  const wanted = wantedOf(work, active.length);
  for (const pod of active.slice(wanted)) {
    untrack(pod, tools);
    deletePod(tools, job, pod);
  }
  const leaving = job.spec?.podReplacementPolicy === 'Failed' ? pods.filter(isTerminating).length : 0;
  const missing = Math.min(wanted - active.length - leaving, BURST);
  if (missing <= 0) return;
  const wait = backOffOf(work);
  if (wait > 0) {
    tools.queue.addAfter(key, wait);
    return;
  }
  if (!isIndexed(job)) {
    for (let made = 0; made < missing; made++) createPod(tools, job, jobPod(job));
    return;
  }
  const taken = new Set([...work.indexes, ...active.map(indexOf)]);
  const free: number[] = [];
  for (let index = 0; index < job.spec?.completions && free.length < missing; index++) {
    if (!taken.has(index)) free.push(index);
  }
  for (const index of free) createPod(tools, job, jobPod(job, index));
}

/** Milliseconds to wait before a replacement: 10 s after the last failure, doubled with each failure in a row. */
function backOffOf({ pods, job, tools }: Work): number {
  const endOf = (pod: KubeObject) =>
    latest(
      (pod.status?.containerStatuses ?? []).flatMap(
        (status: { state?: { terminated?: { finishedAt?: string } } }) =>
          timeOf(status.state?.terminated?.finishedAt) ?? [],
      ),
    );
  const lastSuccess = latest(pods.filter(hasSucceeded).flatMap((pod) => endOf(pod) ?? []));
  const failures = pods
    .filter((pod) => hasFailed(job, pod))
    .flatMap((pod) => endOf(pod) ?? timeOf(pod.metadata.deletionTimestamp) ?? [])
    .filter((at) => lastSuccess === undefined || at > lastSuccess);
  const last = latest(failures);
  const pause = Math.min(FIRST_BACKOFF * 2 ** (failures.length - 1), LAST_BACKOFF);
  return last === undefined ? 0 : last + pause - tools.clock.now();
}

const latest = (times: readonly number[]): number | undefined => times.toSorted((a, b) => a - b).at(-1);

function noteSuspension({ job, tools }: Work): void {
  const suspended = job.spec?.suspend === true;
  const before = conditionOf(job.status, 'Suspended');
  if (suspended === (before?.status === 'True')) return;
  const now = timestamp(tools.clock.now());
  const others: Condition[] = (job.status.conditions ?? []).filter((item: Condition) => item !== before);
  job.status.conditions = [
    ...others,
    {
      type: 'Suspended',
      status: suspended ? 'True' : 'False',
      lastProbeTime: now,
      lastTransitionTime: now,
      reason: suspended ? 'JobSuspended' : 'JobResumed',
      message: suspended ? 'Job suspended' : 'Job resumed',
    },
  ];
  // One that is resumed has a start by now.
  if (suspended) delete job.status.startTime;
  tools.record(
    job,
    'Normal',
    suspended ? 'Suspended' : 'Resumed',
    suspended ? 'Job suspended' : 'Job resumed',
  );
}

/**
 * Counts finished Pods in three writes, so that none is lost or counted twice: their UIDs go into the status, then
 * their finalizers go, then they become numbers.
 */
function count(work: Work, standing: KubeObject[], verdict: Verdict | undefined): void {
  const { job, tools } = work;
  const countable = (pod: KubeObject) =>
    isTracked(pod) &&
    (isTerminating(job) || hasSucceeded(pod) || hasFailed(job, pod) || verdict?.final === 'Failed');
  const done = standing.filter(countable);
  const succeeded = done.filter(hasSucceeded);
  const failed = done.filter(
    (pod) => !hasSucceeded(pod) && (hasFailed(job, pod) || verdict?.final === 'Failed'),
  );
  const { status } = job;
  status.active = standing.filter(isActive).length;
  status.ready = standing.filter((pod) => isActive(pod) && isReady(pod)).length;
  status.terminating = standing.filter((pod) => isTerminating(pod) && !isFinishedPod(pod)).length;
  if (status.active === 0) delete status.active;
  if (verdict) addCondition(job, tools, verdict.interim, verdict);
  const uids = (pods: KubeObject[]) => pods.map((pod) => pod.metadata.uid);
  status.uncountedTerminatedPods = {
    ...(succeeded.length > 0 && !isIndexed(job) ? { succeeded: uids(succeeded) } : {}),
    ...(failed.length > 0 ? { failed: uids(failed) } : {}),
  };
  write(work);
  for (const pod of done) untrack(pod, tools);
  status.uncountedTerminatedPods = {};
  if (isIndexed(job)) {
    status.completedIndexes = intervals(work.indexes);
    status.succeeded = work.indexes.size;
  } else {
    status.succeeded = countOf(status.succeeded, 0) + succeeded.length;
  }
  status.failed = countOf(status.failed, 0) + failed.length;
  const finished = verdict !== undefined && status.active === undefined && status.terminating === 0;
  if (finished) finish(work, verdict);
  write(work);
}

function isFinishedPod(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function finish({ job, tools }: Work, verdict: Verdict): void {
  addCondition(job, tools, verdict.final, verdict);
  if (verdict.final === 'Complete') {
    job.status.completionTime = timestamp(tools.clock.now());
    tools.record(job, 'Normal', 'Completed', 'Job completed');
  } else {
    tools.record(job, 'Warning', verdict.reason, verdict.message);
  }
}

function addCondition(job: KubeObject, { clock }: Tools, type: string, { reason, message }: Verdict): void {
  if (conditionOf(job.status, type)) return;
  const now = timestamp(clock.now());
  const added = { type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message };
  job.status.conditions = [...(job.status.conditions ?? []), added];
}

function write({ job, tools }: Work): void {
  const { namespace, name } = job.metadata;
  if (semanticallyEqual(tools.view.get(JOBS, namespace, name)?.status, job.status)) return;
  const put = (fresh: KubeObject) => void (fresh.status = clone(job.status));
  tools.store.modify(JOBS, namespace, name, put, { subresource: 'status' });
}

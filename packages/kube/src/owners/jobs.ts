import type { KubeObject } from '../objects.ts';

/** Pods that a Job has not counted yet carry it. */
export const JOB_TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
/** kubernetes pkg/apis/batch/v1/defaults.go */
const BACKOFF_LIMIT = 6;

/** Complete or Failed: made again it would run again. */
export function isOverJob(job: KubeObject): boolean {
  return hasCondition(job, /^(Complete|Failed)$/);
}

function hasCondition({ status }: KubeObject, type: RegExp): boolean {
  const conditions: { type: string; status: string }[] = status?.conditions ?? [];
  return conditions.some((one) => type.test(one.type) && one.status === 'True');
}

/**
 * Whether a Job fails as a whole once so many more of its Pods have died: the Job controller counts a Pod that is deleted as a
 * failure (kubernetes pkg/controller/job/job_controller.go, isPodFailed and exceedsBackoffLimit). What a rule of its own says
 * of exit codes and conditions nobody knows beforehand.
 */
export function jobFailsBy(job: KubeObject, deaths: number): boolean {
  if (actionsOf(job).some((action) => !/^(Ignore|Count|FailIndex)$/.test(action ?? ''))) return true;
  const { failed = 0, uncountedTerminatedPods } = job.status ?? {};
  const uncounted: unknown[] = uncountedTerminatedPods?.failed ?? [];
  return failed + uncounted.length + deaths > (job.spec?.backoffLimit ?? BACKOFF_LIMIT);
}

/**
 * Whether a Job makes another Pod in the place of one that goes.
 * @param deaths how many of its Pods die with it, itself among them, and are not in its status yet; `anew`: the Job is made
 *   again itself, and starts over
 */
export function jobRemakes(job: KubeObject, pod: KubeObject, deaths: number | 'anew'): boolean {
  const { suspend, parallelism, managedBy, completions, backoffLimitPerIndex } = job.spec ?? {};
  if (isOverJob(job) || suspend === true || parallelism === 0) return false;
  // Somebody else's controller runs it.
  if (managedBy && managedBy !== 'kubernetes.io/job-controller') return false;
  if (deaths === 'anew') return true;
  if (hasCondition(job, /^(FailureTarget|SuccessCriteriaMet)$/) || jobFailsBy(job, deaths)) return false;
  // A queue of work is at its end once one of its Pods has succeeded: no other is begun.
  const isQueue = (completions ?? undefined) === undefined;
  if (isQueue && (job.status?.succeeded ?? 0) > 0) return false;
  if (actionsOf(job).includes('FailIndex')) return false;
  if ((backoffLimitPerIndex ?? undefined) === undefined) return true;
  const before = Number(pod.metadata.annotations?.[INDEX_FAILURES] ?? Number.NaN);
  return before + 1 <= backoffLimitPerIndex;
}

function actionsOf(job: KubeObject): (string | undefined)[] {
  const rules: { action?: string }[] = job.spec?.podFailurePolicy?.rules ?? [];
  return rules.map(({ action }) => action);
}

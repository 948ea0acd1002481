import type { KubeObject } from '../objects.ts';

/** Pods that a Job has not counted yet carry it. */
export const JOB_TRACKING = 'batch.kubernetes.io/job-tracking';
const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
/** kubernetes pkg/apis/batch/v1/defaults.go */
const BACKOFF_LIMIT = 6;
const DISRUPTED = 'DisruptionTarget';

/** Complete or Failed: made again it would run again. */
export function isOverJob(job: KubeObject): boolean {
  return hasCondition(job, /^(Complete|Failed)$/);
}

function hasCondition({ status }: KubeObject, type: RegExp): boolean {
  const conditions: { type: string; status: string }[] = status?.conditions ?? [];
  return conditions.some((one) => type.test(one.type) && one.status === 'True');
}

/** How many of a Job's Pods die and are not in its status yet, by what they will say of it themselves. */
export interface Deaths {
  deleted: number;
  /** The eviction API writes the condition DisruptionTarget on a Pod before it deletes it. */
  evicted: number;
}

/**
 * Whether a Job fails as a whole once so many more of its Pods have died: the Job controller counts a Pod that is deleted as a
 * failure (kubernetes pkg/controller/job/job_controller.go, isPodFailed and exceedsBackoffLimit). What a rule of its own says
 * of exit codes and conditions nobody knows beforehand, but for an eviction's.
 * @param deaths a number: how they die is not known
 */
export function jobFailsBy(job: KubeObject, deaths: number | Deaths): boolean {
  if ([...endsOf(job, deaths)].some((end) => !/^(Ignore|Count|FailIndex)$/.test(String(end)))) return true;
  const { failed = 0, uncountedTerminatedPods } = job.status ?? {};
  const uncounted: unknown[] = uncountedTerminatedPods?.failed ?? [];
  return failed + uncounted.length + countedOf(job, deaths) > (job.spec?.backoffLimit ?? BACKOFF_LIMIT);
}

/**
 * Whether a Job makes another Pod in the place of one that goes.
 * @param deaths how many of its Pods die with it, itself among them, and are not in its status yet; `anew`: the Job is made
 *   again itself, and starts over
 */
export function jobRemakes(job: KubeObject, pod: KubeObject, deaths: number | Deaths | 'anew'): boolean {
  const { suspend, parallelism, managedBy, completions, backoffLimitPerIndex } = job.spec ?? {};
  if (isOverJob(job) || suspend === true || parallelism === 0) return false;
  // Somebody else's controller runs it.
  if (managedBy && managedBy !== 'kubernetes.io/job-controller') return false;
  if (deaths === 'anew') return true;
  if (hasCondition(job, /^(FailureTarget|SuccessCriteriaMet)$/) || jobFailsBy(job, deaths)) return false;
  // A queue of work is at its end once one of its Pods has succeeded: no other is begun.
  const isQueue = (completions ?? undefined) === undefined;
  if (isQueue && Number(job.status?.succeeded) > 0) return false;
  const ends = endsOf(job, deaths);
  if (ends.has('FailIndex')) return false;
  const forgiven = ends.size === 1 && ends.has('Ignore');
  if (forgiven || (backoffLimitPerIndex ?? undefined) === undefined) return true;
  const before = Number(pod.metadata.annotations?.[INDEX_FAILURES] ?? Number.NaN);
  return before + 1 <= backoffLimitPerIndex;
}

interface FailureRule {
  action?: string;
  onExitCodes?: unknown;
  onPodConditions?: { type?: string; status?: string }[];
}

/** All that its policy may make of these deaths; `Count` is what it makes of what no rule matches. */
function endsOf(job: KubeObject, deaths: number | Deaths): Set<string | undefined> {
  const { deleted, evicted } = typeof deaths === 'number' ? { deleted: deaths, evicted: 0 } : deaths;
  // Where nothing is known of the deaths, everything may be.
  const anyhow = deleted > 0 || evicted === 0;
  return new Set([
    ...(anyhow ? [...rulesOf(job).map(({ action }) => action), 'Count'] : []),
    ...(evicted > 0 ? endsOfEviction(job) : []),
  ]);
}

/** What is ignored for certain is no death. */
function countedOf(job: KubeObject, deaths: number | Deaths): number {
  if (typeof deaths === 'number') return deaths;
  const ignored = endsOfEviction(job).every((end) => end === 'Ignore');
  return deaths.deleted + (ignored ? 0 : deaths.evicted);
}

/** The first rule that matches decides (matchPodFailurePolicy): one on the condition does, one before it may. */
function endsOfEviction(job: KubeObject): (string | undefined)[] {
  const rules = rulesOf(job);
  const sure = rules.findIndex(({ onExitCodes, onPodConditions = [] }) => {
    const isSo = onPodConditions.some(({ type, status = 'True' }) => type === DISRUPTED && status === 'True');
    return isSo && (onExitCodes ?? undefined) === undefined;
  });
  const actions = rules.map(({ action }) => action);
  return sure < 0 ? [...actions, 'Count'] : actions.slice(0, sure + 1);
}

function rulesOf(job: KubeObject): FailureRule[] {
  return job.spec?.podFailurePolicy?.rules ?? [];
}

/** Whether a Pod that is dying says that it was disrupted (evicted, preempted, its node went), and not deleted. */
export function isDisrupted(pod: KubeObject): boolean {
  return hasCondition(pod, /^DisruptionTarget$/);
}

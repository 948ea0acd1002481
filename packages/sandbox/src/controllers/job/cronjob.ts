import { type Body, controllerOf, type KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { ignoreNotFound, isAlreadyExists, isNamespaceTerminating, messageOf } from '../common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { controllerReference, isControlledBy } from '../common/owner.ts';
import { timeOf, timestamp } from '../common/time.ts';
import { CRON_JOBS, JOBS } from '../common/types.ts';
import { clone, countOf, omitEmpty } from '../common/values.ts';
import { keyOf, keyOfObject } from '../common/view.ts';
import { latestDue, parseSchedule, type Schedule } from './schedule.ts';
import { isJobFinished } from './tracking.ts';

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const SLACK = 100;

/** Starts Jobs on time. It adopts none: only those that carry its UID are its own (source: pkg/controller/cronjob). */
export function cronJobController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'cronjob-controller',
    watch: [
      { type: CRON_JOBS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: JOBS,
        keys({ object }) {
          const owner = controllerOf(object);
          return owner?.kind === 'CronJob' ? [keyOf(object.metadata.namespace, owner.name)] : [];
        },
      },
    ],
    sync({ namespace, name, key }, tools) {
      const cronJob = tools.view.get(CRON_JOBS, namespace, name);
      if (cronJob) syncCronJob({ cronJob: clone(cronJob), key, tools });
    },
  });
}

interface Work {
  cronJob: KubeObject;
  key: string;
  tools: Tools;
}

function syncCronJob(work: Work): void {
  const { cronJob, tools } = work;
  const jobs = tools.view.controlledBy(JOBS, cronJob.metadata.uid);
  followJobs(work, jobs);
  trimHistory(work, jobs);
  if (!cronJob.metadata.deletionTimestamp && !cronJob.spec?.suspend) {
    const schedule = readSchedule(work);
    if (schedule) startIfDue(work, schedule);
  }
  write(work);
}

function readSchedule({ cronJob, tools }: Work): Schedule | undefined {
  const { schedule, timeZone } = cronJob.spec;
  try {
    return parseSchedule(String(schedule), timeZone);
  } catch (error) {
    const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${messageOf(error)}`;
    tools.record(cronJob, 'Warning', 'UnparseableSchedule', message);
    return undefined;
  }
}

/** Brings `status.active` up to date and tells of Jobs that have ended. */
function followJobs({ cronJob, tools }: Work, jobs: KubeObject[]): void {
  const { status } = cronJob;
  const listed: { uid?: string; name?: string }[] = status.active ?? [];
  for (const job of jobs) {
    const known = listed.some((ref) => ref.uid === job.metadata.uid);
    if (known && isJobFinished(job)) {
      status.active = status.active.filter((ref: { uid?: string }) => ref.uid !== job.metadata.uid);
      const end = conditionOf(job.status, 'Complete') ? 'Complete' : 'Failed';
      const message = `Saw completed job: ${job.metadata.name}, condition: ${end}`;
      tools.record(cronJob, 'Normal', 'SawCompletedJob', message);
    }
    const done = timeOf(job.status?.completionTime);
    if (done !== undefined && done > (timeOf(status.lastSuccessfulTime) ?? 0)) {
      status.lastSuccessfulTime = job.status.completionTime;
    }
  }
  status.active = (status.active ?? []).filter((ref: { uid?: string; name?: string }) => {
    const there = jobs.some((job) => job.metadata.uid === ref.uid);
    if (!there) tools.record(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${ref.name}`);
    return there;
  });
}

function trimHistory(work: Work, jobs: KubeObject[]): void {
  const { cronJob } = work;
  const finished = jobs.filter(isJobFinished);
  const failed = finished.filter((job) => conditionOf(job.status, 'Failed'));
  const succeeded = finished.filter((job) => !failed.includes(job));
  // As texts: what has no time of its own comes last.
  const age = ({ status, metadata }: KubeObject) => `${status.startTime ?? 'none'} ${metadata.name}`;
  const oldestFirst = (list: KubeObject[]) => [...list].sort((a, b) => age(a).localeCompare(age(b)));
  for (const [list, limit] of [
    [succeeded, cronJob.spec?.successfulJobsHistoryLimit],
    [failed, cronJob.spec?.failedJobsHistoryLimit],
  ] as const) {
    const surplus = Math.max(0, list.length - countOf(limit, list.length));
    for (const job of oldestFirst(list).slice(0, surplus)) deleteJob(work, job);
  }
}

function deleteJob({ cronJob, tools }: Work, job: { metadata: { name: string; uid?: string } }): void {
  const { name, uid } = job.metadata;
  ignoreNotFound(() =>
    tools.store.delete(JOBS, cronJob.metadata.namespace, name, {
      propagationPolicy: 'Background',
      preconditions: { uid },
    }),
  );
  tools.record(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
}

function startIfDue(work: Work, schedule: Schedule): void {
  const { cronJob, tools, key } = work;
  const now = tools.clock.now();
  const { status, spec } = cronJob;
  const deadline = spec?.startingDeadlineSeconds;
  const last = timeOf(status.lastScheduleTime) ?? timeOf(cronJob.metadata.creationTimestamp) ?? now;
  const from = typeof deadline === 'number' ? Math.max(last, now - deadline * 1000) : last;
  const { at, tooMany } = latestDue(schedule, from, now);
  const next = schedule.next(now);
  if (next !== undefined) tools.queue.addAfter(key, next - now + SLACK);
  if (tooMany) {
    const message =
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    tools.record(cronJob, 'Warning', 'TooManyMissedTimes', message);
  }
  if (at === undefined) return;
  const active: { name: string; uid: string }[] = status.active;
  if (spec?.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    tools.record(cronJob, 'Normal', 'JobAlreadyActive', message);
    return;
  }
  if (spec?.concurrencyPolicy === 'Replace') {
    for (const ref of active) deleteJob(work, { metadata: ref });
    status.active = [];
  }
  start(work, at);
}

function start({ cronJob, tools }: Work, at: number): void {
  const { namespace, name } = cronJob.metadata;
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${name.slice(0, 52)}-${Math.floor(at / 60_000)}`,
      namespace,
      ...(metadata?.labels ? { labels: clone(metadata.labels) } : {}),
      annotations: { ...metadata?.annotations, [SCHEDULED_AT]: timestamp(at) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: clone(spec),
  };
  let started: KubeObject;
  try {
    started = tools.store.create(JOBS, job);
    tools.record(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${started.metadata.name}`);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    if (!isAlreadyExists(error)) {
      tools.record(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
    started = tools.store.get(JOBS, namespace, job.metadata.name);
    // Somebody else's of that name is none of its own; its own it had started, and not noted.
    if (!isControlledBy(started, cronJob)) return;
    const { uid } = started.metadata;
    if (cronJob.status.active.some((one: Body) => one.uid === uid)) return;
  }
  const { apiVersion, kind } = started;
  const { uid, resourceVersion } = started.metadata;
  cronJob.status.active.push({
    apiVersion,
    kind,
    name: started.metadata.name,
    namespace,
    resourceVersion,
    uid,
  });
  cronJob.status.lastScheduleTime = timestamp(at);
}

function write({ cronJob, tools }: Work): void {
  const { namespace, name } = cronJob.metadata;
  const { active, ...status } = cronJob.status;
  ignoreNotFound(() =>
    tools.store.modify(
      CRON_JOBS,
      namespace,
      name,
      (fresh) => {
        fresh.status = { ...status, ...omitEmpty({ active }) };
      },
      { subresource: 'status' },
    ),
  );
}

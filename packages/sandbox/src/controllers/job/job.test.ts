import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { CRON_JOBS, JOBS, PODS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { labelled, type TestCluster, testCluster } from '../testing/cluster.ts';
import { intervals, numbersIn } from './job-pods.ts';
import { latestDue, parseSchedule } from './schedule.ts';

function template(annotations: Record<string, string> = {}): Body {
  const { spec } = labelled('job');
  return { metadata: { labels: { app: 'job' }, annotations }, spec: { ...spec, restartPolicy: 'Never' } };
}

function createJob(cluster: TestCluster, spec: Body = {}): KubeObject {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'shop' },
    spec: { template: template(), ...spec },
  };
  return cluster.store.create(JOBS, job);
}

const job = (cluster: TestCluster) => cluster.get(JOBS, 'work');

test('a Job runs its Pods, counts them, and is complete', () => {
  const cluster = testCluster({ jobPodMs: 2000 });
  createJob(cluster, { completions: 5, parallelism: 2 });
  let most = 0;
  cluster.store.subscribe(() => {
    most = Math.max(most, cluster.pods().filter((pod) => pod.status.phase !== 'Succeeded').length);
  });
  cluster.settle(1);
  assert.equal(job(cluster).status.active, 2);
  assert.ok(
    cluster.pods().every((pod) => pod.metadata.finalizers?.includes('batch.kubernetes.io/job-tracking')),
  );
  cluster.settle(20);
  const { status } = job(cluster);
  assert.equal(most, 2);
  assert.equal(status.succeeded, 5);
  assert.equal(status.active, undefined);
  assert.deepEqual(status.uncountedTerminatedPods, {});
  assert.equal(conditionOf(status, 'SuccessCriteriaMet')?.reason, 'CompletionsReached');
  assert.equal(conditionOf(status, 'Complete')?.status, 'True');
  assert.ok(status.completionTime);
  assert.equal(cluster.pods().length, 5, 'finished Pods stay');
  assert.ok(cluster.pods().every((pod) => pod.metadata.finalizers === undefined));
});

test('each succeeded Pod is noted by its UID before it loses its finalizer', () => {
  const cluster = testCluster();
  createJob(cluster);
  let noted: string[] = [];
  let checked = 0;
  cluster.store.subscribe(({ object, previous, resource }) => {
    if (resource.resource === 'jobs') noted = object.status?.uncountedTerminatedPods?.succeeded ?? [];
    if (previous?.metadata.finalizers && !object.metadata.finalizers && resource.resource === 'pods') {
      checked++;
      assert.ok(noted.includes(object.metadata.uid ?? ''));
    }
  });
  cluster.settle(10);
  assert.equal(checked, 1);
});

test('failures are retried with growing pauses until the limit, then the Job has failed', () => {
  const cluster = testCluster();
  createJob(cluster, { backoffLimit: 2, template: template({ [HOOKS.exitCode]: '1' }) });
  cluster.settle(8);
  assert.equal(job(cluster).status.failed, 1);
  assert.equal(cluster.pods().length, 1, 'not at once');
  cluster.settle(60);
  const { status } = job(cluster);
  assert.equal(status.failed, 3);
  assert.equal(conditionOf(status, 'Failed')?.reason, 'BackoffLimitExceeded');
  assert.equal(conditionOf(status, 'FailureTarget')?.status, 'True');
  assert.equal(cluster.pods().length, 3);
});

test('a deadline ends a Job that would run on', () => {
  const cluster = testCluster({ jobPodMs: 600_000 });
  createJob(cluster, { activeDeadlineSeconds: 20 });
  cluster.settle(30);
  assert.equal(conditionOf(job(cluster).status, 'Failed')?.reason, 'DeadlineExceeded');
  assert.equal(cluster.pods().length, 0);
});

test('suspended it has no Pods; resumed it starts anew', () => {
  const cluster = testCluster({ jobPodMs: 60_000 });
  createJob(cluster);
  cluster.settle();
  const suspend = (value: boolean) =>
    cluster.store.modify(JOBS, 'shop', 'work', (object) => {
      object.spec.suspend = value;
    });
  suspend(true);
  cluster.settle();
  assert.equal(cluster.pods().length, 0);
  assert.equal(conditionOf(job(cluster).status, 'Suspended')?.status, 'True');
  assert.equal(job(cluster).status.startTime, undefined);
  suspend(false);
  cluster.settle();
  assert.equal(cluster.pods().length, 1);
  assert.equal(conditionOf(job(cluster).status, 'Suspended')?.status, 'False');
});

test('an Indexed Job has one Pod for each index', () => {
  const cluster = testCluster();
  createJob(cluster, { completionMode: 'Indexed', completions: 4, parallelism: 4 });
  cluster.settle(10);
  assert.equal(job(cluster).status.completedIndexes, '0-3');
  assert.deepEqual(
    cluster
      .pods()
      .map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])
      .sort(),
    ['0', '1', '2', '3'],
  );
});

test('an orphaned Job’s Pods lose the tracking finalizer: they can’t be handed on', () => {
  const cluster = testCluster({ jobPodMs: 600_000 });
  createJob(cluster);
  cluster.settle();
  cluster.store.delete(JOBS, 'shop', 'work', { propagationPolicy: 'Orphan' });
  cluster.settle();
  const [pod] = cluster.pods();
  assert.equal(pod?.status.phase, 'Running');
  assert.equal(pod?.metadata.ownerReferences, undefined);
  assert.equal(pod?.metadata.finalizers, undefined);
});

test('nothing said, the v1 Job orphans; Background takes the Pods along', () => {
  const cluster = testCluster({ jobPodMs: 600_000 });
  createJob(cluster);
  cluster.settle();
  cluster.store.delete(JOBS, 'shop', 'work', { propagationPolicy: 'Background' });
  cluster.settle();
  assert.equal(cluster.pods().length, 0);
  createJob(cluster);
  cluster.settle();
  cluster.store.delete(JOBS, 'shop', 'work');
  cluster.settle();
  assert.equal(cluster.exists(JOBS, 'work'), false);
  assert.equal(cluster.pods().length, 1);
});

test('ttlSecondsAfterFinished takes the Job and its Pods away', () => {
  const cluster = testCluster();
  createJob(cluster, { ttlSecondsAfterFinished: 30 });
  cluster.settle(20);
  assert.equal(cluster.exists(JOBS, 'work'), true);
  cluster.settle(30);
  assert.equal(cluster.exists(JOBS, 'work'), false);
  assert.equal(cluster.store.list(PODS, { namespace: 'shop' }).length, 0);
});

test('sets of indexes are written as the API writes them', () => {
  for (const [numbers, text] of [
    [[], ''],
    [[3], '3'],
    [[1, 2], '1,2'],
    [[5, 0, 1, 2], '0-2,5'],
  ] as const) {
    assert.equal(intervals(numbers), text);
    assert.deepEqual(
      numbersIn(text),
      [...numbers].sort((a, b) => a - b),
    );
  }
});

function createCronJob(cluster: TestCluster, spec: Body = {}): KubeObject {
  return cluster.store.create(CRON_JOBS, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: template() } }, ...spec },
  });
}

const jobs = (cluster: TestCluster) => cluster.store.list(JOBS, { namespace: 'shop' });
const MINUTE = 60;

test('a CronJob starts a Job when it is due, named by the minute', () => {
  const cluster = testCluster();
  const made = createCronJob(cluster);
  cluster.settle(4 * MINUTE);
  assert.equal(jobs(cluster).length, 0);
  cluster.settle(MINUTE);
  const due = Date.parse('2026-11-02T10:05:00Z');
  const [started] = jobs(cluster);
  assert.equal(started?.metadata.name, `nightly-${due / 60_000}`);
  assert.equal(started?.metadata.ownerReferences?.[0]?.uid, made.metadata.uid);
  assert.equal(
    started?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'],
    '2026-11-02T10:05:00Z',
  );
  cluster.settle(MINUTE);
  const { status } = cluster.get(CRON_JOBS, 'nightly');
  assert.equal(status.lastScheduleTime, '2026-11-02T10:05:00Z');
  assert.equal(status.active, undefined);
  assert.ok(status.lastSuccessfulTime);
});

test('only so many finished Jobs are kept', () => {
  const cluster = testCluster();
  createCronJob(cluster, { successfulJobsHistoryLimit: 2 });
  cluster.settle(31 * MINUTE);
  assert.equal(jobs(cluster).length, 2);
});

test('suspended it starts nothing, and does not make up for it one by one', () => {
  const cluster = testCluster();
  createCronJob(cluster, { suspend: true });
  cluster.settle(62 * MINUTE);
  assert.equal(jobs(cluster).length, 0);
  cluster.store.modify(CRON_JOBS, 'shop', 'nightly', (object) => {
    object.spec.suspend = false;
  });
  cluster.settle(MINUTE);
  assert.equal(jobs(cluster).length, 1);
});

test('Forbid waits for the running Job, Replace takes it away', () => {
  for (const [concurrencyPolicy, expected] of [
    ['Forbid', 1],
    ['Replace', 1],
    ['Allow', 3],
  ] as const) {
    const cluster = testCluster({ jobPodMs: 3_600_000 });
    createCronJob(cluster, { concurrencyPolicy });
    cluster.settle(16 * MINUTE);
    assert.equal(jobs(cluster).length, expected, concurrencyPolicy);
    const first = `nightly-${Date.parse('2026-11-02T10:05:00Z') / 60_000}`;
    assert.equal(jobs(cluster)[0]?.metadata.name === first, concurrencyPolicy !== 'Replace');
  }
});

test('deleted with Orphan and created again, a CronJob does not take its Jobs back', () => {
  const cluster = testCluster({ jobPodMs: 3_600_000 });
  createCronJob(cluster);
  cluster.settle(6 * MINUTE);
  cluster.store.delete(CRON_JOBS, 'shop', 'nightly', { propagationPolicy: 'Orphan' });
  cluster.settle();
  createCronJob(cluster, { suspend: true });
  cluster.settle();
  assert.equal(jobs(cluster)[0]?.metadata.ownerReferences, undefined);
  assert.equal(cluster.get(CRON_JOBS, 'nightly').status.active, undefined);
});

test('schedules are read as cron reads them; what can’t be read says so', () => {
  const at = Date.parse('2026-11-02T10:00:30Z');
  const next = (text: string, zone?: string) =>
    new Date(parseSchedule(text, zone).next(at) ?? 0).toISOString();
  assert.equal(next('*/15 * * * *'), '2026-11-02T10:15:00.000Z');
  assert.equal(next('@hourly'), '2026-11-02T11:00:00.000Z');
  assert.equal(next('0 3 * * *', 'Europe/Berlin'), '2026-11-03T02:00:00.000Z');
  assert.equal(next('@every 90s'), '2026-11-02T10:02:00.000Z');
  assert.equal(next('0 0 13 * 5'), '2026-11-06T00:00:00.000Z', 'day of month or day of week');
  for (const bad of ['', 'soon', '* * * *', '61 * * * *', '0 0 * * * *', '@never']) {
    assert.throws(() => parseSchedule(bad), Error, bad);
  }
});

test('a schedule that was missed for long is not counted through', () => {
  const schedule = parseSchedule('* * * * *');
  const until = Date.parse('2026-11-02T10:00:30Z');
  const { at, tooMany } = latestDue(schedule, Date.parse('2020-01-01T00:00:00Z'), until);
  assert.equal(at, Date.parse('2026-11-02T10:00:00Z'));
  assert.equal(tooMany, true);
});

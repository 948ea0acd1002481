import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRON_JOBS } from '../common/types.ts';
import { testCluster } from '../testing/cluster.ts';
import { createCronJob, jobs, MINUTE } from './testing/cronjobs.ts';

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

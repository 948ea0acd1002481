import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { JOBS, PODS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import { labelled, type TestCluster, testCluster } from '../testing/cluster.ts';
import { intervals, numbersIn } from './job-pods.ts';

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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { infoOf } from '../../testing/infos.ts';
import { contextFor } from '../../testing/write-context.ts';
import { cronJobStrategy, jobStrategy } from './batch.ts';

const context = contextFor(infoOf('batch/jobs'));
const podSpec = (restartPolicy = 'Never') => ({
  restartPolicy,
  containers: [{ name: 'a', image: 'i:1', imagePullPolicy: 'Always' }],
});

function job(spec: Body, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'one', uid: 'u-1', ...metadata }, spec };
}

function defaulted(spec: Body, metadata?: Partial<KubeObject['metadata']>): KubeObject {
  const object = job(spec, metadata);
  jobStrategy.setDefaults?.(object);
  return object;
}

test('a Job runs one Pod to one completion, six times over', () => {
  assert.deepEqual(defaulted({}).spec, {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    manualSelector: false,
  });
});

test('a Job with parallelism alone is a work queue: any success completes it', () => {
  assert.equal('completions' in defaulted({ parallelism: 3 }).spec, false);
  const { completions, parallelism } = defaulted({ completions: 3 }).spec;
  assert.deepEqual([completions, parallelism], [3, 1]);
});

test('limits by index and rules of failure change the defaults', () => {
  assert.equal(defaulted({ backoffLimitPerIndex: 1 }).spec.backoffLimit, 2147483647);
  assert.equal(defaulted({ podFailurePolicy: { rules: [] } }).spec.podReplacementPolicy, 'Failed');
});

test('the Pods of a Job are defaulted, and lend it their labels', () => {
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [] } };
  const made = defaulted({ template });
  assert.equal(made.spec.template.spec.dnsPolicy, 'ClusterFirst');
  assert.deepEqual(made.metadata.labels, { a: 'b' });
  assert.deepEqual(defaulted({ template }, { labels: { c: 'd' } }).metadata.labels, { c: 'd' });
  assert.equal(defaulted({ template: { spec: {} } }).metadata.labels, undefined);
});

test('a Job selects its Pods by its own UID', () => {
  const made = job({ template: { metadata: { labels: { a: 'b' } }, spec: {} } }, { labels: { own: 'x' } });
  jobStrategy.prepareForCreate?.(made, context);
  const labels = {
    a: 'b',
    'batch.kubernetes.io/controller-uid': 'u-1',
    'batch.kubernetes.io/job-name': 'one',
    'controller-uid': 'u-1',
    'job-name': 'one',
  };
  assert.deepEqual(made.spec.template.metadata.labels, labels);
  assert.deepEqual(made.spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u-1' } });
  assert.deepEqual(made.metadata.labels, { ...labels, own: 'x' });
  assert.deepEqual(made.status, {});
});

test('a selector that was given is kept beside it; by hand it is left alone', () => {
  const selector = { matchLabels: { a: 'b' }, matchExpressions: [] };
  const made = job({ selector, template: {} });
  jobStrategy.prepareForCreate?.(made, context);
  assert.deepEqual(made.spec.selector, {
    matchLabels: { a: 'b', 'batch.kubernetes.io/controller-uid': 'u-1' },
    matchExpressions: [],
  });
  const own = job({ manualSelector: true, selector, template: { metadata: { labels: { a: 'b' } } } });
  jobStrategy.prepareForCreate?.(own, context);
  assert.deepEqual(own.spec.selector, selector);
  assert.deepEqual(own.spec.template.metadata.labels, { a: 'b' });
});

test('faults of a Job', () => {
  const faults = (spec: Body) =>
    jobStrategy
      .validate?.(job({ template: { spec: podSpec() }, ...spec }), context)
      .map(({ field, body }) => `${field}: ${body}`);
  assert.deepEqual(faults({}), []);
  for (const field of ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds']) {
    assert.deepEqual(faults({ [field]: -1 }), [
      `spec.${field}: Invalid value: -1: must be greater than or equal to 0`,
    ]);
  }
  assert.deepEqual(faults({ template: { spec: podSpec('OnFailure') } }), []);
  assert.deepEqual(faults({ template: { spec: podSpec('Always') } }), [
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ]);
  assert.equal(faults({ template: undefined })?.length, 3);
});

test('what may not change of a Job', () => {
  const check = (spec: Body, old: Body) =>
    jobStrategy.validateUpdate?.(job(spec), job(old), context).map(({ field }) => field);
  const old = { completions: 1, selector: { a: 1 }, template: { b: 1 }, completionMode: 'NonIndexed' };
  assert.deepEqual(check({ ...old, parallelism: 9 }, old), []);
  assert.deepEqual(check({ completions: 2, selector: {}, template: {}, completionMode: 'Indexed2' }, old), [
    'spec.completions',
    'spec.selector',
    'spec.template',
    'spec.completionMode',
  ]);
  const indexed = { ...old, completionMode: 'Indexed' };
  assert.deepEqual(check({ ...indexed, completions: 2 }, indexed), []);
  const suspended = { ...old, suspend: true };
  assert.deepEqual(check({ ...suspended, template: { c: 1 } }, suspended), []);
  assert.deepEqual(check({ ...old, suspend: true, template: { c: 1 } }, { ...old, suspend: false }), [
    'spec.template',
  ]);
});

function cronJob(spec: Body): KubeObject {
  return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'one' }, spec };
}

test('a CronJob lets its Jobs overlap, and keeps three that succeeded and one that failed', () => {
  const plain = cronJob({ jobTemplate: { spec: { template: { spec: {} } } } });
  cronJobStrategy.setDefaults?.(plain);
  const { jobTemplate, ...rest } = plain.spec;
  assert.deepEqual(rest, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  // Of the Job in the template only the Pod is defaulted.
  assert.deepEqual(Object.keys(jobTemplate.spec), ['template']);
  assert.equal(jobTemplate.spec.template.spec.dnsPolicy, 'ClusterFirst');
  const bare = cronJob({});
  cronJobStrategy.setDefaults?.(bare);
  cronJobStrategy.prepareForCreate?.(bare, context);
  assert.deepEqual(bare.status, {});
});

test('faults of a CronJob', () => {
  const faults = (spec: Body) => cronJobStrategy.validate?.(cronJob(spec), context).map(({ field }) => field);
  const jobTemplate = { spec: { template: { spec: podSpec() } } };
  assert.deepEqual(faults({ schedule: '@daily', jobTemplate }), []);
  assert.deepEqual(faults({ jobTemplate }), ['spec.schedule']);
  assert.deepEqual(faults({ schedule: '@daily' }), [
    'spec.jobTemplate.spec.template.spec.restartPolicy',
    'spec.jobTemplate.spec.template.spec.containers',
    'spec.jobTemplate.spec.template.spec.restartPolicy',
  ]);
});

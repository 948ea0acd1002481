import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { indexOf, intervals, isIndexed, jobPod, numbersIn } from './job-pods.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';

function job(spec: Body = {}): KubeObject {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { initContainers: [{ name: 'i' }], containers: [{ name: 'c' }] },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'one', namespace: 'shop', uid: 'u' },
    spec: { template, ...spec },
  };
}

test('a Job’s Pod is held until it is counted', () => {
  const pod = jobPod(job());
  assert.deepEqual(pod.metadata.finalizers, ['batch.kubernetes.io/job-tracking']);
  assert.equal(pod.metadata.generateName, 'one-');
  assert.equal(pod.metadata.annotations, undefined);
  assert.deepEqual(pod.metadata.labels, { a: 'b' });
  assert.equal(pod.spec.containers[0].env, undefined);
  const own = job({ template: { metadata: { finalizers: ['x.io/y'] }, spec: {} } });
  assert.deepEqual(jobPod(own).metadata.finalizers, ['x.io/y', 'batch.kubernetes.io/job-tracking']);
});

test('a Pod of an Indexed Job knows its index', () => {
  const pod = jobPod(job(), 3);
  assert.equal(pod.metadata.generateName, 'one-3-');
  assert.deepEqual(pod.metadata.annotations, { [INDEX]: '3' });
  assert.deepEqual(pod.metadata.labels, { a: 'b', [INDEX]: '3' });
  assert.equal(pod.spec.hostname, 'one-3');
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` };
  const env = [{ name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }];
  assert.deepEqual([pod.spec.initContainers[0].env, pod.spec.containers[0].env], [env, env]);
  assert.equal(indexOf(pod), 3);
  assert.equal(jobPod(job(), 0).spec.hostname, 'one-0');
});

test('a host name and a variable that are there stay', () => {
  const mine = { name: 'JOB_COMPLETION_INDEX', value: 'x' };
  const other = { name: 'OTHER', value: 'y' };
  const spec = {
    hostname: 'h',
    containers: [
      { name: 'c', env: [mine] },
      { name: 'd', env: [other] },
    ],
  };
  const pod = jobPod(job({ template: { spec } }), 1);
  assert.equal(pod.spec.hostname, 'h');
  assert.deepEqual(pod.spec.containers[0].env, [mine]);
  assert.deepEqual(pod.spec.containers[1].env[0], other);
  assert.equal(pod.spec.containers[1].env.length, 2);
});

test('the index of a Pod, and Jobs that have them', () => {
  const index = (text?: string) =>
    indexOf({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', ...(text === undefined ? {} : { annotations: { [INDEX]: text } }) },
    });
  assert.deepEqual([index('7'), index('x'), index('-1'), index()], [7, -1, -1, -1]);
  assert.equal(isIndexed(job({ completionMode: 'Indexed' })), true);
  assert.equal(isIndexed(job({ completionMode: 'NonIndexed' })), false);
});

test('whole numbers as the API writes and reads them', () => {
  const cases: [number[], string][] = [
    [[], ''],
    [[3], '3'],
    [[0, 1], '0,1'],
    [[2, 0, 1], '0-2'],
    [[0, 1, 2, 5, 7, 8, 9, 9], '0-2,5,7-9'],
    [[10, 9, 2], '2,9,10'],
  ];
  for (const [numbers, text] of cases) {
    assert.equal(intervals(numbers), text);
    assert.deepEqual(
      numbersIn(text),
      [...new Set(numbers)].sort((a, b) => a - b),
    );
  }
  assert.deepEqual(numbersIn('1,x,3-,5-6,'), [1, 5, 6]);
  assert.deepEqual(numbersIn(undefined), []);
  assert.deepEqual(numbersIn('99999-100001'), [99999, 100000, 100001]);
  assert.equal(numbersIn('0-100000').length, 100001);
  assert.deepEqual(numbersIn('0-100001'), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { isDisrupted, isOverJob, JOB_TRACKING, jobFailsBy, jobRemakes } from './jobs.ts';

const object = (kind: string, more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: kind === 'Pod' ? 'v1' : 'batch/v1',
  kind,
  ...more,
  metadata: { name: 'x', ...more.metadata },
});
const pod = (more: Partial<KubeObject> = {}) => object('Pod', more);
const job = (spec: object, status: object = {}) => object('Job', { spec, status });
const condition = (type: string, status = 'True') => ({ conditions: [{ type, status }] });

const index = (count: string | null) =>
  pod({
    metadata: { name: 'x', annotations: { 'batch.kubernetes.io/job-index-failure-count': count as string } },
  });
const action = (...actions: string[]) => ({
  podFailurePolicy: { rules: actions.map((one) => ({ action: one })) },
});

test('a Job counts the death of a Pod: it makes another as long as it forgives that', () => {
  const cases: [string, KubeObject, KubeObject, number | 'anew', boolean][] = [
    ['the usual limit is 6', job({}), pod(), 6, true],
    ['and no more', job({}), pod(), 7, false],
    ['none is forgiven', job({ backoffLimit: 0 }), pod(), 1, false],
    ['one is', job({ backoffLimit: 1 }), pod(), 1, true],
    ['not two at once', job({ backoffLimit: 1 }), pod(), 2, false],
    ['one was already', job({ backoffLimit: 1 }, { failed: 1 }), pod(), 1, false],
    [
      'one is just being counted',
      job({ backoffLimit: 1 }, { uncountedTerminatedPods: { failed: ['u'] } }),
      pod(),
      1,
      false,
    ],
    ['made again itself it starts over', job({ backoffLimit: 0 }, { failed: 1 }), pod(), 'anew', true],
    ['an exit code may fail it', job(action('Ignore', 'FailJob')), pod(), 1, false],
    ['or an action that nobody knows', job(action('Other')), pod(), 1, false],
    ['ignored or counted', job(action('Ignore', 'Count')), pod(), 1, true],
    ['an exit code may fail its index', job(action('FailIndex')), pod(), 1, false],
    ['an index forgives one', job({ backoffLimitPerIndex: 1 }), index('0'), 1, true],
    ['and had its one', job({ backoffLimitPerIndex: 1 }), index('1'), 1, false],
    ['and how many it had is not known', job({ backoffLimitPerIndex: 1 }), pod(), 1, false],
    ['a queue is at its end', job({}, { succeeded: 1 }), pod(), 1, false],
    ['of five, one is done', job({ completions: 5 }, { succeeded: 1 }), pod(), 1, true],
    [
      'it has failed in all but name',
      job({}, { conditions: [{ type: 'FailureTarget', status: 'True' }] }),
      pod(),
      1,
      false,
    ],
    ['it is done in all but name', job({}, condition('SuccessCriteriaMet')), pod(), 1, false],
    ['a condition that is not so', job({}, condition('FailureTarget', 'False')), pod(), 1, true],
    ['it is complete', job({}, condition('Complete')), pod(), 'anew', false],
    ['it has failed', job({}, condition('Failed')), pod(), 'anew', false],
    ['it waits', job({ suspend: true }), pod(), 'anew', false],
    ['it waits no more', job({ suspend: false }), pod(), 1, true],
    ['of itself and others', job({ managedBy: 'kubernetes.io/job-controller' }), pod(), 1, true],
    ['a queue that has none done', job({}, { succeeded: 0 }), pod(), 1, true],
    ['null is not set', job({ completions: null }, { succeeded: 1 }), pod(), 1, false],
    ['of an unreadable count nothing is known', job({ backoffLimitPerIndex: 3 }), index(null), 1, false],
    ['for an index too', job({ backoffLimitPerIndex: null }), index('9'), 1, true],
    ['none are wanted', job({ parallelism: 0 }), pod(), 1, false],
    ["somebody else's", job({ managedBy: 'kueue.x-k8s.io/multikueue' }), pod(), 1, false],
  ];
  for (const [why, by, what, deaths, again] of cases) assert.equal(jobRemakes(by, what, deaths), again, why);
});

const disrupted = (one: string, status?: string) => ({
  action: one,
  onPodConditions: [{ type: 'DisruptionTarget', ...(status ? { status } : {}) }],
});
const exits = (one: string) => ({ action: one, onExitCodes: { operator: 'In', values: [42] } });

test('an evicted Pod says so in a condition: the first rule that certainly matches decides', () => {
  const once = { evicted: 1, deleted: 0 };
  const cases: [string, object[], { evicted: number; deleted: number }, object, boolean][] = [
    ['ignored before an exit code counts', [disrupted('Ignore'), exits('FailJob')], once, {}, true],
    ['so it is no death', [disrupted('Ignore')], { evicted: 9, deleted: 0 }, { backoffLimit: 0 }, true],
    ['counted', [disrupted('Count'), exits('FailJob')], once, {}, true],
    ['counted once too often', [disrupted('Count')], once, { backoffLimit: 0 }, false],
    ['it fails the Job', [disrupted('FailJob')], once, {}, false],
    ['it fails its index', [disrupted('FailIndex')], once, { backoffLimitPerIndex: 1 }, false],
    ['an exit code comes first', [exits('FailJob'), disrupted('Ignore')], once, {}, false],
    [
      'what that says is ignored too',
      [exits('Ignore'), disrupted('Ignore')],
      once,
      { backoffLimit: 0 },
      true,
    ],
    ['a condition that is not True', [disrupted('Ignore', 'False'), exits('FailJob')], once, {}, false],
    [
      'another condition',
      [{ ...disrupted('Ignore'), onPodConditions: [{ type: 'Other' }] }, exits('FailJob')],
      once,
      {},
      false,
    ],
    [
      'a plain delete says nothing',
      [disrupted('Ignore'), exits('FailJob')],
      { evicted: 0, deleted: 1 },
      {},
      false,
    ],
    [
      'nor does it for others',
      [disrupted('Ignore'), exits('FailJob')],
      { evicted: 1, deleted: 1 },
      {},
      false,
    ],
    ['without rules it counts', [], once, { backoffLimit: 0 }, false],
    [
      'its index had its one, and is not asked',
      [disrupted('Ignore')],
      once,
      { backoffLimitPerIndex: 1 },
      true,
    ],
  ];
  for (const [why, rules, deaths, spec, again] of cases)
    assert.equal(jobRemakes(job({ ...spec, podFailurePolicy: { rules } }), index('1'), deaths), again, why);
});

test('when a Job fails as a whole', () => {
  const rules = { podFailurePolicy: { rules: [disrupted('Ignore')] } };
  const cases: [KubeObject, Parameters<typeof jobFailsBy>[1], boolean][] = [
    [job({}), 6, false],
    [job({}), 7, true],
    [job({}, { failed: 6 }), 1, true],
    [job({ backoffLimit: 2 }, { failed: 1, uncountedTerminatedPods: { failed: ['u'] } }), 1, true],
    [job({ backoffLimit: 2 }, { failed: 1, uncountedTerminatedPods: { succeeded: ['u'] } }), 1, false],
    [job({ backoffLimit: 1 }), { deleted: 1, evicted: 1 }, true],
    [job({ backoffLimit: 1, ...rules }), { deleted: 1, evicted: 5 }, false],
    [job({ backoffLimit: 0, ...rules }), { deleted: 1, evicted: 0 }, true],
    [job({ backoffLimit: 0, ...rules }), 1, true],
    [object('Job'), 6, false],
    [object('Job'), 7, true],
    [job({ backoffLimit: 9, podFailurePolicy: { rules: [{}] } }), 1, true],
  ];
  for (const [one, deaths, fails] of cases) {
    assert.equal(jobFailsBy(one, deaths), fails, JSON.stringify([one.spec, one.status, deaths]));
  }
});

test('what a condition says of a Job and of a Pod', () => {
  const told = (type: string, status?: string) => {
    const one = job({}, condition(type, status));
    return [isOverJob(one), isDisrupted(one)];
  };
  assert.deepEqual(told('Complete'), [true, false]);
  assert.deepEqual(told('Failed'), [true, false]);
  assert.deepEqual(told('Failed', 'False'), [false, false]);
  assert.deepEqual(told('FailureTarget'), [false, false]);
  assert.deepEqual(told('DisruptionTarget'), [false, true]);
  assert.deepEqual(told('DisruptionTarget', 'Unknown'), [false, false]);
  assert.equal(isOverJob(object('Job')), false);
  assert.equal(isOverJob(object('Job', { status: { conditions: [] } })), false);
  assert.equal(JOB_TRACKING, 'batch.kubernetes.io/job-tracking');
});

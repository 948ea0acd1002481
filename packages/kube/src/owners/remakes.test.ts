import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { remakes } from './remakes.ts';

const object = (
  apiVersion: string,
  kind: string,
  more: Partial<KubeObject> = {},
  name = 'x',
): KubeObject => ({
  apiVersion,
  kind,
  ...more,
  metadata: { name, ...more.metadata },
});
const revision = (number: string) => ({
  metadata: { name: 'x', annotations: { 'deployment.kubernetes.io/revision': number } },
});
const deployment = (more: object = {}) => object('apps/v1', 'Deployment', { ...revision('2'), ...more });
const pod = (name = 'x', more: object = {}) => object('v1', 'Pod', more, name);

test('who makes what again: built-in controllers, what is theirs and current', () => {
  const yes: [KubeObject, KubeObject][] = [
    [deployment(), object('apps/v1', 'ReplicaSet', revision('2'))],
    [object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 } }), pod()],
    [object('apps/v1', 'ReplicaSet'), pod()],
    [object('apps/v1', 'StatefulSet', { spec: { replicas: 2 } }), pod('x-1')],
    [object('apps/v1', 'DaemonSet'), pod()],
    [object('batch/v1', 'Job', { spec: {} }), pod()],
    [object('v1', 'Service'), object('discovery.k8s.io/v1', 'EndpointSlice')],
    [
      pod('x', { spec: { volumes: [{ name: 's', ephemeral: {} }] } }),
      object('v1', 'PersistentVolumeClaim', {}, 'x-s'),
    ],
  ];
  for (const [by, what] of yes) assert.equal(remakes(by, what), true, `${by.kind} ${what.kind}`);
});

test('what nobody makes again: history, what is beyond, what is over, and whatever an operator would', () => {
  const over = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };
  const no: [KubeObject, KubeObject][] = [
    [deployment(), object('apps/v1', 'ReplicaSet', revision('1'))],
    [deployment({ spec: { paused: true } }), object('apps/v1', 'ReplicaSet', revision('2'))],
    [object('apps/v1', 'ReplicaSet', { spec: { replicas: 0 } }), pod()],
    [object('apps/v1', 'StatefulSet', { spec: { replicas: 2 } }), pod('x-2')],
    [
      object('apps/v1', 'StatefulSet', { status: { currentRevision: 'x' } }),
      object('apps/v1', 'ControllerRevision'),
    ],
    [object('batch/v1', 'Job', over), pod()],
    [object('batch/v1', 'Job', { spec: { suspend: true } }), pod()],
    [object('batch/v1', 'CronJob'), object('batch/v1', 'Job')],
    [pod(), object('v1', 'PersistentVolumeClaim', {}, 'x-s')],
    [object('acme.io/v1', 'Kafka'), pod()],
    [object('acme.io/v1', 'Kafka'), object('v1', 'Secret')],
    [object('acme.io/v1', 'Tenant'), object('v1', 'Namespace')],
  ];
  for (const [by, what] of no) assert.equal(remakes(by, what), false, `${by.kind} ${what.kind}`);
});

const job = (spec: object, status: object = {}) => object('batch/v1', 'Job', { spec, status });
const index = (count: string) =>
  pod('x', { metadata: { annotations: { 'batch.kubernetes.io/job-index-failure-count': count } } });
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
    ['none are wanted', job({ parallelism: 0 }), pod(), 1, false],
    ["somebody else's", job({ managedBy: 'kueue.x-k8s.io/multikueue' }), pod(), 1, false],
  ];
  for (const [why, by, what, deaths, again] of cases) assert.equal(remakes(by, what, deaths), again, why);
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
    assert.equal(remakes(job({ ...spec, podFailurePolicy: { rules } }), index('1'), deaths), again, why);
});

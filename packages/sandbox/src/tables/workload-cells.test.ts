import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import {
  controllerRevisionCells,
  cronJobCells,
  daemonSetCells,
  deploymentCells,
  jobCells,
  replicaSetCells,
  statefulSetCells,
} from './workload-cells.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');

function object(fields: Partial<KubeObject>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  const own = { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z', ...metadata };
  return { apiVersion: 'apps/v1', kind: 'X', ...fields, metadata: own };
}

const template = {
  spec: {
    containers: [
      { name: 'web', image: 'nginx:1' },
      { name: 'log', image: 'fluent:2' },
    ],
    nodeSelector: { disk: 'ssd' },
  },
};
const selector = { matchLabels: { app: 'a' } };

test('a Deployment: ready of wanted, updated, available', () => {
  const status = { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 };
  const full = object({ spec: { replicas: 4, template, selector }, status });
  assert.deepEqual(deploymentCells(full, NOW), [
    'one',
    '2/4',
    3,
    1,
    '5m',
    'web,log',
    'nginx:1,fluent:2',
    'app=a',
  ]);
  assert.deepEqual(deploymentCells(object({ spec: {} }), NOW), ['one', '0/0', 0, 0, '5m', '', '', '<none>']);
});

test('a ReplicaSet: wanted, there, ready', () => {
  const full = object({
    spec: { replicas: 4, template, selector },
    status: { replicas: 3, readyReplicas: 2 },
  });
  assert.deepEqual(replicaSetCells(full, NOW), [
    'one',
    4,
    3,
    2,
    '5m',
    'web,log',
    'nginx:1,fluent:2',
    'app=a',
  ]);
  assert.deepEqual(replicaSetCells(object({ spec: {} }), NOW), ['one', 0, 0, 0, '5m', '', '', '<none>']);
});

test('a StatefulSet: ready of wanted', () => {
  const full = object({ spec: { replicas: 4, template, selector }, status: { readyReplicas: 2 } });
  assert.deepEqual(statefulSetCells(full, NOW), ['one', '2/4', '5m', 'web,log', 'nginx:1,fluent:2']);
  assert.deepEqual(statefulSetCells(object({ spec: {} }), NOW), ['one', '0/0', '5m', '', '']);
});

test('a DaemonSet: what its status counts, and for which Nodes it is', () => {
  const status = {
    desiredNumberScheduled: 5,
    currentNumberScheduled: 4,
    numberReady: 3,
    updatedNumberScheduled: 2,
    numberAvailable: 1,
  };
  const full = object({ spec: { template, selector }, status });
  assert.deepEqual(daemonSetCells(full, NOW), [
    'one',
    5,
    4,
    3,
    2,
    1,
    'disk=ssd',
    '5m',
    'web,log',
    'nginx:1,fluent:2',
    'app=a',
  ]);
  assert.deepEqual(daemonSetCells(object({ spec: {} }), NOW), [
    'one',
    0,
    0,
    0,
    0,
    0,
    '<none>',
    '5m',
    '',
    '',
    '<none>',
  ]);
});

test('a revision tells whose it is', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u' };
  const owned = object(
    { revision: 3 },
    {
      ownerReferences: [
        { ...owner, name: 'x' },
        { ...owner, controller: true },
      ],
    },
  );
  assert.deepEqual(controllerRevisionCells(owned, NOW), ['one', 'statefulset.apps/db', 3, '5m']);
  const core = object(
    { revision: 3 },
    { ownerReferences: [{ ...owner, apiVersion: 'v1', controller: true }] },
  );
  assert.equal(controllerRevisionCells(core, NOW)[1], 'statefulset/db');
  const loose = object({}, { ownerReferences: [owner] });
  assert.deepEqual(controllerRevisionCells(loose, NOW), ['one', '<none>', 0, '5m']);
  assert.deepEqual(controllerRevisionCells(object({}), NOW), ['one', '<none>', 0, '5m']);
});

function jobState(types: string[], deletionTimestamp?: string): unknown {
  const conditions = types.map((type) => ({ type, status: 'True' }));
  return jobCells(object({ spec: {}, status: { conditions } }, { deletionTimestamp }), NOW)[1];
}

test('a Job is what its conditions say, the end before all', () => {
  assert.equal(jobState([]), 'Running');
  assert.equal(jobState(['Complete', 'SuccessCriteriaMet']), 'Complete');
  assert.equal(jobState(['FailureTarget', 'Failed']), 'Failed');
  assert.equal(jobState(['Suspended']), 'Suspended');
  assert.equal(jobState(['FailureTarget']), 'FailureTarget');
  assert.equal(jobState(['SuccessCriteriaMet']), 'SuccessCriteriaMet');
  assert.equal(jobState(['Suspended'], '2026-11-02T10:04:00Z'), 'Terminating');
  assert.equal(jobState(['Complete'], '2026-11-02T10:04:00Z'), 'Complete');
  const no = object({ spec: {}, status: { conditions: [{ type: 'Complete', status: 'False' }] } });
  assert.equal(jobCells(no, NOW)[1], 'Running');
});

test('a Job: completions and how long it ran', () => {
  const status = { succeeded: 2, startTime: '2026-11-02T10:01:00Z', completionTime: '2026-11-02T10:03:30Z' };
  const done = object({ spec: { completions: 3, template, selector }, status });
  assert.deepEqual(jobCells(done, NOW), [
    'one',
    'Running',
    '2/3',
    '2m30s',
    '5m',
    'web,log',
    'nginx:1,fluent:2',
    'app=a',
  ]);
  const going = object({ spec: { parallelism: 3 }, status: { startTime: '2026-11-02T10:01:00Z' } });
  assert.deepEqual(jobCells(going, NOW).slice(2, 4), ['0/1 of 3', '4m']);
  const single = object({ spec: { parallelism: 1 } });
  assert.deepEqual(jobCells(single, NOW).slice(2, 4), ['0/1', '']);
  assert.deepEqual(jobCells(object({ spec: {} }), NOW).slice(2, 4), ['0/1', '']);
  const zero = object({ spec: { completions: 0 } });
  assert.equal(jobCells(zero, NOW)[2], '0/0');
});

test('a CronJob: schedule, zone, suspension, running Jobs and the last time', () => {
  const spec = {
    schedule: '* * * * *',
    timeZone: 'Europe/Berlin',
    suspend: true,
    jobTemplate: { spec: { template, selector } },
  };
  const status = { active: [{}, {}], lastScheduleTime: '2026-11-02T10:04:30Z' };
  assert.deepEqual(cronJobCells(object({ spec, status }), NOW), [
    'one',
    '* * * * *',
    'Europe/Berlin',
    'True',
    2,
    '30s',
    '5m',
    'web,log',
    'nginx:1,fluent:2',
    'app=a',
  ]);
  assert.equal(cronJobCells(object({ spec: { ...spec, suspend: false } }), NOW)[3], 'False');
  assert.deepEqual(cronJobCells(object({ spec: { schedule: '@daily' } }), NOW), [
    'one',
    '@daily',
    '<none>',
    '<unset>',
    0,
    '<none>',
    '5m',
    '',
    '',
    '<none>',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { fromStorage, storedType, toStorage } from './versions.ts';

const EVENTS = { group: 'events.k8s.io', version: 'v1', resource: 'events' };
const AUTOSCALERS = { group: 'autoscaling', version: 'v1', resource: 'horizontalpodautoscalers' };

test('Events of the new group are kept as Events of the core', () => {
  assert.deepEqual(storedType(EVENTS), { group: '', version: 'v1', resource: 'events' });
  const given = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e' },
    regarding: { kind: 'Pod' },
    note: 'said',
    reason: 'R',
    action: 'A',
    deprecatedSource: { component: 'c' },
    deprecatedFirstTimestamp: '2026-11-02T10:00:00Z',
    deprecatedLastTimestamp: '2026-11-02T10:01:00Z',
    deprecatedCount: 3,
    reportingController: 'r',
    reportingInstance: 'i',
  } as KubeObject;
  const stored = toStorage(EVENTS, given);
  assert.deepEqual(stored, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod' },
    message: 'said',
    reason: 'R',
    action: 'A',
    source: { component: 'c' },
    firstTimestamp: '2026-11-02T10:00:00Z',
    lastTimestamp: '2026-11-02T10:01:00Z',
    count: 3,
    reportingComponent: 'r',
    reportingInstance: 'i',
  });
  assert.deepEqual(fromStorage(EVENTS, stored), given);
});

test('what an Event leaves out is empty in the core, and null in the new group', () => {
  const bare: KubeObject = { apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e' } };
  const { involvedObject, message, source } = toStorage(EVENTS, bare);
  assert.deepEqual([involvedObject, message, source], [{}, '', {}]);
  const read = fromStorage(EVENTS, { ...bare, apiVersion: 'v1' });
  assert.deepEqual([read.deprecatedFirstTimestamp, read.deprecatedLastTimestamp], [null, null]);
});

const autoscaler = (spec?: object, status?: object): KubeObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  ...(spec ? { spec } : {}),
  ...(status ? { status } : {}),
});

const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

test('an autoscaler of v1 is kept in v2, its one figure as a metric', () => {
  assert.deepEqual(storedType(AUTOSCALERS), { ...AUTOSCALERS, version: 'v2' });
  const stored = toStorage(AUTOSCALERS, autoscaler({ maxReplicas: 3, targetCPUUtilizationPercentage: 70 }));
  assert.equal(stored.apiVersion, 'autoscaling/v2');
  assert.deepEqual(stored.spec, { maxReplicas: 3, metrics: [cpu(70)] });
  assert.deepEqual(toStorage(AUTOSCALERS, autoscaler({ maxReplicas: 3 })).spec, { maxReplicas: 3 });
  assert.deepEqual(toStorage(AUTOSCALERS, autoscaler()).spec, {});
});

test('in v1 an autoscaler tells of the CPU alone', () => {
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 9 } },
  };
  const byValue = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'AverageValue', averageUtilization: 9 } },
  };
  const pods = { type: 'Pods', resource: cpu(9).resource };
  const status = {
    desiredReplicas: 2,
    conditions: [],
    currentMetrics: [
      { type: 'Pods' },
      { resource: { name: 'memory', current: { averageUtilization: 8 } } },
      { resource: { name: 'cpu', current: { averageUtilization: 55 } } },
    ],
  };
  const spec = { maxReplicas: 3, behavior: {}, metrics: [memory, byValue, pods, cpu(70)] };
  const read = fromStorage(AUTOSCALERS, { ...autoscaler(spec, status), apiVersion: 'autoscaling/v2' });
  assert.equal(read.apiVersion, 'autoscaling/v1');
  assert.deepEqual(read.spec, { maxReplicas: 3, targetCPUUtilizationPercentage: 70 });
  assert.deepEqual(read.status, {
    currentReplicas: 0,
    desiredReplicas: 2,
    currentCPUUtilizationPercentage: 55,
  });
  const other = fromStorage(AUTOSCALERS, autoscaler({ metrics: [memory] }, { currentReplicas: 4 }));
  assert.deepEqual([other.spec, other.status], [{}, { currentReplicas: 4 }]);
  const bare = fromStorage(AUTOSCALERS, autoscaler());
  assert.deepEqual([bare.spec, bare.status], [{}, { currentReplicas: 0 }]);
});

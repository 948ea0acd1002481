import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import * as cluster from './cluster-cells.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');

function object(fields: Partial<KubeObject>, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  const own = { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z', ...metadata };
  return { apiVersion: 'v1', kind: 'X', ...fields, metadata: own };
}

test('a Node: what it is ready for, its roles, addresses and programs', () => {
  const labels = {
    'node-role.kubernetes.io/worker': '',
    'node-role.kubernetes.io/control-plane': '',
    'kubernetes.io/role': 'worker',
    other: 'x',
  };
  const status = {
    conditions: [
      { type: 'MemoryPressure', status: 'True' },
      { type: 'Ready', status: 'True' },
    ],
    addresses: [
      { type: 'ExternalIP', address: '1.2.3.4' },
      { type: 'InternalIP', address: '10.0.0.1' },
    ],
    nodeInfo: {
      kubeletVersion: 'v1.35.4',
      osImage: 'Debian',
      kernelVersion: '6.1',
      containerRuntimeVersion: 'containerd://2',
    },
  };
  assert.deepEqual(cluster.nodeCells(object({ status }, { labels }), NOW), [
    'one',
    'Ready',
    'control-plane,worker',
    '5m',
    'v1.35.4',
    '10.0.0.1',
    '1.2.3.4',
    'Debian',
    '6.1',
    'containerd://2',
  ]);
  assert.deepEqual(cluster.nodeCells(object({}), NOW), [
    'one',
    'Unknown',
    '<none>',
    '5m',
    '',
    '<none>',
    '<none>',
    '<unknown>',
    '<unknown>',
    '<unknown>',
  ]);
  const down = object({
    spec: { unschedulable: true },
    status: { conditions: [{ type: 'Ready', status: 'False' }] },
  });
  assert.equal(cluster.nodeCells(down, NOW)[1], 'NotReady,SchedulingDisabled');
});

test('an Event: about what, by whom, when last and when first, and how often', () => {
  const event = object({
    type: 'Warning',
    reason: 'Failed',
    message: ' pulled \n',
    involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{a}' },
    source: { component: 'kubelet', host: 'node-1' },
    firstTimestamp: '2026-11-02T10:01:00Z',
    lastTimestamp: '2026-11-02T10:04:00Z',
    count: 7,
  });
  assert.deepEqual(cluster.eventCells(event, NOW), [
    '60s',
    'Warning',
    'Failed',
    'pod/web',
    'spec.containers{a}',
    'kubelet, node-1',
    'pulled',
    '4m',
    7,
    'one',
  ]);
  const bare = object({ involvedObject: { kind: 'Pod' }, eventTime: '2026-11-02T10:02:00.000000Z' });
  assert.deepEqual(cluster.eventCells(bare, NOW), ['3m', '', '', 'pod', '', '', '', '3m', 1, 'one']);
  assert.deepEqual(cluster.eventCells(object({}), NOW).slice(0, 6), ['<unknown>', '', '', '', '', '']);
});

test('an Event of the new form: its series and its reporter', () => {
  const event = object({
    series: { count: 9, lastObservedTime: '2026-11-02T10:04:30Z' },
    count: 2,
    lastTimestamp: '2026-11-02T10:01:00Z',
    reportingComponent: 'scheduler',
    reportingInstance: 'host-1',
  });
  const cells = cluster.eventCells(event, NOW);
  assert.equal(cells[0], '30s');
  assert.equal(cells[5], 'scheduler, host-1');
  assert.equal(cells[8], 9);
});

test('what holds data tells how much', () => {
  const map = object({ data: { a: '', b: '' }, binaryData: { c: '' } });
  assert.deepEqual(cluster.configMapCells(map, NOW), ['one', 3, '5m']);
  assert.deepEqual(cluster.configMapCells(object({}), NOW), ['one', 0, '5m']);
  const secret = object({ type: 'Opaque', data: { a: '' } });
  assert.deepEqual(cluster.secretCells(secret, NOW), ['one', 'Opaque', 1, '5m']);
  assert.deepEqual(cluster.secretCells(object({ type: 'x' }), NOW), ['one', 'x', 0, '5m']);
});

test('plain kinds: Namespaces, ServiceAccounts, Leases, PriorityClasses', () => {
  assert.deepEqual(cluster.namespaceCells(object({ status: { phase: 'Active' } }), NOW), [
    'one',
    'Active',
    '5m',
  ]);
  assert.deepEqual(cluster.namespaceCells(object({}), NOW), ['one', '', '5m']);
  assert.deepEqual(cluster.serviceAccountCells(object({}), NOW), ['one', '5m']);
  const lease = object({ spec: { holderIdentity: 'me' } });
  assert.deepEqual(cluster.leaseCells(lease, NOW), ['one', 'me', '5m']);
  assert.deepEqual(cluster.leaseCells(object({}), NOW), ['one', '', '5m']);
  const priority = object({ value: 5, globalDefault: true, preemptionPolicy: 'Never' });
  assert.deepEqual(cluster.priorityClassCells(priority, NOW), ['one', 5, true, '5m', 'Never']);
  assert.deepEqual(cluster.priorityClassCells(object({}), NOW), ['one', 0, false, '5m', '']);
});

test('a PodTemplate: containers, images, labels', () => {
  const containers = [
    { name: 'a', image: 'x:1' },
    { name: 'b', image: 'y:2' },
  ];
  const template = { metadata: { labels: { b: '2', a: '1' } }, spec: { containers } };
  assert.deepEqual(cluster.podTemplateCells(object({ template }), NOW), ['one', 'a,b', 'x:1,y:2', 'a=1,b=2']);
  assert.deepEqual(cluster.podTemplateCells(object({}), NOW), ['one', '', '', '<none>']);
});

test('a budget: one of its two limits, and what it allows', () => {
  const min = object({ spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 2 } });
  assert.deepEqual(cluster.budgetCells(min, NOW), ['one', '50%', 'N/A', 2, '5m']);
  assert.deepEqual(cluster.budgetCells(object({ spec: { maxUnavailable: 0 } }), NOW), [
    'one',
    'N/A',
    '0',
    0,
    '5m',
  ]);
});

test('an autoscaler: its target and its metrics, two at most', () => {
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } };
  const memory = { type: 'Resource', resource: { name: 'memory', target: { averageValue: '1Gi' } } };
  const target = (metrics: object[], currentMetrics?: object[]) =>
    cluster.autoscalerCells(object({ spec: { metrics }, status: { currentMetrics } }), NOW)[2];
  const full = object({
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 9,
      metrics: [cpu],
    },
    status: {
      currentReplicas: 4,
      currentMetrics: [{ type: 'Resource', resource: { current: { averageUtilization: 55 } } }],
    },
  });
  assert.deepEqual(cluster.autoscalerCells(full, NOW), [
    'one',
    'Deployment/web',
    'cpu: 55%/80%',
    '2',
    9,
    4,
    '5m',
  ]);
  const bare = object({ spec: { scaleTargetRef: { kind: 'X', name: 'y' } } });
  assert.deepEqual(cluster.autoscalerCells(bare, NOW), ['one', 'X/y', '<none>', '<unset>', 0, 0, '5m']);
  assert.equal(target([cpu]), 'cpu: <unknown>/80%');
  assert.equal(target([memory], [{ resource: { current: { averageValue: '512Mi' } } }]), 'memory: 512Mi/1Gi');
  assert.equal(target([memory]), 'memory: <unknown>/1Gi');
  assert.equal(
    target([{ type: 'Resource', resource: { name: 'cpu', target: {} } }]),
    'cpu: <unknown>/<auto>',
  );
  assert.equal(target([{ type: 'Resource', resource: { name: 'cpu' } }]), 'cpu: <unknown>/<auto>');
  const container = {
    type: 'ContainerResource',
    containerResource: { name: 'cpu', target: { averageUtilization: 60 } },
  };
  const current = {
    containerResource: { current: { averageUtilization: 12 } },
    resource: { current: { averageUtilization: 1 } },
  };
  assert.equal(target([container], [current]), 'cpu: 12%/60%');
  const pods = { type: 'Pods', pods: { target: { averageValue: '100' } } };
  assert.equal(target([pods], [{ pods: { current: { averageValue: '42' } } }]), '42/100');
  assert.equal(target([pods]), '<unknown>/100');
  assert.equal(target([{ type: 'Pods', pods: {} }]), '<unknown>/');
  assert.equal(target([{ type: 'Object' }]), '<unknown type>');
  assert.equal(target([cpu, memory]), 'cpu: <unknown>/80%, memory: <unknown>/1Gi');
  assert.equal(target([cpu, memory, cpu, cpu]), 'cpu: <unknown>/80%, memory: <unknown>/1Gi + 2 more...');
  const zero = [{ resource: { current: { averageUtilization: 0 } } }];
  assert.equal(target([cpu], zero), 'cpu: 0%/80%');
});

test('a binding: its role and whom it is for, by kind', () => {
  const subjects = [
    { kind: 'User', name: 'aiko' },
    { kind: 'Group', name: 'devs' },
    { kind: 'User', name: 'ben' },
    { kind: 'ServiceAccount', name: 'bot', namespace: 'shop' },
    { kind: 'Group', name: 'ops' },
    { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' },
  ];
  const binding = object({ roleRef: { kind: 'ClusterRole', name: 'view' }, subjects });
  assert.deepEqual(cluster.roleBindingCells(binding, NOW), [
    'one',
    'ClusterRole/view',
    '5m',
    'aiko, ben',
    'devs, ops',
    'shop/bot, shop/ci',
  ]);
  const bare = object({ roleRef: { kind: 'Role', name: 'x' } });
  assert.deepEqual(cluster.roleBindingCells(bare, NOW), ['one', 'Role/x', '5m', '', '', '']);
});

test('a quota: used of hard, requests apart from limits', () => {
  const hard = { pods: '10', 'limits.cpu': '4', 'requests.cpu': '2', 'limits.memory': '1Gi' };
  const quota = object({ status: { hard, used: { pods: '3', 'limits.cpu': '1' } } });
  assert.deepEqual(cluster.quotaCells(quota, NOW), [
    'one',
    'pods: 3/10, requests.cpu: 0/2',
    'limits.cpu: 1/4, limits.memory: 0/1Gi',
    '5m',
  ]);
  assert.deepEqual(cluster.quotaCells(object({}), NOW), ['one', '', '', '5m']);
});

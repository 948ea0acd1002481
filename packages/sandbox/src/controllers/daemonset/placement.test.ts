import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { daemonPod, nodeOf, wantedOn } from './placement.ts';

function set(spec: Body = {}, annotations: Record<string, string> = {}): KubeObject {
  const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c' }], ...spec } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'd', namespace: 'shop', uid: 'u', annotations },
    spec: { template },
  };
}

function node(taints: Body[] = [], labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels }, spec: { taints } };
}

const bears = (key: string, effect: string) => ({
  effect,
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
});
const ALL = [
  bears('not-ready', 'NoExecute'),
  bears('unreachable', 'NoExecute'),
  bears('disk-pressure', 'NoSchedule'),
  bears('memory-pressure', 'NoSchedule'),
  bears('pid-pressure', 'NoSchedule'),
  bears('unschedulable', 'NoSchedule'),
];

test('a daemon Pod is for one Node, and bears what others do not', () => {
  const pod = daemonPod(set(), 'n', 'h');
  assert.deepEqual(pod.metadata.labels, { app: 'd', 'controller-revision-hash': 'h' });
  assert.equal(pod.metadata.generateName, 'd-');
  assert.equal(pod.metadata.ownerReferences?.[0]?.uid, 'u');
  assert.deepEqual(pod.spec.tolerations, ALL);
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['n'] }];
  assert.deepEqual(pod.spec.affinity, {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  });
  assert.equal(pod.spec.nodeName, undefined);
});

test('the template’s own tolerations and affinity stay beside it', () => {
  const own = [{ key: 'x', operator: 'Exists' }, ALL[0], { ...ALL[1], operator: 'Equal' }];
  const preferred = [{ weight: 1 }];
  const affinity = {
    podAffinity: {},
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred },
  };
  const { spec } = daemonPod(set({ tolerations: own, affinity }), 'n', 'h');
  assert.deepEqual(spec.tolerations, [...own, ...ALL.slice(1)]);
  assert.deepEqual(spec.affinity.podAffinity, {});
  assert.equal(spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.length, 1);
});

test('the generation of the template is a label where it is a number', () => {
  const label = (text: string) =>
    daemonPod(set({}, { 'deprecated.daemonset.template.generation': text }), 'n', 'h').metadata.labels?.[
      'pod-template-generation'
    ];
  assert.equal(label('3'), '3');
  assert.equal(label('0'), undefined);
  assert.equal(label('x'), undefined);
});

test('the Node of a Pod is where it runs, or where it is meant to', () => {
  assert.equal(nodeOf(daemonPod(set(), 'n', 'h')), 'n');
  const pod = (spec: Body) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec });
  assert.equal(nodeOf(pod({ ...daemonPod(set(), 'n', 'h').spec, nodeName: 'm' })), 'm');
  assert.equal(nodeOf(pod({})), undefined);
  const field = (matchFields: Body[]) =>
    nodeOf(
      pod({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}, { matchFields }] },
          },
        },
      }),
    );
  assert.equal(field([{ key: 'metadata.name', operator: 'NotIn', values: ['a'] }]), undefined);
  assert.equal(field([{ key: 'other', operator: 'In', values: ['a'] }]), undefined);
  assert.equal(
    field([
      { key: 'other', operator: 'In', values: ['a'] },
      { key: 'metadata.name', operator: 'In', values: ['b'] },
    ]),
    'b',
  );
});

test('on which Nodes one should run, and may stay', () => {
  assert.deepEqual(wantedOn(set(), node()), { run: true, stay: true });
  const taint = (key: string, effect: string) => ({ key, effect });
  assert.deepEqual(wantedOn(set(), node([taint('x', 'NoSchedule')])), { run: false, stay: true });
  assert.deepEqual(wantedOn(set(), node([taint('x', 'NoExecute')])), { run: false, stay: false });
  assert.deepEqual(wantedOn(set(), node([taint('x', 'PreferNoSchedule')])), { run: true, stay: true });
  const tolerations = [{ key: 'x', operator: 'Exists' }];
  assert.deepEqual(wantedOn(set({ tolerations }), node([taint('x', 'NoExecute')])), {
    run: true,
    stay: true,
  });
  // A Node in trouble, or closed to others, keeps its daemons.
  assert.deepEqual(wantedOn(set(), node([taint('node.kubernetes.io/unschedulable', 'NoSchedule')])), {
    run: true,
    stay: true,
  });
  assert.deepEqual(wantedOn(set(), node([taint('node.kubernetes.io/not-ready', 'NoExecute')])), {
    run: true,
    stay: true,
  });
  assert.deepEqual(wantedOn(set({ nodeSelector: { a: 'b' } }), node()), { run: false, stay: false });
  assert.deepEqual(wantedOn(set({ nodeSelector: { a: 'b' } }), node([], { a: 'b' })), {
    run: true,
    stay: true,
  });
  assert.deepEqual(wantedOn(set({ nodeName: 'm' }), node()), { run: false, stay: false });
  assert.deepEqual(wantedOn(set({ nodeName: 'n' }), node()), { run: true, stay: true });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { misfit, taintsOf, tolerates, wantsNode } from './fit.ts';

const READY = [{ type: 'Ready', status: 'True' }];

function node(spec: Body = {}, status: Body = {}, labels: Record<string, string> = {}): KubeObject {
  const allocatable = { cpu: '2', memory: '1Gi', pods: '3' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels },
    spec,
    status: { conditions: READY, allocatable, ...status },
  };
}

function pod(spec: Body = {}, owner?: string): KubeObject {
  const ownerReferences = owner ? [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'u' }] : undefined;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ownerReferences }, spec };
}

const none = { cpu: 0, memory: 0 };
const empty = { ...none, pods: 0 };
const fit = (given: KubeObject, on: KubeObject, demand = none, used = empty) =>
  misfit(given, on, demand, used);

test('why a Pod can’t go to a Node', () => {
  assert.equal(fit(pod(), node()), undefined);
  assert.equal(fit(pod(), node({ unschedulable: true })), 'node(s) were unschedulable');
  const taint = { key: 'a', effect: 'NoSchedule' };
  assert.equal(fit(pod(), node({ taints: [taint] })), 'node(s) had untolerated taint(s)');
  assert.equal(fit(pod(), node({ taints: [{ ...taint, effect: 'PreferNoSchedule' }] })), undefined);
  assert.equal(
    fit(pod({ tolerations: [{ operator: 'Exists' }] }), node({ taints: [taint], unschedulable: true })),
    undefined,
  );
  assert.equal(fit(pod(), node({}, { conditions: [] })), 'node(s) were not ready');
  assert.equal(fit(pod({}, 'ReplicaSet'), node({}, { conditions: [] })), 'node(s) were not ready');
  assert.equal(fit(pod({}, 'DaemonSet'), node({}, { conditions: [] })), undefined);
  assert.equal(
    fit(pod({ nodeSelector: { a: 'b' } }), node()),
    "node(s) didn't match Pod's node affinity/selector",
  );
});

test('what a Node has left', () => {
  assert.equal(fit(pod(), node(), none, { ...none, pods: 2 }), undefined);
  assert.equal(fit(pod(), node(), none, { ...none, pods: 3 }), 'Too many pods');
  assert.equal(fit(pod(), node({}, { allocatable: {} }), none, { ...none, pods: 109 }), undefined);
  assert.equal(
    fit(pod(), node({}, { allocatable: undefined }), none, { ...none, pods: 110 }),
    'Too many pods',
  );
  assert.equal(fit(pod(), node(), { cpu: 1, memory: 0 }, { ...empty, cpu: 1 }), undefined);
  assert.equal(fit(pod(), node(), { cpu: 1, memory: 0 }, { ...empty, cpu: 1.5 }), 'Insufficient cpu');
  const half = 2 ** 29;
  assert.equal(fit(pod(), node(), { cpu: 0, memory: half }, { ...empty, memory: half }), undefined);
  assert.equal(
    fit(pod(), node(), { cpu: 0, memory: half + 1 }, { ...empty, memory: half }),
    'Insufficient memory',
  );
  // Who asks for nothing is not turned away by others’ greed.
  assert.equal(fit(pod(), node(), none, { cpu: 9, memory: 2 ** 40, pods: 0 }), undefined);
});

test('a toleration is for a taint of its effect, key and value, each where it is named', () => {
  const taint = { key: 'a', value: 'v', effect: 'NoExecute' };
  const bears = (toleration: Body) => tolerates(pod({ tolerations: [{ key: 'other' }, toleration] }), taint);
  assert.equal(bears({ operator: 'Exists' }), true);
  assert.equal(bears({ operator: 'Exists', effect: 'NoExecute' }), true);
  assert.equal(bears({ operator: 'Exists', effect: 'NoSchedule' }), false);
  assert.equal(bears({ key: 'a', operator: 'Exists' }), true);
  assert.equal(bears({ key: 'b', operator: 'Exists' }), false);
  assert.equal(bears({ key: 'a', value: 'v' }), true);
  assert.equal(bears({ key: 'a', operator: 'Equal', value: 'w' }), false);
  assert.equal(bears({ key: 'a' }), false);
  assert.equal(bears({ value: 'v' }), false);
  assert.equal(tolerates(pod({ tolerations: [{ key: 'a' }] }), { key: 'a', effect: 'NoSchedule' }), true);
  assert.equal(tolerates(pod(), taint), false);
  assert.deepEqual(taintsOf(node({ taints: [taint] })), [taint]);
  assert.deepEqual(taintsOf(node()), []);
});

test('a Pod names its Nodes by labels, by expressions and by name', () => {
  const wants = (spec: Body) => wantsNode(pod(spec), node({}, {}, { a: 'b', zone: 'x' }));
  assert.equal(wants({}), true);
  assert.equal(wants({ nodeSelector: { a: 'b', zone: 'x' } }), true);
  assert.equal(wants({ nodeSelector: { a: 'b', zone: 'y' } }), false);
  const affinity = (nodeSelectorTerms: Body[] | undefined, nodeSelector?: Body) =>
    wants({
      nodeSelector,
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
    });
  const zone = (value: string) => ({ matchExpressions: [{ key: 'zone', operator: 'In', values: [value] }] });
  const name = (value: string) => ({
    matchFields: [{ key: 'metadata.name', operator: 'In', values: [value] }],
  });
  assert.equal(affinity([zone('x')]), true);
  assert.equal(affinity([zone('y')]), false);
  assert.equal(affinity([zone('y'), zone('x')]), true);
  assert.equal(affinity([name('n')]), true);
  assert.equal(affinity([name('m')]), false);
  assert.equal(affinity([{ ...zone('x'), ...name('m') }]), false);
  assert.equal(affinity([{ ...zone('y'), ...name('n') }]), false);
  // An empty term matches nothing, and so do no terms.
  assert.equal(affinity([{}]), false);
  assert.equal(affinity([]), false);
  assert.equal(affinity(undefined), true);
  assert.equal(affinity([zone('x')], { a: 'c' }), false);
});

test('the last byte is one too much; a term that asks for a label and a field asks for both', () => {
  const full = { ...empty, memory: 2 ** 30 };
  assert.equal(fit(pod(), node(), { cpu: 0, memory: 1 }, full), 'Insufficient memory');
  const term = {
    matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }],
    matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
  };
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  const wants = pod({ affinity: { nodeAffinity } });
  assert.deepEqual(
    [wantsNode(wants, node({}, {}, { disk: 'ssd' })), wantsNode(wants, node())],
    [true, false],
  );
});

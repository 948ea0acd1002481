import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { infoOf } from '../../testing/infos.ts';
import { contextFor } from '../../testing/write-context.ts';
import { podStrategy, podTemplateStrategy } from './strategy.ts';

const PODS = infoOf('/pods');
const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'shop' },
};

function pod(spec: Body, status?: Body): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', namespace: 'shop' }, spec, status };
}

test('requests are what is limited, unless they say otherwise', () => {
  const limits = { cpu: '1', memory: '1Gi' };
  const given = pod({
    initContainers: [{ name: 'i', resources: { limits } }],
    containers: [
      { name: 'a', resources: { limits, requests: { cpu: '500m' } } },
      { name: 'b', resources: { requests: { cpu: '1' } } },
      { name: 'c' },
    ],
  });
  podStrategy.setDefaults?.(given);
  assert.deepEqual(given.spec.initContainers[0].resources.requests, limits);
  assert.deepEqual(
    given.spec.containers.map(({ resources }: Body) => resources?.requests),
    [{ cpu: '500m', memory: '1Gi' }, { cpu: '1' }, undefined],
  );
  assert.equal(given.spec.enableServiceLinks, true);
  assert.equal(given.spec.restartPolicy, 'Always');
});

test('a new Pod is pending, in its class of service, and admitted', () => {
  const context = contextFor(PODS, [[infoOf('/serviceaccounts'), account]]);
  const made = pod({ containers: [{ name: 'a' }] }, { phase: 'Running' });
  podStrategy.prepareForCreate?.(made, context);
  assert.deepEqual(made.status, { phase: 'Pending', qosClass: 'BestEffort' });
  assert.equal(made.spec.serviceAccountName, 'default');
});

test('a write of the status changes no owners, and keeps the class of service', () => {
  const context = contextFor(PODS);
  const owners = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u' }];
  const old = pod({}, { qosClass: 'Burstable' });
  old.metadata.ownerReferences = owners;
  const written = (status?: Body) => {
    const next = pod({}, status);
    podStrategy.prepareForStatusUpdate?.(next, old, context);
    assert.equal(next.metadata.ownerReferences, owners);
    return next.status;
  };
  assert.deepEqual(written({ phase: 'Running' }), { phase: 'Running', qosClass: 'Burstable' });
  assert.deepEqual(written({ qosClass: 'Guaranteed' }), { qosClass: 'Guaranteed' });
  assert.equal(written(), undefined);
  const bare = pod({}, {});
  podStrategy.prepareForStatusUpdate?.(bare, pod({}, {}), context);
  assert.deepEqual(bare.status, {});
});

function updateFaults(spec: Body, old: Body, manager?: string): string[] {
  const by = manager ? { name: manager, operation: 'Update' as const } : undefined;
  const context = contextFor(PODS, [], { manager: by });
  return (podStrategy.validateUpdate?.(pod(spec), pod(old), context) ?? []).map(({ field }) => field);
}

const spec = (more: Body = {}) => ({
  initContainers: [{ name: 'i', image: 'i:1' }],
  containers: [{ name: 'a', image: 'a:1', command: ['x'] }],
  ...more,
});

test('of a Pod’s spec only images and a few other fields may change', () => {
  assert.deepEqual(updateFaults(spec(), spec(), 'kubectl'), []);
  const images = spec({
    initContainers: [{ name: 'i', image: 'i:2' }],
    containers: [{ name: 'a', image: 'a:2', command: ['x'] }],
  });
  assert.deepEqual(updateFaults(images, spec(), 'kubectl'), []);
  const command = spec({ containers: [{ name: 'a', image: 'a:1', command: ['y'] }] });
  assert.deepEqual(updateFaults(command, spec(), 'kubectl'), ['spec']);
  const more = spec({ containers: [...spec().containers, { name: 'b', image: 'b:1' }] });
  assert.deepEqual(updateFaults(more, spec(), 'kubectl'), ['spec']);
  assert.deepEqual(updateFaults(spec({ hostNetwork: true }), spec(), 'kubectl'), ['spec']);
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) {
    assert.deepEqual(updateFaults(spec({ [field]: 1 }), spec(), 'kubectl'), [], field);
    assert.deepEqual(updateFaults(spec({ [field]: 2 }), spec({ [field]: 1 }), 'kubectl'), [], field);
    assert.deepEqual(updateFaults(spec(), spec({ [field]: 1 }), 'kubectl'), [], field);
  }
});

test('the Node is set once, and by the control plane alone', () => {
  assert.deepEqual(updateFaults(spec({ nodeName: 'n' }), spec()), []);
  assert.deepEqual(updateFaults(spec({ nodeName: 'n' }), spec(), 'kubectl'), ['spec']);
  assert.deepEqual(updateFaults(spec({ nodeName: 'n' }), spec({ nodeName: 'm' })), ['spec']);
});

test('what may change is said', () => {
  const [fault] = podStrategy.validateUpdate?.(pod({ a: 1 }), pod({}), contextFor(PODS)) ?? [];
  assert.equal(fault?.type, 'FieldValueForbidden');
  assert.match(
    fault?.body ?? '',
    /^Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/,
  );
});

test('a Pod is asked to be done within its grace period', () => {
  const grace = (podSpec: Body, asked?: number, status?: Body) =>
    podStrategy.gracePeriod?.(pod(podSpec, status), asked);
  const running = { nodeName: 'n', terminationGracePeriodSeconds: 30 };
  assert.equal(grace(running), 30);
  assert.equal(grace(running, 5), 5);
  assert.equal(grace(running, 0), 0);
  assert.equal(grace(running, -1), 1);
  assert.equal(grace({ nodeName: 'n' }), 0);
  assert.equal(grace({ terminationGracePeriodSeconds: 30 }), 0);
  for (const phase of ['Succeeded', 'Failed']) assert.equal(grace(running, 5, { phase }), 0, phase);
  assert.equal(grace(running, 5, { phase: 'Running' }), 5);
});

test('a Pod’s containers are checked, those of a template where it stands', () => {
  const context = contextFor(PODS);
  assert.equal(
    podStrategy.validate?.(pod({ restartPolicy: 'Always' }), context)[0]?.field,
    'spec.containers',
  );
  const template: KubeObject = { apiVersion: 'v1', kind: 'PodTemplate', metadata: { name: 't' } };
  assert.equal(podTemplateStrategy.validate?.(template, context)[0]?.field, 'template.spec.containers');
  const full = { ...template, template: { spec: { containers: [{ name: 'a', image: 'i:1' }] } } };
  podTemplateStrategy.setDefaults?.(full);
  assert.equal(full.template.spec.containers.length, 1);
  assert.deepEqual(podTemplateStrategy.validate?.(full, context), []);
  podTemplateStrategy.setDefaults?.(template);
  assert.equal(podTemplateStrategy.generation, 'all');
  assert.deepEqual(podStrategy.uncounted, ['nodeName']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import { contextFor } from '../testing/write-context.ts';
import {
  bindingStrategy,
  namespaceStrategy,
  nodeStrategy,
  priorityClassStrategy,
  roleStrategy,
} from './cluster.ts';

function object(kind: string, fields: Partial<KubeObject> = {}): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'one' }, ...fields };
}

test('a Namespace carries its own name as a label', () => {
  const namespace = object('Namespace', { metadata: { name: 'shop', labels: { a: 'b' } } });
  namespaceStrategy.setDefaults?.(namespace);
  assert.deepEqual(namespace.metadata.labels, { a: 'b', 'kubernetes.io/metadata.name': 'shop' });
  assert.equal(namespace.status, undefined);
  const unnamed = object('Namespace', { metadata: { name: '' }, status: {} });
  namespaceStrategy.setDefaults?.(unnamed);
  assert.equal(unnamed.metadata.labels, undefined);
  assert.deepEqual(unnamed.status, { phase: 'Active' });
});

test('a new Namespace is active and held by the namespace controller', () => {
  const prepared = (spec?: object) => {
    const namespace = object('Namespace', { spec, status: { phase: 'Terminating' } });
    namespaceStrategy.prepareForCreate?.(namespace, contextFor(infoOf('/namespaces')));
    assert.deepEqual(namespace.status, { phase: 'Active' });
    return namespace.spec;
  };
  assert.deepEqual(prepared(), { finalizers: ['kubernetes'] });
  assert.deepEqual(prepared({ finalizers: ['a.io/b'] }), { finalizers: ['a.io/b', 'kubernetes'] });
  assert.deepEqual(prepared({ finalizers: ['kubernetes'], x: 1 }), { finalizers: ['kubernetes'], x: 1 });
});

test('a Node that somebody makes waits for its first sign of life; the control plane’s own does not', () => {
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
  const taintsOf = (spec: object | undefined, manager?: string) => {
    const node = object('Node', { spec });
    const by = manager ? { name: manager, operation: 'Update' as const } : undefined;
    nodeStrategy.prepareForCreate?.(node, contextFor(infoOf('/nodes'), [], { manager: by }));
    return node.spec?.taints;
  };
  assert.deepEqual(taintsOf(undefined, 'kubectl'), [taint]);
  assert.deepEqual(taintsOf({ taints: [{ key: 'x', effect: 'NoExecute' }] }, 'kubectl'), [
    { key: 'x', effect: 'NoExecute' },
    taint,
  ]);
  assert.deepEqual(taintsOf({ taints: [taint] }, 'kubectl'), [taint]);
  assert.equal(taintsOf(undefined), undefined);
});

test('users and groups of a binding are of the RBAC group, ServiceAccounts of the core group', () => {
  const binding = object('RoleBinding', {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's' },
      { kind: 'User', name: 'own', apiGroup: 'x' },
    ],
  });
  bindingStrategy.setDefaults?.(binding);
  const group = 'rbac.authorization.k8s.io';
  assert.deepEqual(binding.roleRef, { kind: 'Role', name: 'r', apiGroup: group });
  assert.deepEqual(binding.subjects, [
    { kind: 'User', name: 'u', apiGroup: group },
    { kind: 'Group', name: 'g', apiGroup: group },
    { kind: 'ServiceAccount', name: 's' },
    { kind: 'User', name: 'own', apiGroup: 'x' },
  ]);
  const kept = object('RoleBinding', { roleRef: { apiGroup: 'x' } });
  bindingStrategy.setDefaults?.(kept);
  assert.equal(kept.roleRef.apiGroup, 'x');
  bindingStrategy.setDefaults?.(object('RoleBinding'));
});

test('a binding names a role, and goes on naming it', () => {
  const context = contextFor(infoOf('rbac.authorization.k8s.io/rolebindings'));
  const binding = (name?: string) => object('RoleBinding', { roleRef: { kind: 'Role', name } });
  assert.deepEqual(bindingStrategy.validate?.(binding('r'), context), []);
  const missing = [{ type: 'FieldValueRequired', field: 'roleRef.name', body: 'Required value' }];
  assert.deepEqual(bindingStrategy.validate?.(binding(), context), missing);
  assert.deepEqual(bindingStrategy.validate?.(object('RoleBinding'), context), missing);
  assert.deepEqual(bindingStrategy.validateUpdate?.(binding('r'), binding('r'), context), []);
  assert.deepEqual(bindingStrategy.validateUpdate?.(binding('x'), binding('r'), context), [
    {
      type: 'FieldValueInvalid',
      field: 'roleRef',
      body: 'Invalid value: {"kind":"Role","name":"x"}: cannot change roleRef',
    },
  ]);
});

test('a role without rules has none', () => {
  const context = contextFor(infoOf('rbac.authorization.k8s.io/roles'));
  for (const rules of [undefined, [], null]) {
    const made = object('Role', { rules });
    roleStrategy.prepareForCreate?.(made, context);
    assert.equal(made.rules, null);
    const updated = object('Role', { rules });
    roleStrategy.prepareForUpdate?.(updated, made, context);
    assert.equal(updated.rules, null);
  }
  const role = object('Role', { rules: [{ verbs: ['get'] }] });
  roleStrategy.prepareForCreate?.(role, context);
  assert.deepEqual(role.rules, [{ verbs: ['get'] }]);
});

test('a PriorityClass preempts unless it says otherwise', () => {
  const priority = object('PriorityClass');
  priorityClassStrategy.setDefaults?.(priority);
  assert.equal(priority.preemptionPolicy, 'PreemptLowerPriority');
  const never = object('PriorityClass', { preemptionPolicy: 'Never' });
  priorityClassStrategy.setDefaults?.(never);
  assert.equal(never.preemptionPolicy, 'Never');
});

test('generations: PriorityClasses have one, the others none', () => {
  assert.equal(priorityClassStrategy.generation, 'spec');
  for (const strategy of [namespaceStrategy, nodeStrategy, bindingStrategy, roleStrategy]) {
    assert.equal(strategy.generation, 'none');
  }
});

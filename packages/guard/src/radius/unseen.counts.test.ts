import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Radius } from '@toolcrib/model';
import { aim, object, view } from './testing/objects.ts';
import { notInTheNet, relevantUnseen } from './unseen.ts';
import type { Unseen } from './view.ts';

const map = object('v1 ConfigMap', 'shop/a');
const node = object('v1 Node', 'worker-1');
const shop = object('v1 Namespace', 'shop');
const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'kafkas.k.io');
const kafka = object('k.io/v1 Kafka', 'shop/my');

const told = (unseen: Partial<Unseen>, ...targets: KubeObject[]) =>
  relevantUnseen(
    view([], { unseen: [{ group: '', kind: 'Secret', namespaced: true, why: 'forbidden', ...unseen }] }),
    targets.map((one) => aim(one)),
  );
const names = (unseen: Partial<Unseen>, ...targets: KubeObject[]) =>
  told(unseen, ...targets).map(({ kind }) => kind);

test('what was not seen is told by its kind, its group, and its name', () => {
  assert.deepEqual(told({}, map), [{ kind: 'Secret', why: 'forbidden' }]);
  assert.deepEqual(names({ group: 'apps', kind: 'Deployment' }, map), ['Deployment.apps']);
  assert.deepEqual(names({ group: 'apps', kind: '' }, map), ['everything of apps']);
  assert.deepEqual(told({ name: 'key', decides: true }, map), [
    { kind: 'Secret key', why: 'forbidden', decides: true },
  ]);
});

test('what stores nothing, and what takes nothing with it, never counts', () => {
  assert.deepEqual(names({ group: 'metrics.k8s.io', kind: 'PodMetrics' }, map), []);
  assert.deepEqual(names({ group: 'metrics.k8s.io', kind: 'PodMetrics' }, shop), []);
  assert.deepEqual(names({ group: 'metrics.k8s.io', kind: '' }, kafka), []);
  assert.deepEqual(names({ group: 'rbac.authorization.k8s.io', kind: 'Role' }, map), []);
  assert.deepEqual(names({ kind: 'LimitRange' }, map), []);
  // Of one that is named somebody wants to know.
  assert.deepEqual(names({ group: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }, map), [
    'Role.rbac.authorization.k8s.io r',
  ]);
});

test('a Namespace takes whatever is in it, a definition whatever there is', () => {
  const role = { group: 'rbac.authorization.k8s.io', kind: 'Role' };
  const node = { kind: 'Node', namespaced: false };
  assert.deepEqual(names(role, shop), ['Role.rbac.authorization.k8s.io']);
  assert.deepEqual(names(role, crd), ['Role.rbac.authorization.k8s.io']);
  assert.deepEqual(names({ group: 'k.io', kind: '' }, shop), ['everything of k.io']);
  assert.deepEqual(names(node, shop), [], 'what is of the cluster is in no Namespace');
  assert.deepEqual(names(node, crd), ['Node']);
  assert.deepEqual(names(node, shop, crd), ['Node']);
  assert.deepEqual(names(node, shop, map), ['Node']);
});

test('a group that could not be asked counts where it is built in, or where a custom object goes', () => {
  assert.deepEqual(names({ group: 'apps', kind: '' }, map), ['everything of apps']);
  assert.deepEqual(names({ group: 'm.io', kind: '' }, map), []);
  assert.deepEqual(names({ group: 'm.io', kind: '' }, kafka), ['everything of m.io']);
  assert.deepEqual(names({ group: 'm.io', kind: '' }, map, kafka), ['everything of m.io']);
});

test('a kind of the cluster counts only where something of the cluster goes', () => {
  const volume = { kind: 'PersistentVolume', namespaced: false };
  assert.deepEqual(names(volume, map), []);
  assert.deepEqual(names(volume, node), ['PersistentVolume']);
  assert.deepEqual(names(volume, map, node), ['PersistentVolume']);
  const unknown: Unseen = { group: '', kind: 'Thing', why: 'forbidden' };
  assert.equal(relevantUnseen(view([], { unseen: [unknown] }), [aim(map)]).length, 1, 'nobody knows which');
});

test('told, and no more: a custom kind, or a claim on resources, below built-in objects of a namespace', () => {
  const unlikely = (unseen: Partial<Unseen>, ...targets: KubeObject[]) =>
    told(unseen, ...targets)[0]?.unlikely;
  const custom = { group: 'm.io', kind: 'Monitor' };
  assert.equal(unlikely(custom, map), true);
  assert.equal(unlikely({ group: 'resource.k8s.io', kind: 'ResourceClaim' }, map), true);
  assert.equal(unlikely({}, map), undefined);
  assert.equal(unlikely(custom, map, kafka), undefined);
  assert.equal(unlikely(custom, map, node), undefined);
  assert.equal(unlikely({ ...custom, name: 'one' }, map), undefined);
  assert.equal(unlikely({ group: 'apps', kind: '' }, map), undefined);
});

test('not kept: what was not seen, but for owners that only decide', () => {
  const owner = { kind: 'Kafka my', why: 'forbidden', decides: true as const };
  const secret = { kind: 'Secret', why: 'forbidden' };
  assert.deepEqual(notInTheNet({ unseen: [owner, secret] } as Partial<Radius> as Radius), [secret]);
});

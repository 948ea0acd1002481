import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import {
  controllerReference,
  isControlledBy,
  isEmptySelector,
  ownersToWake,
  recognisesItsOwn,
  selects,
} from './owner.ts';
import { REPLICA_SETS } from './types.ts';
import type { View } from './view.ts';

const labels = { app: 'web' };

function set(name: string, selector: Body = { matchLabels: labels }, namespace = 'shop'): KubeObject {
  const spec = { selector, template: { metadata: { labels } } };
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name, namespace, uid: `u-${name}` }, spec };
}

function pod(owner?: KubeObject, own: Record<string, string> = labels): KubeObject {
  const ownerReferences = owner ? [controllerReference(owner)] : undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop', labels: own, ownerReferences },
  };
}

test('the reference of a controller holds its deletion up', () => {
  assert.deepEqual(controllerReference(set('a')), {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'a',
    uid: 'u-a',
    controller: true,
    blockOwnerDeletion: true,
  });
  assert.equal(isControlledBy(pod(set('a')), set('a')), true);
  assert.equal(isControlledBy(pod(set('a')), set('b')), false);
  assert.equal(isControlledBy(pod(), set('a')), false);
});

const owners = [
  set('a'),
  set('b', { matchLabels: { app: 'other' } }),
  set('c'),
  set('d', undefined, 'elsewhere'),
];
const view = {
  list: (type: typeof REPLICA_SETS, namespace?: string) => {
    assert.equal(type, REPLICA_SETS);
    return owners.filter(({ metadata }) => metadata.namespace === namespace);
  },
} as View;
const wake = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject, previous?: KubeObject) =>
  ownersToWake(view, { type, object, previous }, { type: REPLICA_SETS, kind: 'ReplicaSet' });

test('a Pod wakes its controller, and the one that it had before', () => {
  assert.deepEqual(wake('MODIFIED', pod(set('x'))), ['shop/x']);
  assert.deepEqual(wake('MODIFIED', pod(set('x')), pod(set('x'))), ['shop/x']);
  assert.deepEqual(wake('MODIFIED', pod(set('x')), pod(set('y'))), ['shop/x', 'shop/y']);
  assert.deepEqual(wake('DELETED', pod(set('x'))), ['shop/x']);
});

test('a Pod of another kind of controller wakes nobody', () => {
  assert.deepEqual(wake('ADDED', pod({ ...set('x'), kind: 'Job' })), []);
  assert.deepEqual(wake('ADDED', pod({ ...set('x'), apiVersion: 'example.com/v1' })), []);
  assert.deepEqual(wake('ADDED', pod({ ...set('x'), apiVersion: 'v1' })), []);
});

test('a Pod of nobody wakes each that would adopt it, while it stands', () => {
  assert.deepEqual(wake('ADDED', pod()), ['shop/a', 'shop/c']);
  assert.deepEqual(wake('ADDED', pod(undefined, { app: 'none' })), []);
  assert.deepEqual(wake('DELETED', pod()), []);
  assert.deepEqual(wake('MODIFIED', pod(), pod(set('x'))), ['shop/x', 'shop/a', 'shop/c']);
});

test('an empty selector, and one that can’t be read, select nothing', () => {
  assert.equal(selects(set('a'), pod()), true);
  assert.equal(selects(set('a', { matchLabels: { app: 'x' } }), pod()), false);
  assert.equal(selects(set('a', {}), pod()), false);
  assert.equal(selects(set('a', { matchExpressions: [{ key: 'app', operator: 'Like' }] }), pod()), false);
  assert.equal(selects({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }, pod()), false);
  for (const selector of [undefined, {}, { matchLabels: {} }, { matchExpressions: [] }]) {
    assert.equal(isEmptySelector(selector), true);
  }
  assert.equal(isEmptySelector({ matchLabels: { a: 'b' } }), false);
  assert.equal(isEmptySelector({ matchExpressions: [{ key: 'a', operator: 'Exists' }] }), false);
});

test('a workload must recognise the Pods that it would make', () => {
  assert.equal(recognisesItsOwn(set('a')), true);
  assert.equal(recognisesItsOwn(set('a', { matchLabels: { app: 'x' } })), false);
  assert.equal(recognisesItsOwn({ ...set('a'), spec: { selector: { matchLabels: labels } } }), false);
});

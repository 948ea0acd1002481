import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  apiVersionOf,
  controllerOf,
  describeRef,
  groupVersionOf,
  type OwnerReference,
  refOf,
  uidOf,
} from './objects.ts';

test('a version with and without a group', () => {
  for (const [text, group, version] of [
    ['v1', '', 'v1'],
    ['apps/v1', 'apps', 'v1'],
    ['rbac.authorization.k8s.io/v1beta1', 'rbac.authorization.k8s.io', 'v1beta1'],
  ] as const) {
    assert.deepEqual(groupVersionOf(text), { group, version });
    assert.equal(apiVersionOf({ group, version }), text);
  }
});

test('a reference has what names the object, and is told with its namespace where it has one', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0', namespace: 'shop', uid: 'u1', labels: { a: 'b' } },
    spec: {},
  };
  const ref = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-0', uid: 'u1' };
  assert.deepEqual(refOf(pod), ref);
  assert.deepEqual([uidOf(ref), uidOf(pod.metadata), uidOf({}), uidOf(undefined)], ['u1', 'u1', '', '']);
  assert.equal(describeRef(ref), 'Pod shop/web-0');
  assert.equal(describeRef({ apiVersion: 'v1', kind: 'Node', name: 'worker-1' }), 'Node worker-1');
  assert.equal(
    describeRef({ apiVersion: 'v1', kind: 'Node', name: 'worker-1', namespace: '' }),
    'Node worker-1',
  );
});

test('the controller is the owner that says so, not the first one', () => {
  const owner = (name: string, controller?: boolean): OwnerReference => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name,
    uid: name,
    ...(controller === undefined ? {} : { controller }),
  });
  const object = (...ownerReferences: OwnerReference[]) => ({ metadata: { name: 'x', ownerReferences } });
  assert.equal(controllerOf(object(owner('a'), owner('b', false), owner('c', true)))?.name, 'c');
  assert.equal(controllerOf(object(owner('a'), owner('b', false))), undefined);
  assert.equal(controllerOf(object()), undefined);
  assert.equal(controllerOf({ metadata: { name: 'x' } }), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKind, keyOf, keyOfObject, nameOf, none } from './steps.ts';
import { object } from './testing/kept.ts';

test('an object is found by group, kind, namespace and name, whatever its version', () => {
  assert.equal(
    keyOf({ apiVersion: 'apps/v1beta1', kind: 'Deployment', namespace: 'shop', name: 'web' }),
    'apps/Deployment/shop/web',
  );
  assert.equal(keyOf({ apiVersion: 'v1', kind: 'Node', name: 'n' }), '/Node//n');
  assert.equal(keyOfObject(object('apps/v1 Deployment', 'web')), 'apps/Deployment/shop/web');
});

test('it is named as people do', () => {
  assert.equal(nameOf(object('apps/v1 StatefulSet', 'kafka')), 'StatefulSet shop/kafka');
  assert.equal(nameOf(object('v1 Node', 'n', { metadata: { namespace: undefined } })), 'Node n');
});

test('a kind is one of its group', () => {
  assert.equal(isKind({ apiVersion: 'apps/v1', kind: 'Deployment' }, 'apps', 'Deployment'), true);
  assert.equal(isKind({ apiVersion: 'acme.io/v1', kind: 'Deployment' }, 'apps', 'Deployment'), false);
  assert.equal(isKind({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, 'apps', 'Deployment'), false);
});

test('nothing to do is a result', () => {
  assert.deepEqual(none('Pod p', 'skipped', 'so'), {
    do: 'none',
    result: { what: 'Pod p', result: 'skipped', note: 'so' },
  });
});

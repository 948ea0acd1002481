import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from './order.ts';
import { object, owned } from './testing/kept.ts';

test('owners first, else by kind; a claim before the set that owns it', () => {
  const set = object('apps/v1 StatefulSet', 'db');
  const claim = object('v1 PersistentVolumeClaim', 'data-db-0', { metadata: owned(set) });
  const service = object('v1 Service', 'db');
  const owner = object('k.io/v1 Kafka', 'k');
  const secret = object('v1 Secret', 's', { metadata: owned(owner) });
  const namespace = object('v1 Namespace', 'shop');
  const order = inOrder([service, set, secret, claim, owner, namespace]).map(({ kind }) => kind);
  assert.deepEqual(order, [
    'Namespace',
    'PersistentVolumeClaim',
    'Kafka',
    'Secret',
    'StatefulSet',
    'Service',
  ]);
});

test('what lies in no namespace waits for none, whatever that is called', () => {
  const definition = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'kafkas.k.io', {
    metadata: { namespace: undefined },
  });
  const space = object('v1 Namespace', 'undefined', { metadata: { namespace: undefined } });
  assert.deepEqual(
    inOrder([space, definition]).map(({ kind }) => kind),
    ['CustomResourceDefinition', 'Namespace'],
  );
});

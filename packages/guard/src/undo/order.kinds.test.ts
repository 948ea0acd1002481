import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { inOrder } from './order.ts';
import { but, object, owned } from './testing/kept.ts';

const names = (objects: readonly KubeObject[], dataFirst?: boolean) =>
  inOrder(objects, dataFirst).map(({ metadata }) => metadata.name);
/** In whatever order they are given. */
function inEither(objects: KubeObject[], expected: string[], dataFirst?: boolean) {
  assert.deepEqual(names(objects, dataFirst), expected);
  assert.deepEqual(names([...objects].reverse(), dataFirst), expected);
}

test('known kinds, then others, then custom ones, and webhooks after all of them', () => {
  inEither(
    [
      object('admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration', 'hook'),
      object('k.io/v1 Kafka', 'kafka'),
      object('networking.k8s.io/v1 Ingress', 'ingress'),
      object('v1 Service', 'service'),
      object('v1 Pod', 'pod'),
    ],
    ['pod', 'service', 'ingress', 'kafka', 'hook'],
  );
});

test('of one kind they stay in the order in which they are given, and each comes once', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => object('v1 ConfigMap', name)) as KubeObject[];
  assert.deepEqual(names([b, a, c] as KubeObject[]), ['b', 'a', 'c']);
  assert.deepEqual(names([b, a, b] as KubeObject[]), ['b', 'a']);
});

test('what it lives in and what defines it come first, whatever their kinds', () => {
  // A kind that comes before Namespaces and definitions by its own rank.
  const definition = (kind: string, group: string) =>
    object('apiextensions.k8s.io/v1 CustomResourceDefinition', `${kind}.${group}`, {
      metadata: { namespace: undefined },
      spec: { group, names: { kind } },
    });
  const storage = object('storage.k8s.io/v1 StorageClass', 'class', { metadata: { namespace: undefined } });
  inEither([storage, definition('StorageClass', 'storage.k8s.io')], ['StorageClass.storage.k8s.io', 'class']);
  const shop = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const map = object('v1 ConfigMap', 'map');
  // An owner that is of a kind coming late takes its namespace with it.
  const owner = object('k.io/v1 Kafka', 'kafka');
  const owning = but(shop, { metadata: owned(but(owner, { metadata: { namespace: undefined } })) });
  assert.deepEqual(names([map, owning, owner]), ['kafka', 'shop', 'map']);
  // And so does what a definition names as its owner, although definitions come first of all.
  const crd = but(definition('Other', 'o.io'), { metadata: owned(owner) });
  assert.deepEqual(names([owner, crd, shop, definition('Kafka', 'k.io')]), [
    'Kafka.k.io',
    'shop',
    'kafka',
    'Other.o.io',
  ]);
  const alike = object('k.io/v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  assert.deepEqual(names([map, shop, alike]), ['shop', 'map', 'shop']);
});

test('owners come before what they own, but for data that a fresh owner would make anew', () => {
  const kafka = object('k.io/v1 Kafka', 'kafka');
  const set = object('apps/v1 StatefulSet', 'set');
  const of = (type: string, owner: KubeObject) => object(type, 'owned', { metadata: owned(owner) });
  for (const type of [
    'v1 Secret',
    'v1 ConfigMap',
    'v1 PersistentVolumeClaim',
    'v1 Pod',
    'acme.io/v1 Secret',
  ]) {
    inEither([of(type, kafka), kafka], ['kafka', 'owned']);
    const data = /^v1 (Secret|ConfigMap|PersistentVolumeClaim)$/.test(type);
    inEither([of(type, kafka), kafka], data ? ['owned', 'kafka'] : ['kafka', 'owned'], true);
  }
  inEither([of('v1 PersistentVolumeClaim', set), set], ['owned', 'set']);
  for (const type of ['v1 Secret', 'v1 Pod'])
    for (const dataFirst of [false, true]) inEither([of(type, set), set], ['set', 'owned'], dataFirst);
});

test('owners in a circle end it', () => {
  const a = object('v1 ConfigMap', 'a');
  const b = object('v1 ConfigMap', 'b', { metadata: owned(a) });
  const round = but(a, { metadata: owned(b) });
  assert.deepEqual(names([round, b]).sort(), ['a', 'b']);
});

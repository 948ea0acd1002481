import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { lookup } from './lookup.ts';
import { object, pod } from './testing/objects.ts';

const names = (found: readonly KubeObject[]) => found.map(({ metadata }) => metadata.name);
const objects = [
  pod('shop/b', undefined, { labels: { app: 'web' } }),
  pod('shop/a', undefined, { labels: { app: 'web', tier: 'web' }, spec: { nodeName: 'worker-2' } }),
  pod('test/c', undefined, { spec: {} }),
  object('v1 Secret', 'shop/a'),
  object('acme.io/v1 Secret', 'shop/a2'),
  object('v1 Node', 'n'),
];
const all = lookup(objects);

test('objects are found by namespace, kind and name, in the order in which they stand', () => {
  assert.deepEqual(names(all.inNamespace('shop')), ['b', 'a', 'a', 'a2']);
  assert.deepEqual(names(all.inNamespace(undefined)), ['n']);
  assert.deepEqual(names(all.ofKind('', 'Pod')), ['b', 'a', 'c']);
  assert.deepEqual(names(all.ofKind('', 'Secret')), ['a']);
  assert.deepEqual(names(all.ofKind('acme.io', 'Secret')), ['a2']);
  assert.deepEqual(names(all.ofKindIn('', 'Pod', 'test')), ['c']);
  assert.deepEqual(names(all.ofKindIn('', 'Secret', 'test')), []);
  assert.deepEqual(all.named('', 'Pod', 'shop', 'a'), [objects[1]]);
  assert.deepEqual(all.named('', 'Secret', 'shop', 'a'), [objects[3]]);
  assert.deepEqual(all.named('', 'Pod', 'test', 'a'), []);
  assert.deepEqual(names(all.named('', 'Node', undefined, 'n')), ['n']);
});

test('Pods are found by their node, and by what is said of each, in their namespace', () => {
  assert.deepEqual(names(all.podsOn('worker-1')), ['b']);
  assert.deepEqual(names(all.podsOn('worker-2')), ['a']);
  const labels = ({ metadata }: KubeObject) => Object.values(metadata.labels ?? {});
  assert.deepEqual(names(all.podsBy('label', labels, 'shop', 'web')), ['b', 'a'], 'each once');
  assert.deepEqual(names(all.podsBy('label', labels, 'test', 'web')), []);
});

test('what was found once is not looked for again, as long as the objects live', () => {
  assert.equal(lookup(objects), all);
  assert.notEqual(lookup([...objects]), all);
  let asked = 0;
  const keys = ({ metadata }: KubeObject) => {
    asked++;
    return [metadata.name];
  };
  assert.deepEqual(names(all.by('mine', objects, keys, 'c')), ['c']);
  assert.deepEqual(names(all.by('mine', objects, keys, 'n')), ['n']);
  assert.equal(asked, objects.length);
});

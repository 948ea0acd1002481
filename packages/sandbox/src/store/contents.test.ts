import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import { createContents } from './contents.ts';
import type { StoreEvent } from './store.ts';

const MAPS = infoOf('/configmaps');
const NODES = infoOf('/nodes');

function map(namespace: string, name: string, labels: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels } };
}

test('each change has a version of its own, on the object and on the event', () => {
  const contents = createContents(10);
  const heard: StoreEvent[] = [];
  const stop = contents.subscribe((event) => void heard.push(event));
  const first = contents.version();
  const one = map('shop', 'one');
  contents.commit('ADDED', MAPS, one);
  const two = map('shop', 'one');
  contents.commit('MODIFIED', MAPS, two, one);
  contents.commit('DELETED', MAPS, structuredClone(two), two);
  assert.equal(contents.version(), first + 3);
  assert.deepEqual(
    [one.metadata.resourceVersion, two.metadata.resourceVersion],
    [`${first + 1}`, `${first + 2}`],
  );
  assert.deepEqual(
    heard.map(({ type, version, previous }) => [type, version - first, previous]),
    [
      ['ADDED', 1, undefined],
      ['MODIFIED', 2, one],
      ['DELETED', 3, two],
    ],
  );
  assert.equal('previous' in (heard[0] ?? {}), false);
  assert.deepEqual(contents.since(first + 1), heard.slice(1));
  stop();
  contents.commit('ADDED', MAPS, one);
  assert.equal(heard.length, 3);
});

test('what was taken away is not there', () => {
  const contents = createContents(10);
  const one = map('shop', 'one');
  contents.commit('ADDED', MAPS, one);
  assert.equal(contents.has(MAPS, 'shop', 'one'), true);
  assert.equal(contents.has(MAPS, 'other', 'one'), false);
  assert.equal(contents.existing(MAPS, 'shop', 'one'), one);
  contents.commit('DELETED', MAPS, one, one);
  assert.equal(contents.has(MAPS, 'shop', 'one'), false);
  assert.throws(() => contents.existing(MAPS, 'shop', 'one'), { message: 'configmaps "one" not found' });
});

test('a list is sorted by bytes, the namespace first, and is what was asked for', () => {
  const contents = createContents(10);
  for (const [namespace, name] of [
    ['b', 'a'],
    ['a', 'b'],
    ['a', 'B'],
  ] as const) {
    contents.commit('ADDED', MAPS, map(namespace, name, { on: namespace }));
  }
  const names = (query?: Parameters<typeof contents.peek>[1]) =>
    contents.peek(MAPS, query).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(names(), ['a/B', 'a/b', 'b/a']);
  assert.deepEqual(names({ namespace: 'a' }), ['a/B', 'a/b']);
  assert.deepEqual(names({ labels: [{ key: 'on', operator: 'In', values: ['b'] }] }), ['b/a']);
  assert.deepEqual(names({ fields: [{ path: 'metadata.name', operator: '=', value: 'b' }] }), ['a/b']);
  assert.deepEqual(contents.peek(NODES), []);
});

test('types are found by resource and by kind within their group', () => {
  const contents = createContents(10);
  assert.equal(contents.find({ group: 'apps', resource: 'deployments' })?.kind, 'Deployment');
  assert.equal(contents.find({ group: '', resource: 'deployments' }), undefined);
  assert.equal(contents.findKind('apps', 'Deployment')?.resource, 'deployments');
  assert.equal(contents.findKind('batch', 'Deployment'), undefined);
  assert.equal(contents.infoOf({ group: '', version: 'v1', resource: 'pods' }).kind, 'Pod');
  assert.throws(() => contents.infoOf({ group: 'x', version: 'v1', resource: 'pods' }), {
    message: 'pods.x "" not found',
  });
});

test('a type is served, replaced and taken away with its objects', () => {
  const contents = createContents(10);
  const before = contents.infos().length;
  const widgets = { ...MAPS, group: 'example.com', resource: 'widgets', kind: 'Widget' };
  contents.serve(widgets);
  assert.equal(contents.infos().length, before + 1);
  contents.serve({ ...widgets, kind: 'Gadget' });
  assert.equal(contents.infos().length, before + 1);
  assert.equal(contents.find(widgets)?.kind, 'Gadget');
  contents.commit('ADDED', widgets, map('shop', 'one'));
  contents.unserve(widgets);
  assert.equal(contents.infos().length, before);
  assert.equal(contents.find(widgets), undefined);
  contents.serve(widgets);
  assert.deepEqual(contents.peek(widgets), []);
  contents.unserve({ group: 'example.com', version: 'v1', resource: 'none' });
  assert.equal(contents.infos().length, before + 1);
});

test('the list of types is a copy', () => {
  const contents = createContents(10);
  contents.infos().length = 0;
  assert.notEqual(contents.infos().length, 0);
});

test('only so many changes are kept', () => {
  const contents = createContents(2);
  const first = contents.version();
  assert.equal(contents.oldest(), first);
  for (let count = 0; count < 5; count++) contents.commit('ADDED', MAPS, map('shop', `m${count}`));
  assert.equal(contents.since(first), undefined);
  assert.deepEqual(
    contents.since(first + 3)?.map(({ version }) => version - first),
    [4, 5],
  );
  contents.compact(contents.version());
  assert.equal(contents.oldest(), contents.version());
});

test('a type that is served again stands once, and the first can be taken away like any other', () => {
  const contents = createContents(10);
  const before = contents.infos().length;
  const [first] = contents.infos();
  assert.ok(first);
  contents.serve({ ...first, singular: 'again' });
  assert.deepEqual([contents.infos().length, contents.find(first)?.singular], [before, 'again']);
  contents.unserve(first);
  assert.deepEqual([contents.infos().length, contents.find(first)], [before - 1, undefined]);
});

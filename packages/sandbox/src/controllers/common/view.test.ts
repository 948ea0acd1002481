import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { StoreEvent } from '../../store/store.ts';
import { testCluster } from '../testing/cluster.ts';
import { CONFIG_MAPS, NODES, PODS } from './types.ts';
import { borrowView, keyOf, keyOfObject, splitKey } from './view.ts';

const store = () => testCluster({ noControllers: true, lawless: true }).store;

function pod(name: string, owner?: string, namespace = 'shop'): KubeObject {
  const ownerReferences = owner
    ? [{ apiVersion: 'v1', kind: 'X', name: owner, uid: owner, controller: true }]
    : undefined;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, ownerReferences } };
}
const names = (objects: KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();

test('keys and back', () => {
  assert.equal(keyOf('shop', 'a'), 'shop/a');
  assert.equal(keyOf(undefined, 'a'), '/a');
  assert.equal(keyOfObject(pod('a')), 'shop/a');
  assert.deepEqual(splitKey('shop/a'), { namespace: 'shop', name: 'a' });
  assert.deepEqual(splitKey('/a'), { namespace: undefined, name: 'a' });
});

test('a view has what is there, and follows every change', () => {
  const given = store();
  given.create(PODS, pod('before', 'x'));
  const { view } = borrowView(given);
  assert.deepEqual(names(view.list(PODS)), ['before']);
  given.create(PODS, pod('one', 'x'));
  given.create(PODS, pod('two'));
  given.create(PODS, pod('far', undefined, 'default'));
  assert.deepEqual(names(view.list(PODS)), ['before', 'far', 'one', 'two']);
  assert.deepEqual(names(view.list(PODS, 'shop')), ['before', 'one', 'two']);
  assert.deepEqual(names(view.list(PODS, 'none')), []);
  assert.deepEqual(names(view.controlledBy(PODS, 'x')), ['before', 'one']);
  assert.deepEqual(names(view.controlledBy(PODS, undefined)), []);
  assert.deepEqual(names(view.uncontrolled(PODS, 'shop')), ['two']);
  given.modify(PODS, 'shop', 'one', (object) => {
    object.metadata.ownerReferences = [];
    object.metadata.labels = { a: 'b' };
  });
  assert.deepEqual(names(view.controlledBy(PODS, 'x')), ['before']);
  assert.deepEqual(names(view.uncontrolled(PODS, 'shop')), ['one', 'two']);
  assert.deepEqual(view.get(PODS, 'shop', 'one')?.metadata.labels, { a: 'b' });
  given.delete(PODS, 'shop', 'one');
  assert.equal(view.get(PODS, 'shop', 'one'), undefined);
  assert.deepEqual(names(view.uncontrolled(PODS, 'shop')), ['two']);
  assert.deepEqual(names(view.list(PODS, 'shop')), ['before', 'two']);
});

test('kinds without namespaces, and kinds that nobody asked for yet', () => {
  const given = store();
  const { view } = borrowView(given);
  given.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
  assert.equal(view.get(NODES, undefined, 'n')?.metadata.name, 'n');
  assert.deepEqual(names(view.uncontrolled(NODES, undefined)), ['n']);
  assert.deepEqual(names(view.list(NODES, '')), ['n']);
  assert.deepEqual(view.uncontrolled(NODES, 'shop'), []);
  given.delete(NODES, undefined, 'n');
  assert.deepEqual([view.list(NODES, ''), view.uncontrolled(NODES, undefined)], [[], []]);
  assert.deepEqual(view.list({ group: 'none', version: 'v1', resource: 'none' }), []);
});

test('listeners hear of a change once the view has it', () => {
  const given = store();
  const { view } = borrowView(given);
  view.list(CONFIG_MAPS);
  const heard: string[] = [];
  const stop = view.onChange((event: StoreEvent) => {
    const there = view.get(CONFIG_MAPS, 'shop', event.object.metadata.name) !== undefined;
    heard.push(`${event.type} ${there}`);
  });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'shop' } };
  given.create(CONFIG_MAPS, map);
  given.delete(CONFIG_MAPS, 'shop', 'm');
  assert.deepEqual(heard, ['ADDED true', 'DELETED false']);
  stop();
  given.create(CONFIG_MAPS, map);
  assert.equal(heard.length, 2);
});

test('all borrow one view; it stops when the last one gives it back', () => {
  const given = store();
  const first = borrowView(given);
  const second = borrowView(given);
  assert.equal(first.view, second.view);
  first.view.list(PODS);
  first.release();
  first.release();
  given.create(PODS, pod('seen'));
  assert.deepEqual(names(second.view.list(PODS)), ['seen']);
  second.release();
  given.create(PODS, pod('unseen'));
  assert.deepEqual(names(second.view.list(PODS)), ['seen']);
  const third = borrowView(given);
  assert.notEqual(third.view, second.view);
  assert.deepEqual(names(third.view.list(PODS)), ['seen', 'unseen']);
});

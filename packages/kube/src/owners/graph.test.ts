import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '../objects.ts';
import { type OwnerFacts, ownerGraph } from './graph.ts';

const object = (
  kind: string,
  uid: string | undefined,
  metadata: object = {},
  apiVersion = 'v1',
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: `${uid}`, ...(uid ? { uid } : {}), ...metadata },
});
const reference = (uid: string, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name: uid,
  uid,
  ...more,
});
const graphOf = (objects: KubeObject[], more: Partial<OwnerFacts> = {}) =>
  ownerGraph({ objects, wasListed: () => true, scopeOf: () => 'namespaced', ...more });

test('objects by UID, each once, and all that name one as owner, wherever they live', () => {
  const owner = object('ConfigMap', 'a', { namespace: 'shop' });
  const near = object('ConfigMap', 'b', {
    namespace: 'shop',
    ownerReferences: [reference('a'), reference('a')],
  });
  const far = object('ConfigMap', 'c', {
    namespace: 'other',
    ownerReferences: [reference('x'), reference('a')],
  });
  const again = object('Event', 'c', { ownerReferences: [reference('b')] });
  const nameless = object('ConfigMap', undefined, { ownerReferences: [reference('a')] });
  const graph = graphOf([owner, near, far, again, nameless]);
  assert.equal(graph.get('a'), owner);
  assert.equal(graph.get('c'), far);
  assert.equal(graph.get('x'), undefined);
  assert.deepEqual(graph.dependentsOf('a'), [near, far]);
  assert.deepEqual(graph.dependentsOf('x'), [far]);
  assert.deepEqual(graph.dependentsOf('b'), []);
});

test('an owner that was seen: it stands, goes, or is another one than was meant', () => {
  const inShop = object('ConfigMap', 'c', { namespace: 'shop' });
  const wide = object('Node', 'n');
  const state = (owner: KubeObject, asked: OwnerReference, dependent = inShop) =>
    graphOf([owner]).stateOf(asked, dependent);
  const near = object('ConfigMap', 'a', { namespace: 'shop' });
  assert.equal(state(near, reference('a')), 'solid');
  const going = { namespace: 'shop', deletionTimestamp: '2026-11-02T10:00:00Z' };
  assert.equal(state(object('ConfigMap', 'a', going), reference('a')), 'going');
  assert.equal(state(near, reference('a', { kind: 'Secret' })), 'absent');
  assert.equal(state(near, reference('a', { name: 'b' })), 'absent');
  assert.equal(state(near, reference('a', { apiVersion: 'apps/v1' })), 'absent');
  assert.equal(state(near, reference('a', { apiVersion: 'v1beta1' })), 'solid', 'the version tells nothing');
  assert.equal(state(object('ConfigMap', 'a', { namespace: 'other' }), reference('a')), 'absent');
  assert.equal(state(object('Node', 'a'), reference('a', { kind: 'Node' })), 'solid');
  assert.equal(state(object('Node', 'a'), reference('a', { kind: 'Node' }), wide), 'solid');
  assert.equal(state(near, reference('a'), wide), 'unresolvable');
});

test('an owner that was not seen: gone only where it was looked for', () => {
  const dependent = object('ConfigMap', 'c', { namespace: 'shop' });
  const wide = object('Node', 'n');
  const asked: unknown[] = [];
  const state = (
    scope: ReturnType<OwnerFacts['scopeOf']>,
    listed: boolean,
    of = dependent,
    absent?: string[],
  ) =>
    graphOf([dependent, wide], {
      scopeOf: (kind) => {
        asked.push(kind);
        return scope;
      },
      wasListed: (kind, namespace) => {
        asked.push([kind, namespace]);
        return listed;
      },
      ...(absent ? { absent: new Set(absent) } : {}),
    }).stateOf(reference('a', { apiVersion: 'apps/v1', kind: 'Deployment' }), of);
  assert.equal(state('namespaced', true), 'absent');
  const kind = { group: 'apps', kind: 'Deployment' };
  assert.deepEqual(asked.splice(0), [kind, [kind, 'shop']]);
  assert.equal(state('cluster', true), 'absent');
  assert.deepEqual(asked.splice(0), [kind, [kind, undefined]]);
  assert.equal(state('namespaced', false), 'unknown');
  assert.equal(state('cluster', false), 'unknown');
  assert.equal(state('unknown', true), 'unknown');
  assert.equal(state(undefined, true), 'unresolvable');
  assert.equal(state('namespaced', true, wide), 'unresolvable');
  assert.equal(state('cluster', true, wide), 'absent');
  assert.equal(state(undefined, false, dependent, ['a']), 'absent', 'it was asked for by name');
  assert.equal(state(undefined, false, dependent, ['b']), 'unresolvable');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { but, object, owned } from '../undo/testing/kept.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { candidates, takenOf, takenOverBy, usable } from './taken-over.ts';

const labels = { app: 'web' };
const workload = (kind: string, spec: object = {}, more: object = {}) =>
  object(`apps/v1 ${kind}`, 'web', { spec: { selector: { matchLabels: labels }, ...spec }, ...more });
const pod = (name: string, more: Record<string, unknown> = {}) =>
  but(object('v1 Pod', name, { metadata: { labels } }), more);
const done = { status: { phase: 'Succeeded' } };
const sizes = (created: KubeObject, pods: KubeObject[], found = pods) => {
  const { gone, was, pods: taken } = takenOf(created, found, pods);
  return [taken.length, gone, was];
};

test('a set takes over the Pods that nobody controls, and deletes what is too many', () => {
  const pods = [pod('a'), pod('b'), pod('c')];
  assert.deepEqual(sizes(workload('ReplicaSet', { replicas: 1 }), pods), [3, 2, 3]);
  assert.deepEqual(sizes(workload('ReplicaSet', { replicas: 5 }), pods), [3, 0, 3]);
  assert.deepEqual(sizes(workload('ReplicaSet'), pods), [3, 2, 3], 'one, where it does not say');
  assert.deepEqual(
    sizes(workload('ReplicaSet', { replicas: 0 }), [...pods, pod('d', done)]),
    [4, 3, 3],
    'finished ones are no size',
  );
  const theirs = pod('t', { metadata: owned(workload('ReplicaSet')) });
  const going = pod('g', { metadata: { deletionTimestamp: 'x' } });
  const unlike = pod('u', { metadata: { labels: { app: 'other' } } });
  assert.deepEqual(sizes(workload('ReplicaSet', { replicas: 0 }), [theirs, going, unlike]), [0, 0, 0]);
});

test('a Deployment takes over ReplicaSets, and with them their Pods', () => {
  const set = object('apps/v1 ReplicaSet', 'web-1', { metadata: { labels } });
  const below = pod('a', { metadata: owned(set) });
  assert.deepEqual(sizes(workload('Deployment', { replicas: 0 }), [below], [set]), [1, 1, 1]);
  const other = but(set, { metadata: { labels: { app: 'other' } } });
  assert.deepEqual(sizes(workload('Deployment', { replicas: 0 }), [below], [other]), [0, 0, 0]);
  const going = pod('b', { metadata: { ...owned(set), deletionTimestamp: 'x' } });
  assert.deepEqual(sizes(workload('Deployment', { replicas: 0 }), [going], [set]), [0, 0, 0]);
});

test('a StatefulSet takes over Pods of its own names, each in its place', () => {
  const pods = [pod('web-0'), pod('web-3'), pod('other')];
  assert.deepEqual(sizes(workload('StatefulSet', { replicas: 2 }), pods), [2, 1, 4]);
  assert.deepEqual(sizes(workload('StatefulSet', { replicas: 4 }), pods), [2, 0, 4]);
  assert.deepEqual(sizes(workload('StatefulSet', { replicas: 5 }), pods), [2, 0, 5]);
  assert.deepEqual(
    sizes(workload('StatefulSet', { replicas: 3, ordinals: { start: 1 } }), pods),
    [2, 1, 3],
    'web-0 is before its first',
  );
});

test('what it takes is asked of the cluster by its selector, as metadata', async () => {
  const asked: unknown[] = [];
  const cluster = memoryCluster([pod('a'), pod('b')]);
  const list = cluster.list;
  cluster.list = (type, query, as) => {
    asked.push([type.resource, query]);
    return list(type, { namespace: query?.namespace }, as);
  };
  const set = workload('ReplicaSet', { replicas: 1 });
  const taken = await takenOverBy(set, { group: 'apps', resource: 'replicasets' }, cluster, undefined);
  assert.deepEqual([taken?.pods.length, taken?.gone, taken?.was], [2, 1, 2]);
  assert.deepEqual(asked, [
    ['pods', { namespace: 'shop', labelSelector: 'app in (web)', metadata: true }],
    ['pods', { namespace: 'shop' }],
  ]);
  assert.equal(await takenOverBy(set, { group: 'batch', resource: 'jobs' }, cluster, undefined), undefined);
  assert.equal(
    await takenOverBy(set, { group: 'apps', resource: 'replicasets' }, memoryCluster([]), undefined),
    undefined,
  );
  const none = workload('ReplicaSet', { selector: {} });
  assert.equal(
    await takenOverBy(none, { group: 'apps', resource: 'replicasets' }, cluster, undefined),
    undefined,
  );
});

test('a selector as a LIST takes it', async () => {
  const expressions = [
    { key: 'a', operator: 'In', values: ['x', 'y'] },
    { key: 'b', operator: 'NotIn', values: ['z'] },
    { key: 'c', operator: 'Exists' },
    { key: 'd', operator: 'DoesNotExist' },
  ];
  let text = '';
  const cluster = memoryCluster([]);
  cluster.list = async (_type, query) => {
    text = query?.labelSelector ?? '';
    return [];
  };
  const selecting = workload('ReplicaSet', { selector: { matchExpressions: expressions } });
  const pods = { group: '', version: 'v1', resource: 'pods' };
  await candidates(selecting, { kind: 'ReplicaSet', takes: [pods] }, cluster, undefined);
  assert.equal(text, 'a in (x,y),b notin (z),c,!d');
  assert.deepEqual(
    [
      usable(selecting),
      usable(workload('ReplicaSet', { selector: {} })),
      usable(object('apps/v1 ReplicaSet', 'x')),
    ],
    [true, false, false],
  );
  assert.equal(
    usable(workload('ReplicaSet', { selector: { matchExpressions: [{ key: 'a', operator: 'Odd' }] } })),
    false,
  );
});

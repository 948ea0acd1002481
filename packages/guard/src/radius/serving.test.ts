import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, ownerGraph, refOf } from '@toolcrib/kube';
import type { RadiusMember } from '@toolcrib/model';
import { type ServingCounts, servingCounts } from './serving.ts';
import { object, pod, statefulSet, view } from './testing/objects.ts';
import { ownerFacts } from './view.ts';

const goes = (one: KubeObject, more: Partial<RadiusMember> = {}): RadiusMember => ({
  ref: refOf(one),
  fate: 'deleted',
  loss: 'restorable',
  why: '',
  owners: [],
  ...more,
});
/** What is not 0. */
function counted(
  objects: KubeObject[],
  members: RadiusMember[],
  scaledTo: [string, number][] = [],
): Partial<ServingCounts> {
  const graph = ownerGraph(ownerFacts(view(objects)));
  const all = servingCounts({ graph, objects, members, scaledTo: new Map(scaledTo) });
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count !== 0));
}
const web = pod('shop/web', undefined, { labels: { app: 'web' } });
const service = object('v1 Service', 'shop/s', { spec: { selector: { app: 'web' } } });

test('a Service, or an Ingress before it, that goes from before ready Pods', () => {
  assert.deepEqual(counted([web, service], [goes(service)]), { servicesCut: 1 });
  assert.deepEqual(counted([web, service], [goes(service), goes(web)]), {}, 'they go too');
  const starting = pod('shop/web', undefined, { labels: { app: 'web' }, status: { phase: 'Running' } });
  assert.deepEqual(counted([starting, service], [goes(service)]), {}, 'nobody reaches them yet');
  const path = { backend: { service: { name: 's' } } };
  for (const spec of [
    { defaultBackend: path.backend },
    { rules: [{ host: 'a' }, { http: { paths: [path] } }] },
  ]) {
    const ingress = object('networking.k8s.io/v1 Ingress', 'shop/i', { spec });
    assert.deepEqual(counted([web, service, ingress], [goes(ingress)]), { servicesCut: 1 });
    assert.deepEqual(counted([service, ingress], [goes(ingress)]), {});
    const elsewhere = object('networking.k8s.io/v1 Ingress', 'test/i', { spec });
    assert.deepEqual(counted([web, service, elsewhere], [goes(elsewhere)]), {});
  }
  const other = object('acme.io/v1 Ingress', 'shop/i', { spec: { defaultBackend: path.backend } });
  assert.deepEqual(counted([web, service, other], [goes(other)]), {});
});

test('a Service that stays, and has nobody behind it for good', () => {
  assert.deepEqual(counted([service], [goes(service, { fate: 'stops' })]), { servicesCut: 1 });
  assert.deepEqual(counted([service], [goes(service, { fate: 'stops', loss: 'returns' })]), {});
  const claim = object('v1 PersistentVolumeClaim', 'shop/c');
  assert.deepEqual(counted([claim], [goes(claim, { fate: 'stops' })]), {});
});

test('the Pods of a Node that goes, but for those that are the Node’s own', () => {
  const node = object('v1 Node', 'worker-1');
  const daemon = pod('shop/d', object('apps/v1 DaemonSet', 'shop/d'));
  const mirror = pod('shop/m', node);
  const done = pod('shop/f', undefined, { status: { phase: 'Failed' } });
  const other = pod('shop/o', undefined, { spec: { nodeName: 'worker-2' } });
  assert.deepEqual(counted([node, web, daemon, mirror, done, other], [goes(node)]), { podsOnNodes: 1 });
});

test('what Pods that stay still read', () => {
  const map = object('v1 ConfigMap', 'shop/x');
  const reader = pod('shop/r', undefined, { spec: { volumes: [{ configMap: { name: 'x' } }] } });
  assert.deepEqual(counted([map, reader], [goes(map)]), { usedByPods: 1 });
  assert.deepEqual(counted([map, reader], [goes(map), goes(reader)]), {});
  assert.deepEqual(counted([map, reader], [goes(map, { loss: 'returns' })]), {});
  assert.deepEqual(counted([map], [goes(map)]), {});
  const account = object('v1 ServiceAccount', 'shop/default');
  assert.deepEqual(
    counted([account, reader], [goes(account, { loss: 'returns' })]),
    { usedByPods: 1 },
    'its tokens go',
  );
});

test('a set that is scaled below its half; 0 is an outage, told elsewhere', () => {
  const db = statefulSet('shop/db', 4);
  const scaled = (replicas: number) => counted(db, [], [['StatefulSet:shop/db', replicas]]);
  assert.deepEqual(scaled(1), { setsBelowHalf: 1 });
  assert.deepEqual(scaled(2), {});
  assert.deepEqual(scaled(0), {});
  const replicaSet = object('apps/v1 ReplicaSet', 'shop/r', { spec: { replicas: 4 } });
  const pods = ['a', 'b', 'c'].map((name) => pod(`shop/${name}`, replicaSet));
  assert.deepEqual(counted([replicaSet, ...pods], [], [['ReplicaSet:shop/r', 1]]), {});
  assert.deepEqual(counted([], [], [['unseen', 1]]), {});
});

test('Pods of a StatefulSet that go', () => {
  const [set, ...rest] = statefulSet('shop/db', 2);
  assert.ok(set);
  const [first] = rest.filter(({ kind }) => kind === 'Pod');
  assert.ok(first);
  assert.deepEqual(counted([set, ...rest, web], [goes(first), goes(web)]), { statefulPods: 1 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { adoptedBy, isLikeMade, selectorOf, wouldAdopt } from './adopted.ts';
import { object, pod } from './testing/objects.ts';

const labels = { app: 'web' };
const spec = { selector: { matchLabels: labels } };
const deployment = object('apps/v1 Deployment', 'shop/web', { spec });
const set = object('apps/v1 StatefulSet', 'shop/web', { spec });
const replicas = object('apps/v1 ReplicaSet', 'shop/web', { spec });

const taken = (created: KubeObject, type: string, at: string, extra: Parameters<typeof object>[2] = {}) =>
  wouldAdopt(created, object(type, at, { labels, ...extra }));

test('taken over is what the selector matches, nobody controls, and is not going, in one namespace', () => {
  assert.equal(taken(replicas, 'v1 Pod', 'shop/a'), true);
  assert.equal(taken(replicas, 'v1 Pod', 'shop/a', { owners: [deployment], noController: true }), true);
  assert.equal(taken(replicas, 'v1 Pod', 'shop/a', { owners: [deployment] }), false);
  assert.equal(taken(replicas, 'v1 Pod', 'shop/a', { terminating: true }), false);
  assert.equal(taken(replicas, 'v1 Pod', 'other/a'), false);
  assert.equal(taken(replicas, 'v1 Pod', 'shop/a', { labels: { app: 'db' } }), false);
  assert.equal(taken(replicas, 'v1 Secret', 'shop/a'), false);
});

test('a StatefulSet takes only its own names, a Deployment ReplicaSets and the Pods of one that is gone', () => {
  assert.equal(taken(set, 'v1 Pod', 'shop/web-0'), true);
  for (const name of ['web', 'web-x', 'web-01', 'web-db-0'])
    assert.equal(taken(set, 'v1 Pod', `shop/${name}`), false, name);
  assert.equal(taken(deployment, 'apps/v1 ReplicaSet', 'shop/web-5d8f'), true);
  assert.equal(taken(deployment, 'v1 Pod', 'shop/debug'), false);
  assert.equal(taken(deployment, 'v1 Pod', 'shop/debug', { labels: undefined }), false);
  assert.ok(
    taken(deployment, 'v1 Pod', 'shop/web-x', { labels: { ...labels, 'pod-template-hash': '5d8f' } }),
  );
});

test('a ReplicationController selects by a map, or by the labels of its Pods', () => {
  const template = { metadata: { labels } };
  const controller = (more: object) => object('v1 ReplicationController', 'shop/web', { spec: more });
  assert.deepEqual(selectorOf(controller({ selector: { a: 'b' }, template })), { matchLabels: { a: 'b' } });
  assert.deepEqual(selectorOf(controller({ template })), { matchLabels: labels });
  assert.equal(selectorOf(controller({})), undefined);
  assert.equal(selectorOf({ kind: 'Job', spec: { selector: null } }), undefined);
  assert.deepEqual(selectorOf({ kind: 'Job', spec }), { matchLabels: labels });
});

test('what is taken over names its owner, and keeps those that it has; everything else is as it was', () => {
  const bare = object('v1 Pod', 'shop/a', { labels, owners: [deployment], noController: true });
  const other = object('v1 Pod', 'shop/b');
  const [now, same] = adoptedBy([replicas], [bare, other]);
  assert.equal(controllerOf(now as KubeObject)?.uid, replicas.metadata.uid);
  assert.equal(now?.metadata.ownerReferences?.length, 2);
  assert.equal(same, other);
  const orphan = object('v1 Pod', 'shop/a', { labels });
  const [owned] = adoptedBy([replicas], [orphan]);
  assert.deepEqual(owned?.metadata.ownerReferences, [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'ReplicaSet:shop/web', controller: true },
  ]);
  assert.deepEqual(adoptedBy([], [orphan, other]), [orphan, other]);
});

test('a Pod is what a template makes by its containers; some may have been added to it', () => {
  const containers = [{ name: 'main', image: 'web:1' }];
  const workload = object('apps/v1 ReplicaSet', 'shop/web', { spec: { template: { spec: { containers } } } });
  const made = (all: object[]) =>
    isLikeMade(workload, pod('shop/a', undefined, { spec: { containers: all } }));
  assert.ok(made(containers));
  assert.ok(made([...containers, { name: 'sidecar', image: 'proxy' }]));
  assert.ok(!made([{ name: 'main', image: 'web:2' }]));
  assert.ok(!made([{ name: 'debug', image: 'web:1' }]));
  assert.equal(isLikeMade(workload, pod('shop/a', undefined, { spec: undefined })), false);
  assert.equal(isLikeMade(object('apps/v1 ReplicaSet', 'shop/web'), pod('shop/a')), true);
});

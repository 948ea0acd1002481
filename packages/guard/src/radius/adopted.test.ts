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
  assert.ok(taken(replicas, 'v1 Pod', 'shop/a'));
  assert.ok(taken(replicas, 'v1 Pod', 'shop/a', { owners: [deployment], noController: true }));
  assert.ok(!taken(replicas, 'v1 Pod', 'shop/a', { owners: [deployment] }));
  assert.ok(!taken(replicas, 'v1 Pod', 'shop/a', { terminating: true }));
  assert.ok(!taken(replicas, 'v1 Pod', 'other/a'));
  assert.ok(!taken(replicas, 'v1 Pod', 'shop/a', { labels: { app: 'db' } }));
  assert.ok(!taken(replicas, 'v1 Secret', 'shop/a'));
});

test('a StatefulSet takes only its own names, a Deployment ReplicaSets and the Pods of one that is gone', () => {
  assert.ok(taken(set, 'v1 Pod', 'shop/web-0'));
  for (const name of ['web', 'web-x', 'web-01', 'web-db-0'])
    assert.ok(!taken(set, 'v1 Pod', `shop/${name}`), name);
  assert.ok(taken(deployment, 'apps/v1 ReplicaSet', 'shop/web-5d8f'));
  assert.ok(!taken(deployment, 'v1 Pod', 'shop/debug'));
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
});

test('what is taken over names its owner, and keeps those that it has; everything else is as it was', () => {
  const bare = object('v1 Pod', 'shop/a', { labels, owners: [deployment], noController: true });
  const other = object('v1 Pod', 'shop/b');
  const [now, same] = adoptedBy([replicas], [bare, other]);
  assert.equal(controllerOf(now as KubeObject)?.uid, replicas.metadata.uid);
  assert.equal(now?.metadata.ownerReferences?.length, 2);
  assert.equal(same, other);
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
});

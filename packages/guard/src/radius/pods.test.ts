import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, ownerGraph } from '@toolcrib/kube';
import { isLive, isLivePod, isPod, isReady, isWorkload, wantedPods, workloadOf } from './pods.ts';
import { deployment, object, pod, view } from './testing/objects.ts';
import { ownerFacts } from './view.ts';

const graphOf = (...objects: KubeObject[]) => ownerGraph(ownerFacts(view(objects)));

test('the workloads of Kubernetes’ own, by group', () => {
  for (const type of [
    'apps/v1 Deployment',
    'apps/v1 StatefulSet',
    'apps/v1 DaemonSet',
    'apps/v1 ReplicaSet',
    'v1 ReplicationController',
    'batch/v1 Job',
    'batch/v1 CronJob',
  ])
    assert.equal(isWorkload(object(type, 'shop/a')), true, type);
  for (const type of ['v1 Pod', 'v1 Deployment', 'acme.io/v1 Deployment'])
    assert.equal(isWorkload(object(type, 'shop/a')), false, type);
  assert.deepEqual([isPod(pod('shop/a')), isPod(object('acme.io/v1 Pod', 'shop/a'))], [true, false]);
});

test('a Pod is live until it goes or has finished; ready where it says so', () => {
  assert.equal(isLive(pod('shop/a')), true);
  assert.equal(isLive(pod('shop/a', undefined, { terminating: true })), false);
  assert.equal(isLive(pod('shop/a', undefined, { status: { phase: 'Failed' } })), false);
  assert.deepEqual(
    [pod('shop/a'), pod('shop/a', undefined, { terminating: true }), object('v1 Secret', 'shop/a')].map(
      isLivePod,
    ),
    [true, false, false],
  );
  const ready = (type: string, status: string) =>
    isReady(pod('shop/a', undefined, { status: { conditions: [{ type, status }] } }));
  assert.deepEqual(
    [ready('Ready', 'True'), ready('Ready', 'False'), ready('Initialized', 'True')],
    [true, false, false],
  );
  assert.equal(isReady(pod('shop/a', undefined, { status: {} })), false);
});

test('the workload at the top of the chain, as far as it was seen', () => {
  const [top, set, first] = deployment('shop/web', 1);
  assert.ok(top && set && first);
  assert.equal(workloadOf(graphOf(top, set, first), first), top);
  assert.equal(workloadOf(graphOf(set, first), first), set);
  assert.equal(workloadOf(graphOf(first), first), undefined);
  assert.equal(workloadOf(graphOf(pod('shop/naked')), pod('shop/naked')), undefined);
});

test('a custom resource counts where it controls the Pods itself, and ends the chain above a workload', () => {
  const kafka = object('k.io/v1 Kafka', 'shop/k');
  const own = pod('shop/p', kafka);
  assert.equal(workloadOf(graphOf(kafka, own), own), kafka);
  const below = object('apps/v1 StatefulSet', 'shop/s', { owners: [kafka], spec: {} });
  const member = pod('shop/s-0', below);
  assert.equal(workloadOf(graphOf(kafka, below, member), member), below);
  const above = object('apps/v1 Deployment', 'shop/above');
  const between = object('k.io/v1 Kafka', 'shop/between', { owners: [above] });
  const under = pod('shop/u', between);
  assert.equal(workloadOf(graphOf(above, between, under), under), between);
  const map = object('v1 ConfigMap', 'shop/m');
  const odd = pod('shop/o', map);
  assert.equal(workloadOf(graphOf(map, odd), odd), undefined);
});

test('a circle of controllers ends', () => {
  const a = object('apps/v1 ReplicaSet', 'shop/a');
  const b = object('apps/v1 ReplicaSet', 'shop/b', { owners: [a] });
  const round = object('apps/v1 ReplicaSet', 'shop/a', { owners: [b] });
  assert.ok(workloadOf(graphOf(round, b), b));
});

test('how many Pods it wants', () => {
  assert.equal(wantedPods(object('apps/v1 Deployment', 'shop/a', { spec: { replicas: 3 } })), 3);
  assert.equal(wantedPods(object('apps/v1 Deployment', 'shop/a', { spec: {} })), 1);
  assert.equal(wantedPods(object('apps/v1 Deployment', 'shop/a')), undefined, 'metadata only');
  assert.equal(
    wantedPods(object('apps/v1 DaemonSet', 'shop/a', { status: { desiredNumberScheduled: 4 } })),
    4,
  );
  assert.equal(wantedPods(object('batch/v1 Job', 'shop/a', { spec: { parallelism: 2 } })), 2);
  assert.equal(wantedPods(object('batch/v1 Job', 'shop/a')), 1);
  assert.equal(wantedPods(object('k.io/v1 Kafka', 'shop/a', { spec: { replicas: 3 } })), undefined);
});

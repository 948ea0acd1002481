import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from './common/conditions.ts';
import { controllerReference } from './common/owner.ts';
import { NAMESPACES, PODS, REPLICA_SETS } from './common/types.ts';
import { replicaSetController } from './replicaset.ts';
import { asksOf, quietCluster, startAlone } from './testing/alone.ts';
import { labelled, type TestCluster, testCluster } from './testing/cluster.ts';

let cluster: TestCluster;

/** Without kubelets and without the API's rules: a Pod is what a test says, and goes at once. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, replicaSetController);
});

function create(name: string, spec: Body = {}, owner?: KubeObject): KubeObject {
  const ownerReferences = owner && [controllerReference(owner)];
  const made = cluster.store.create(REPLICA_SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop', ...(ownerReferences ? { ownerReferences } : {}) },
    spec: { selector: { matchLabels: { app: name } }, template: labelled(name), ...spec },
  });
  cluster.settle();
  return made;
}

function pod(name: string, set: KubeObject, nodeName: string, restartCount = 0): void {
  const lastTransitionTime = new Date(cluster.clock.now()).toISOString();
  cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      labels: { app: set.metadata.name },
      ownerReferences: [controllerReference(set)],
    },
    spec: { nodeName },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }],
      containerStatuses: [{ name: 'main', restartCount }],
    },
  });
}

const names = () => cluster.pods().map(({ metadata }) => metadata.name);
const statusOf = (name = 'web') => cluster.get(REPLICA_SETS, name).status;
const change = (name: string, edit: (set: KubeObject) => void) => {
  cluster.store.modify(REPLICA_SETS, 'shop', name, edit);
  cluster.clock.advance(0);
};

test('one is wanted where no number is said; a set that has gone is no failure', () => {
  create('web');
  assert.equal(cluster.pods().length, 1);
  cluster.store.delete(REPLICA_SETS, 'shop', 'web');
  cluster.settle();
  assert.deepEqual(cluster.failures, []);
});

test('a create that is refused is told, and tried again', () => {
  const { create: real } = cluster.store;
  cluster.store.create = (type, ...rest) => {
    if (type.resource === 'pods') throw new Error('no room');
    return real(type, ...rest);
  };
  cluster.settle = () => cluster.clock.advance(0);
  create('web');
  assert.deepEqual([...new Set(cluster.failures)], ['replicaset-controller shop/web: Error: no room']);
  const { reason, message } = conditionOf(statusOf(), 'ReplicaFailure') ?? {};
  assert.deepEqual([reason, message], ['FailedCreate', 'no room']);
  cluster.store.create = real;
  cluster.clock.advance(10);
  assert.equal(cluster.pods().length, 1);
});

test('in a namespace that is going nothing is made, and that is no failure', () => {
  cluster = quietCluster();
  create('web', { replicas: 2 });
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  startAlone(cluster, replicaSetController);
  assert.deepEqual([cluster.pods(), cluster.failures], [[], []]);
});

test('what is ready is available at once, where no time is asked, and after that time, where one is', () => {
  const set = create('web', { replicas: 0, template: undefined });
  pod('a', set, 'n1');
  change('web', ({ spec }) => void (spec.replicas = 1));
  const numbers = () => [
    statusOf().readyReplicas,
    statusOf().availableReplicas,
    statusOf().fullyLabeledReplicas,
  ];
  assert.deepEqual([numbers(), cluster.clock.pending()], [[1, 1, 1], 0]);
  change('web', ({ spec }) => void (spec.minReadySeconds = 10));
  assert.deepEqual(numbers(), [1, undefined, 1]);
  cluster.clock.advance(10_000);
  assert.deepEqual([numbers(), cluster.clock.pending(), cluster.failures], [[1, 1, 1], 0, []]);
});

test('of a crowded Node one goes first, by the Pods of the whole Deployment, or of the set where it has none', () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', uid: 'd-uid' } };
  const alone = create('alone', { replicas: 0 });
  pod('a1', alone, 'n1');
  pod('a2', alone, 'n1');
  // It would go first by its restarts.
  pod('a3', alone, 'n2', 5);
  change('alone', ({ spec }) => void (spec.replicas = 2));
  assert.ok(names().includes('a3') && names().length === 2, names().join());

  const first = create('first', { replicas: 0 }, deployment);
  const second = create('second', { replicas: 0 }, deployment);
  for (const name of ['s1', 's2']) pod(name, second, 'n4');
  change('second', ({ spec }) => void (spec.replicas = 2));
  pod('f1', first, 'n3', 5);
  pod('f2', first, 'n4');
  change('first', ({ spec }) => void (spec.replicas = 1));
  assert.ok(names().includes('f1') && !names().includes('f2'), names().join());
});

test('what changes nothing writes nothing', () => {
  create('web');
  const asks = asksOf(cluster);
  change('web', ({ metadata }) => void (metadata.labels = { seen: 'yes' }));
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('modify')),
    ['modify replicasets web'],
  );
});

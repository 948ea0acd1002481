import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject, ResourceType } from '@toolcrib/kube';
import { DEPLOYMENTS, POD_DISRUPTION_BUDGETS, PODS, REPLICA_SETS, STATEFUL_SETS } from './common/types.ts';
import { disruptionController } from './disruption.ts';
import { asksOf, startAlone } from './testing/alone.ts';
import { type TestCluster, testCluster } from './testing/cluster.ts';

let cluster: TestCluster;

/** Without the API's rules, so that a Pod comes with the status that a test wants. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, disruptionController);
});

function budget(spec: Body | undefined, name = 'budget'): void {
  cluster.store.create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    ...(spec ? { spec: { selector: { matchLabels: { app: 'web' } }, ...spec } } : {}),
  });
  cluster.settle();
}

function pod(name: string, owner?: Body, labels: Record<string, string> = { app: 'web' }): void {
  cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels, ...ownedBy(owner) },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  cluster.settle();
}

function workload(type: ResourceType, kind: string, replicas?: number, owner?: Body): KubeObject {
  return cluster.store.create(type, {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web', namespace: 'shop', ...ownedBy(owner) },
    spec: { replicas },
  });
}

function ownedBy(owner?: Body) {
  if (!owner) return {};
  const { apiVersion, kind, metadata } = owner;
  return {
    ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
  };
}

const status = (name = 'budget') => cluster.get(POD_DISRUPTION_BUDGETS, name).status;
const figures = () => {
  assert.deepEqual(cluster.failures, []);
  const { disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods } = status();
  return [disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods];
};
const reason = () => {
  const { status: allowed, reason: why } = status().conditions.at(-1);
  return `${allowed} ${why}`;
};
const events = () => cluster.events('budget').map((event) => [event.type, event.reason, event.message]);

test('a budget follows the Pods that it covers', () => {
  budget({ minAvailable: 1 });
  assert.deepEqual(events(), [['Normal', 'NoPods', 'No matching pods found']]);
  assert.deepEqual([figures(), reason()], [[0, 0, 1, 0], 'False InsufficientPods']);
  const told = cluster.events('budget')[0]?.count;
  pod('other', undefined, { app: 'other' });
  cluster.store.modify(
    PODS,
    'shop',
    'other',
    ({ metadata }) => void (metadata.annotations = { seen: 'yes' }),
  );
  cluster.settle();
  assert.equal(cluster.events('budget')[0]?.count, told);
  pod('a');
  assert.deepEqual([figures(), reason()], [[0, 1, 1, 1], 'False InsufficientPods']);
  pod('b');
  assert.deepEqual([figures(), reason()], [[1, 2, 1, 2], 'True SufficientPods']);
  cluster.store.modify(PODS, 'shop', 'a', ({ metadata }) => void (metadata.labels = {}));
  cluster.settle();
  assert.deepEqual([figures(), reason()], [[0, 1, 1, 1], 'False InsufficientPods']);
  assert.equal(events().length, 1);
  assert.equal(cluster.clock.pending(), 0);
});

test('a plain minimum counts naked Pods and finds nothing wrong with them', () => {
  pod('a');
  pod('b');
  budget({ minAvailable: 1 });
  assert.deepEqual([figures(), events()], [[1, 2, 1, 2], []]);
});

test('a plain maximum counts no naked Pods, and tells of them', () => {
  pod('a');
  budget({ maxUnavailable: 1, minAvailable: 1, selector: { matchLabels: { app: 'web' } } });
  assert.deepEqual([figures(), reason()], [[0, 1, 0, 0], 'False InsufficientPods']);
  const [[type, why, message] = []] = events();
  assert.deepEqual([type, why], ['Warning', 'UnmanagedPods']);
  assert.match(
    message ?? '',
    /MatchLabels:map\[string\]string\{app:web\},MatchExpressions.*were found to be unmanaged/,
  );
});

test('naked Pods that are covered by an expression are told of as well', () => {
  pod('a');
  const matchExpressions = [{ key: 'app', operator: 'Exists' }];
  budget({ maxUnavailable: '50%', selector: { matchExpressions } });
  assert.match(events()[0]?.[2] ?? '', /MatchLabels:map\[string\]string\{\},/);
});

test('the wanted number is the Deployment’s, and is followed', () => {
  const deployment = workload(DEPLOYMENTS, 'Deployment', 4);
  const set = workload(REPLICA_SETS, 'ReplicaSet', 2, deployment);
  pod('a', set);
  pod('b', set);
  budget({ minAvailable: '50%' });
  assert.deepEqual([figures(), events()], [[0, 2, 2, 4], []]);
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', ({ spec }) => void (spec.replicas = 2));
  cluster.settle();
  assert.deepEqual(figures(), [1, 2, 1, 2]);
});

test('a ReplicaSet that no Deployment has and a StatefulSet: their own number, 1 where none is said', () => {
  const stray = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', uid: 'another' } };
  const deployment = workload(DEPLOYMENTS, 'Deployment', 9);
  pod('a', workload(REPLICA_SETS, 'ReplicaSet', 3, stray));
  budget({ maxUnavailable: 1 });
  assert.deepEqual(figures(), [0, 1, 2, 3]);
  pod('b', workload(STATEFUL_SETS, 'StatefulSet', undefined, deployment));
  assert.deepEqual(figures(), [0, 2, 3, 4]);
});

test('a Pod of something else: nothing may be evicted, and why is said', () => {
  budget({ minAvailable: 0 });
  pod('a');
  assert.deepEqual(figures(), [1, 1, 0, 1]);
  const deployment = workload(DEPLOYMENTS, 'Deployment', 9);
  cluster.store.modify(
    POD_DISRUPTION_BUDGETS,
    'shop',
    'budget',
    (fresh) => {
      fresh.spec.minAvailable = '10%';
      fresh.status.conditions.unshift({ type: 'Foreign', status: 'True' });
    },
    { subresource: 'status' },
  );
  cluster.store.modify(
    POD_DISRUPTION_BUDGETS,
    'shop',
    'budget',
    ({ spec }) => void (spec.minAvailable = '10%'),
  );
  cluster.store.delete(PODS, 'shop', 'a', { gracePeriodSeconds: 0 });
  pod('b', deployment);
  const message = 'found no controllers for pod "b"';
  const { disruptionsAllowed, conditions } = status();
  assert.equal(disruptionsAllowed, 0);
  assert.deepEqual(
    conditions.map((item: Body) => [item.type, item.status, item.reason, item.message]),
    [
      ['Foreign', 'True', undefined, undefined],
      ['DisruptionAllowed', 'False', 'SyncFailed', message],
    ],
  );
  assert.ok(
    events().some(
      ([type, why, text]) =>
        type === 'Warning' && why === 'CalculateExpectedPodCountFailed' && text === message,
    ),
  );
  assert.deepEqual(cluster.failures, []);
});

test('a budget that can’t be read, or says nothing, covers nothing and hinders no other', () => {
  budget({ minAvailable: 0, selector: { matchExpressions: [{ key: 'app', operator: 'Like' }] } }, 'broken');
  budget(undefined, 'empty');
  budget({ minAvailable: 0 });
  pod('a');
  assert.deepEqual([status('broken').expectedPods, status('empty').expectedPods], [0, 0]);
  assert.deepEqual(figures(), [1, 1, 0, 1]);
  cluster.store.delete(POD_DISRUPTION_BUDGETS, 'shop', 'broken');
  cluster.settle();
  assert.deepEqual(cluster.failures, []);
});

test('what changes nothing writes nothing', () => {
  pod('a');
  budget({ minAvailable: 0 });
  const asks = asksOf(cluster);
  cluster.store.modify(PODS, 'shop', 'a', ({ metadata }) => void (metadata.annotations = { seen: 'yes' }));
  cluster.settle();
  assert.deepEqual(
    asks.filter((ask) => ask.includes('budget')),
    [],
  );
});

test('an eviction that was granted counts for two minutes, to the last moment, while its Pod stands', () => {
  pod('a');
  pod('b');
  budget({ minAvailable: 0 });
  const now = cluster.clock.now();
  const noted = { a: new Date(now).toISOString(), gone: new Date(now).toISOString(), b: 'nonsense' };
  const note = (fresh: KubeObject) => void (fresh.status.disruptedPods = noted);
  cluster.store.modify(POD_DISRUPTION_BUDGETS, 'shop', 'budget', note, { subresource: 'status' });
  cluster.clock.advance(119_999);
  assert.deepEqual([figures(), status().disruptedPods], [[1, 1, 0, 2], { a: noted.a }]);
  cluster.store.modify(PODS, 'shop', 'a', ({ metadata }) => void (metadata.annotations = { seen: 'yes' }));
  cluster.clock.advance(0);
  assert.deepEqual(figures(), [1, 1, 0, 2]);
  cluster.clock.advance(1);
  assert.deepEqual([figures(), status().disruptedPods], [[2, 2, 0, 2], undefined]);
});

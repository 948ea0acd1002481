import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { controllerReference } from '../common/owner.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../common/types.ts';
import { asksOf, toolsOf } from '../testing/alone.ts';
import { claimTemplate, newStatefulSet, testCluster } from '../testing/cluster.ts';
import { placesOf, type Rollout, step } from './update.ts';

const PARALLEL = { podManagementPolicy: 'Parallel' };

const revision = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name },
  data: { spec: { template: { metadata: { labels: { app: 'kafka' } }, spec: { containers: [] } } } },
});

interface Member {
  is?: 'available' | 'young' | 'unready' | 'pending' | 'failed';
  /** In deletion, and held by a finalizer. */
  going?: boolean;
  old?: boolean;
  labels?: Record<string, string>;
  claim?: string;
}

/** A set without claims, and its Pods by ordinal; nothing happens by itself. */
function scene(replicas: number, spec: Body, members: Record<number, Member>, metadata: Body = {}) {
  const cluster = testCluster({ noControllers: true, lawless: true });
  const { store } = cluster;
  const set = newStatefulSet('kafka', replicas, { minReadySeconds: 10, ...spec });
  Object.assign(set.metadata, { uid: 'set-uid' }, metadata);
  for (const [ordinal, { is = 'available', going, old, labels, claim }] of Object.entries(members)) {
    const name = `kafka-${ordinal}`;
    const since = new Date(cluster.clock.now() - (is === 'young' ? 9_000 : 10_000)).toISOString();
    const ready = is === 'unready' ? 'False' : 'True';
    const volume = { name: 'data', persistentVolumeClaim: { claimName: claim } };
    store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'shop',
        labels: {
          'statefulset.kubernetes.io/pod-name': name,
          'controller-revision-hash': old ? 'rev-1' : 'rev-2',
          ...labels,
        },
        ...(going ? { finalizers: ['example.com/hold'] } : {}),
        ownerReferences: [controllerReference(set)],
      },
      spec: claim ? { volumes: [volume] } : {},
      status: {
        phase: is === 'failed' ? 'Failed' : is === 'pending' ? 'Pending' : 'Running',
        conditions: [{ type: 'Ready', status: ready, lastTransitionTime: since }],
      },
    });
    if (going) store.delete(PODS, 'shop', name);
  }
  const told: string[] = [];
  const rollout: Rollout = {
    set,
    tools: toolsOf(cluster, told),
    current: revision('rev-1'),
    update: revision('rev-2'),
  };
  const places = () => placesOf(rollout, cluster.pods());
  const asks = asksOf(cluster);
  /** What one step asks of the store, of Pods and claims. */
  const once = () => {
    asks.length = 0;
    step(rollout, places());
    return asks.filter((ask) => /^(create|delete|modify)/.test(ask));
  };
  return { cluster, set, told, places, once };
}

/** What one step does to Pods that stand so. */
const step1 = (...given: Parameters<typeof scene>) => scene(...given).once();

test('as many drafts as one step may make, each at its revision', () => {
  const drafts = (replicas: number, spec: Body, status?: Body, there: Record<number, Member> = {}) => {
    const { set, places } = scene(replicas, spec, there);
    set.status = status;
    return places().replicas.map(({ metadata }) => metadata.labels?.['controller-revision-hash']);
  };
  assert.deepEqual(drafts(3, {}, undefined, { 1: {} }), ['rev-2']);
  assert.deepEqual(drafts(3, {}, undefined, { 0: {} }), ['rev-2', 'rev-2']);
  assert.equal(drafts(502, PARALLEL, undefined, { 0: {} }).length, 501);
  const strategy = (updateStrategy: Body | undefined) => ({ ...PARALLEL, updateStrategy });
  const rolling = { type: 'RollingUpdate' };
  assert.deepEqual(drafts(2, strategy({ ...rolling, rollingUpdate: { partition: 1 } })), ['rev-1', 'rev-2']);
  assert.deepEqual(drafts(2, strategy({ ...rolling, rollingUpdate: {} })), ['rev-2', 'rev-2']);
  const status = { currentReplicas: 1 };
  assert.deepEqual(drafts(2, strategy(rolling), status), ['rev-1', 'rev-2']);
  assert.deepEqual(drafts(2, strategy(undefined), status), ['rev-1', 'rev-2']);
  assert.deepEqual(drafts(2, strategy(rolling)), ['rev-2', 'rev-2']);
  assert.deepEqual(drafts(2, strategy({ type: 'OnDelete' }), status), ['rev-2', 'rev-2']);
});

test('one that has failed is deleted, and an ordered set waits until it has gone', () => {
  assert.deepEqual(step1(2, {}, { 0: { is: 'failed' } }), ['delete pods kafka-0']);
  assert.deepEqual(step1(2, {}, { 0: { is: 'failed', going: true } }), []);
  assert.deepEqual(step1(2, PARALLEL, { 0: { is: 'failed' } }), [
    'delete pods kafka-0',
    'create pods kafka-1',
  ]);
});

test('an ordered set makes one, and goes no further', () => {
  assert.deepEqual(step1(2, {}, { 1: { is: 'failed' } }), ['create pods kafka-0']);
  assert.deepEqual(step1(1, {}, { 1: {} }), ['create pods kafka-0']);
});

test('an ordered set waits for what is not running, ready, or ready for long enough, or is going', () => {
  for (const member of [
    { is: 'pending' },
    { is: 'unready' },
    { is: 'young' },
    { going: true },
  ] as const satisfies Member[]) {
    assert.deepEqual(step1(2, {}, { 0: member }), [], JSON.stringify(member));
    assert.deepEqual(step1(2, PARALLEL, { 0: member }), ['create pods kafka-1'], JSON.stringify(member));
  }
});

test('a Pod that lacks its claim while it is pending gets it; one that runs does not', () => {
  const spec = { volumeClaimTemplates: [claimTemplate('data')] };
  const create = 'create persistentvolumeclaims data-kafka-0';
  assert.deepEqual(step1(1, spec, { 0: { is: 'pending', claim: 'data-kafka-0' } }), [create]);
  assert.deepEqual(step1(1, spec, { 0: { claim: 'data-kafka-0' } }), []);
});

test('a member that is not what it should be is repaired, but not while an ordered set waits for it', () => {
  const spec = { volumeClaimTemplates: [claimTemplate('data')] };
  const modify = 'modify pods kafka-0';
  const labels = { 'statefulset.kubernetes.io/pod-name': 'other' };
  assert.deepEqual(step1(1, {}, { 0: { labels } }), [modify]);
  assert.deepEqual(step1(1, {}, { 0: { labels, is: 'young' } }), []);
  assert.deepEqual(step1(1, PARALLEL, { 0: { labels, is: 'young' } }), [modify]);
  assert.ok(step1(1, spec, { 0: { claim: 'another' } }).includes(modify));
  assert.deepEqual(step1(2, {}, { 0: { labels } }), [modify, 'create pods kafka-1']);
});

/** A claim of a member, with these owners. */
function claimOf(
  { cluster }: ReturnType<typeof scene>,
  ordinal: number,
  ownerReferences: KubeObject['metadata']['ownerReferences'],
) {
  const template = claimTemplate('data');
  const metadata = { name: `data-kafka-${ordinal}`, namespace: 'shop', ownerReferences };
  cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: template.spec,
  });
}

const SCALED = {
  volumeClaimTemplates: [claimTemplate('data')],
  persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Delete' },
};

test('a claim gets the owners that the retention policy wants: the set’s, or those of a Pod that is to go', () => {
  const kept = scene(1, SCALED, { 0: { claim: 'data-kafka-0' } });
  claimOf(kept, 0, []);
  const modify = ['modify persistentvolumeclaims data-kafka-0', 'modify pods kafka-0'];
  assert.deepEqual(kept.once(), modify);
  assert.deepEqual(kept.once(), []);
  const condemned = scene(0, SCALED, { 0: { claim: 'data-kafka-0' } });
  claimOf(condemned, 0, []);
  assert.deepEqual(condemned.once(), ['modify persistentvolumeclaims data-kafka-0', 'delete pods kafka-0']);
});

test('of a claim that another manages nothing is said where it is as it should be', () => {
  const { told, ...rest } = scene(0, SCALED, { 0: { claim: 'data-kafka-0' } });
  const owner = { apiVersion: 'example.com/v1', kind: 'Keeper', name: 'k', uid: 'k-uid', controller: true };
  claimOf({ told, ...rest }, 0, [owner]);
  assert.deepEqual(rest.once(), ['delete pods kafka-0']);
  assert.deepEqual(told, [
    'Normal SuccessfulDelete: delete Pod kafka-0 in StatefulSet kafka successful'.replace('delete', 'Delete'),
  ]);
});

test('a claim of an earlier Pod of the name is waited for', () => {
  const stale = scene(1, SCALED, { 1: {} });
  claimOf(stale, 0, [{ apiVersion: 'v1', kind: 'Pod', name: 'kafka-0', uid: 'earlier' }]);
  assert.deepEqual(stale.once(), []);
});

test('what is too much goes from the top, one at a time; an ordered set waits while others below are not available', () => {
  assert.deepEqual(step1(1, {}, { 0: {}, 1: {}, 2: {} }), ['delete pods kafka-2']);
  assert.deepEqual(step1(1, PARALLEL, { 0: {}, 1: {}, 2: {} }), [
    'delete pods kafka-2',
    'delete pods kafka-1',
  ]);
  assert.deepEqual(step1(1, {}, { 0: {}, 1: { is: 'unready' }, 2: {} }), ['delete pods kafka-2']);
  assert.deepEqual(step1(1, {}, { 0: {}, 1: {}, 2: { is: 'unready' } }), ['delete pods kafka-2']);
  assert.deepEqual(step1(1, {}, { 0: {}, 1: { is: 'young' }, 2: { is: 'unready' } }), []);
  assert.deepEqual(step1(1, {}, { 0: {}, 1: { going: true }, 2: { is: 'unready' } }), []);
  assert.deepEqual(step1(1, {}, { 0: {}, 1: {}, 2: { going: true } }), []);
  const both = { 0: {}, 1: {}, 2: { going: true } };
  assert.deepEqual(step1(1, PARALLEL, both), ['delete pods kafka-1']);
});

test('an update replaces the highest old one, and waits for the newest', () => {
  const old = { old: true };
  assert.deepEqual(step1(2, {}, { 0: old, 1: old }), ['delete pods kafka-1']);
  assert.deepEqual(step1(2, {}, { 0: old, 1: {} }), ['delete pods kafka-0']);
  assert.deepEqual(step1(2, PARALLEL, { 0: old, 1: { is: 'young' } }), []);
  assert.deepEqual(step1(2, PARALLEL, { 0: old, 1: { old: true, going: true } }), []);
  const strategy = (updateStrategy: Body | undefined) => ({ updateStrategy });
  assert.deepEqual(step1(1, strategy(undefined), { 0: old }), ['delete pods kafka-0']);
  assert.deepEqual(step1(1, strategy({ type: 'OnDelete' }), { 0: old }), []);
  const partition = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  assert.deepEqual(step1(2, strategy(partition), { 0: old, 1: old }), ['delete pods kafka-1']);
  assert.deepEqual(step1(1, strategy(partition), { 0: old }), []);
});

test('a set that is going does nothing', () => {
  const deletionTimestamp = '2026-11-02T10:00:00Z';
  assert.deepEqual(step1(1, {}, {}, { deletionTimestamp }), []);
});

test('the first failure of a Parallel set is thrown once the rest is done', () => {
  const { cluster, once } = scene(3, PARALLEL, {});
  const { create } = cluster.store;
  const failures: unknown[] = [];
  cluster.store.create = (type, object, ...rest) => {
    const failure = new Error(object.metadata.name);
    if (object.metadata.name === 'kafka-2') return create(type, object, ...rest);
    failures.push(failure);
    throw failure;
  };
  assert.throws(once, (error) => error === failures[0]);
  assert.deepEqual(
    cluster.pods().map(({ metadata }) => metadata.name),
    ['kafka-2'],
  );
});

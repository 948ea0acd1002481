import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject, selectorMatches } from '@toolcrib/kube';
import fc from 'fast-check';
import { CONTROLLER_REVISIONS, DEPLOYMENTS, PODS, REPLICA_SETS, STATEFUL_SETS } from './common/types.ts';
import {
  deployStateful,
  newDeployment,
  newStatefulSet,
  restartsOf,
  type TestCluster,
  testCluster,
  uidsOf,
} from './testing/cluster.ts';

const WORKLOADS = [
  { type: DEPLOYMENTS, name: 'web', make: () => newDeployment('web', 2) },
  { type: DEPLOYMENTS, name: 'api', make: () => newDeployment('api', 1) },
  {
    type: STATEFUL_SETS,
    name: 'kafka',
    make: () => newStatefulSet('kafka', 2, { podManagementPolicy: 'Parallel' }),
  },
];

const action = fc.oneof(
  fc.record({ do: fc.constant('scale' as const), at: fc.nat(2), replicas: fc.nat(4) }),
  fc.record({ do: fc.constant('image' as const), at: fc.nat(2), tag: fc.nat(3) }),
  fc.record({ do: fc.constant('kill' as const), pick: fc.nat(20), now: fc.boolean() }),
  fc.record({ do: fc.constant('strip label' as const), pick: fc.nat(20) }),
  fc.record({
    do: fc.constant('delete' as const),
    at: fc.nat(2),
    policy: fc.constantFrom('Orphan' as const, 'Background' as const, 'Foreground' as const),
  }),
  fc.record({ do: fc.constant('create' as const), at: fc.nat(2) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(1500) }),
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function workload(at: number) {
  const found = WORKLOADS[at];
  assert.ok(found);
  return found;
}

function apply(cluster: TestCluster, step: Action): void {
  const { store } = cluster;
  if (step.do === 'wait') {
    cluster.clock.advance(step.ms);
    return;
  }
  if (step.do === 'kill' || step.do === 'strip label') {
    const pods = cluster.pods();
    const pod = pods[step.pick % Math.max(1, pods.length)];
    if (!pod) return;
    const { name } = pod.metadata;
    if (step.do === 'kill') store.delete(PODS, 'shop', name, step.now ? { gracePeriodSeconds: 0 } : {});
    else if (!name.startsWith('kafka-')) {
      // A StatefulSet's Pod that is released keeps its name, and blocks the ordinal: so it does in a real cluster.
      store.modify(PODS, 'shop', name, (fresh) => {
        delete fresh.metadata.labels?.app;
      });
    }
    return;
  }
  const { type, name, make } = workload(step.at);
  const there = cluster.exists(type, name);
  if (step.do === 'create') {
    if (!there) store.create(type, make());
    return;
  }
  if (!there) return;
  if (step.do === 'delete') store.delete(type, 'shop', name, { propagationPolicy: step.policy });
  else {
    store.modify(type, 'shop', name, (fresh) => {
      if (step.do === 'scale') fresh.spec.replicas = step.replicas;
      else fresh.spec.template.spec.containers[0].image = `app:${step.tag}`;
    });
  }
}

test('property: at rest each workload has exactly its Pods, of its newest template, and they match its selector', () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 3, maxLength: 15 }), (actions) => {
      const cluster = testCluster({ podStartMs: 100, podStopMs: 200 });
      for (const { type, make } of WORKLOADS) cluster.store.create(type, make());
      for (const step of actions) apply(cluster, step);
      cluster.settle(180);
      const live = new Map<string, KubeObject>();
      for (const type of [DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS]) {
        for (const owner of cluster.store.list(type, { namespace: 'shop' })) {
          assert.equal(owner.metadata.deletionTimestamp, undefined, `${owner.metadata.name} hangs`);
          live.set(owner.metadata.uid ?? '', owner);
        }
      }
      for (const pod of cluster.pods()) {
        assert.equal(pod.status.phase, 'Running');
        const reference = controllerOf(pod);
        if (!reference) continue;
        const owner = live.get(reference.uid);
        assert.ok(owner, `${pod.metadata.name} has an owner that is gone`);
        assert.ok(selectorMatches(owner.spec.selector, pod.metadata.labels));
      }
      for (const owner of live.values()) {
        const pods = cluster.pods().filter((pod) => topOf(pod, live)?.metadata.uid === owner.metadata.uid);
        if (controllerOf(owner)) continue;
        assert.equal(pods.length, owner.spec.replicas, `${owner.kind} ${owner.metadata.name}`);
        const images = new Set(pods.map((pod) => pod.spec.containers[0].image));
        assert.ok([...images].every((image) => image === owner.spec.template.spec.containers[0].image));
      }
      cluster.stop();
      assert.equal(cluster.clock.pending(), 0);
    }),
    { numRuns: 25 },
  );
});

/** The uppermost controller of a Pod: the Deployment rather than its ReplicaSet. */
function topOf(pod: KubeObject, live: Map<string, KubeObject>): KubeObject | undefined {
  let owner = live.get(controllerOf(pod)?.uid ?? '');
  for (let next = owner; next; next = live.get(controllerOf(next)?.uid ?? '')) owner = next;
  return owner;
}

test('property: deleted with Orphan and created again, at whatever pace: every Pod keeps its UID, 0 restarts', () => {
  fc.assert(
    fc.property(fc.nat(2), fc.nat(400), fc.nat(30), (at, pause, gcDelayMs) => {
      const cluster = testCluster({ gcDelayMs });
      const { type, name, make } = workload(at);
      cluster.store.create(type, make());
      cluster.settle(10);
      const before = uidsOf(cluster.pods());
      assert.ok(Object.keys(before).length > 0);
      const kept = cluster.get(type, name);
      cluster.store.delete(type, 'shop', name, { propagationPolicy: 'Orphan' });
      cluster.clock.advance(pause);
      // As one would do it by hand: again and again until the name is free.
      for (let tries = 0; cluster.exists(type, name); tries++) {
        assert.ok(tries < 100, 'never gone');
        cluster.clock.advance(10);
      }
      cluster.store.create(type, { ...make(), spec: kept.spec });
      cluster.settle(20);
      assert.deepEqual(uidsOf(cluster.pods()), before);
      assert.equal(restartsOf(cluster.pods()), 0);
      const { uid } = cluster.get(type, name).metadata;
      for (const pod of cluster.pods()) {
        const owner = controllerOf(pod);
        const top =
          owner?.kind === 'ReplicaSet' ? controllerOf(cluster.get(REPLICA_SETS, owner.name)) : owner;
        assert.equal(top?.uid, uid);
      }
      cluster.stop();
    }),
    { numRuns: 40 },
  );
});

test('orphan, create, orphan again, create: nothing is lost at rest', () => {
  const cluster = testCluster();
  const { spec } = deployStateful(cluster, 'kafka', 3);
  const before = uidsOf(cluster.pods());
  for (let round = 0; round < 3; round++) {
    cluster.store.delete(STATEFUL_SETS, 'shop', 'kafka', { propagationPolicy: 'Orphan' });
    cluster.settle();
    cluster.store.create(STATEFUL_SETS, { ...newStatefulSet('kafka', 3), spec });
    cluster.settle();
  }
  assert.deepEqual(uidsOf(cluster.pods()), before);
  assert.equal(cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' }).length, 1);
});

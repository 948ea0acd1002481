import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../common/types.ts';
import { restartsOf, type TestCluster, testCluster, uidsOf } from '../testing/cluster.ts';
import { newDaemonSet } from './testing/daemonsets.ts';

function start(cluster: TestCluster, spec: Body = {}): KubeObject {
  const made = cluster.store.create(DAEMON_SETS, newDaemonSet(spec));
  cluster.settle();
  return made;
}

const nodesOf = (cluster: TestCluster) =>
  cluster
    .pods()
    .map((pod) => pod.spec.nodeName)
    .sort();
const newImage = (cluster: TestCluster, image: string) =>
  cluster.store.modify(DAEMON_SETS, 'shop', 'agent', (object) => {
    object.spec.template.spec.containers[0].image = image;
  });

test('one Pod on each Node, also on one that comes later', () => {
  const cluster = testCluster();
  start(cluster);
  assert.deepEqual(nodesOf(cluster), ['node-1', 'node-2', 'node-3']);
  assert.deepEqual(cluster.get(DAEMON_SETS, 'agent').status, {
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    desiredNumberScheduled: 3,
    numberReady: 3,
    observedGeneration: 1,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
  });
  const { metadata, spec, status } = cluster.get(NODES, 'node-1');
  const name = 'node-9';
  cluster.store.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: metadata.labels },
    spec: { podCIDR: '10.244.9.0/24' },
  });
  cluster.store.modify(
    NODES,
    undefined,
    name,
    (node) => {
      node.status = status;
    },
    { subresource: 'status' },
  );
  cluster.settle();
  assert.ok(spec);
  assert.equal(nodesOf(cluster).length, 4);
});

test('a cordoned Node keeps and gets its Pod; a taint that it does not bear keeps it away', () => {
  const cluster = testCluster();
  cluster.store.modify(NODES, undefined, 'node-1', (node) => {
    node.spec.unschedulable = true;
  });
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    node.spec.taints = [{ key: 'dedicated', effect: 'NoSchedule' }];
  });
  start(cluster);
  assert.deepEqual(nodesOf(cluster), ['node-1', 'node-3']);
});

test('a rolling update replaces one after the other', () => {
  const cluster = testCluster();
  start(cluster);
  let fewest = 3;
  cluster.store.subscribe(() => {
    fewest = Math.min(
      fewest,
      cluster.pods().filter((pod) => !pod.metadata.deletionTimestamp && pod.status.phase === 'Running')
        .length,
    );
  });
  newImage(cluster, 'agent:2');
  cluster.settle(30);
  assert.equal(fewest, 2);
  assert.ok(cluster.pods().every((pod) => pod.spec.containers[0].image === 'agent:2'));
  assert.equal(cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' }).length, 2);
});

test('OnDelete leaves the Pods alone', () => {
  const cluster = testCluster();
  start(cluster, { updateStrategy: { type: 'OnDelete' } });
  const before = uidsOf(cluster.pods());
  newImage(cluster, 'agent:2');
  cluster.settle(30);
  assert.deepEqual(uidsOf(cluster.pods()), before);
});

test('deleted with Orphan and created again: same Pods, same revision, no restart; new Nodes wait meanwhile', () => {
  const cluster = testCluster();
  const old = start(cluster);
  const before = uidsOf(cluster.pods());
  const revisions = () => uidsOf(cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' }));
  const history = revisions();
  cluster.store.delete(DAEMON_SETS, 'shop', 'agent', { propagationPolicy: 'Orphan' });
  cluster.settle();
  cluster.store.delete(PODS, 'shop', cluster.pods()[0]?.metadata.name ?? '');
  cluster.settle();
  assert.equal(cluster.pods().length, 2, 'nobody replaces it');
  cluster.store.create(DAEMON_SETS, { ...newDaemonSet(), spec: old.spec });
  cluster.settle();
  assert.equal(cluster.pods().length, 3);
  const kept = Object.entries(uidsOf(cluster.pods())).filter(([name, uid]) => before[name] === uid);
  assert.equal(kept.length, 2);
  assert.equal(restartsOf(cluster.pods()), 0);
  assert.deepEqual(revisions(), history);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { NODES, PODS } from '../common/types.ts';
import { labelled, type TestCluster, testCluster } from '../testing/cluster.ts';

function createPod(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  return cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name }, annotations },
    spec: { ...labelled(name).spec, ...spec },
  });
}

const pod = (cluster: TestCluster, name: string) => cluster.get(PODS, name);

test('selectors, taints and room decide where a Pod may go', () => {
  const cluster = testCluster({ nodes: 2 });
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    node.metadata.labels = { ...node.metadata.labels, disk: 'ssd' };
    node.spec.taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
  });
  const toleration = [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }];
  createPod(cluster, 'picky', { nodeSelector: { disk: 'ssd' } });
  createPod(cluster, 'tolerant', { nodeSelector: { disk: 'ssd' }, tolerations: toleration });
  createPod(cluster, 'huge', {
    containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '17' } } }],
  });
  cluster.settle();
  assert.equal(pod(cluster, 'picky').spec.nodeName, undefined);
  assert.equal(pod(cluster, 'tolerant').spec.nodeName, 'node-2');
  const scheduled = conditionOf(pod(cluster, 'huge').status, 'PodScheduled');
  assert.equal(scheduled?.reason, 'Unschedulable');
  assert.match(scheduled?.message ?? '', /^0\/2 nodes are available: .*1 Insufficient cpu/);
  assert.ok(cluster.events('huge').some((event) => event.reason === 'FailedScheduling'));
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    delete node.spec.taints;
  });
  cluster.settle();
  assert.equal(pod(cluster, 'picky').spec.nodeName, 'node-2', 'placed once the taint is gone');
});

test('a Node takes no more Pods than it has room for', () => {
  const cluster = testCluster({ nodes: 1 });
  for (let number = 0; number < 112; number++) createPod(cluster, `p${number}`);
  cluster.settle();
  assert.equal(cluster.pods().filter((item) => item.spec.nodeName).length, 110);
  cluster.store.delete(PODS, 'shop', 'p0', { gracePeriodSeconds: 0 });
  cluster.settle();
  assert.equal(
    cluster.pods().filter((item) => item.spec.nodeName).length,
    110,
    'its place is taken by another',
  );
});

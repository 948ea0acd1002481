import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { ENDPOINT_SLICES, ENDPOINTS, PODS, SERVICES } from './common/types.ts';
import { HOOKS } from './node/hooks.ts';
import { deploy, type TestCluster, testCluster } from './testing/cluster.ts';

function createService(cluster: TestCluster, spec: Body = {}) {
  return cluster.store.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', labels: { tier: 'front' } },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec },
  });
}

const slices = (cluster: TestCluster) => cluster.store.list(ENDPOINT_SLICES, { namespace: 'shop' });

test('ready Pods are addresses, others are not', () => {
  const cluster = testCluster();
  const service = createService(cluster);
  deploy(cluster, 'web', 3);
  const [slice] = slices(cluster);
  assert.equal(slices(cluster).length, 1);
  assert.equal(slice?.metadata.ownerReferences?.[0]?.uid, service.metadata.uid);
  assert.equal(slice?.metadata.labels?.['kubernetes.io/service-name'], 'web');
  assert.deepEqual(
    slice?.endpoints.map((item: Body) => item.addresses[0]).sort(),
    cluster
      .pods()
      .map((pod) => pod.status.podIP)
      .sort(),
  );
  assert.deepEqual(slice?.ports, [{ name: '', port: 8080, protocol: 'TCP' }]);
  assert.equal(cluster.get(ENDPOINTS, 'web').subsets[0].addresses.length, 3);

  const name = cluster.pods()[0]?.metadata.name ?? '';
  cluster.store.modify(PODS, 'shop', name, (pod) => {
    pod.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle();
  const ready = slices(cluster)[0]?.endpoints.filter((item: Body) => item.conditions.ready);
  assert.equal(ready.length, 2);
  assert.equal(cluster.get(ENDPOINTS, 'web').subsets[0].notReadyAddresses.length, 1);
});

test('a Pod in deletion serves on but is no longer ready', () => {
  const cluster = testCluster({ podStopMs: 20_000 });
  createService(cluster);
  deploy(cluster, 'web', 1);
  cluster.store.delete(PODS, 'shop', cluster.pods()[0]?.metadata.name ?? '');
  cluster.clock.advance(10);
  const [endpoint] = slices(cluster)[0]?.endpoints ?? [];
  assert.deepEqual(endpoint.conditions, { ready: false, serving: true, terminating: true });
});

test('with the Service its Endpoints and slices go', () => {
  const cluster = testCluster();
  createService(cluster);
  deploy(cluster, 'web', 1);
  cluster.store.delete(SERVICES, 'shop', 'web');
  cluster.settle();
  assert.equal(cluster.exists(ENDPOINTS, 'web'), false);
  assert.deepEqual(slices(cluster), []);
});

test('a Service without a selector is left to others', () => {
  const cluster = testCluster();
  createService(cluster, { selector: undefined });
  cluster.settle();
  assert.deepEqual(slices(cluster), []);
});

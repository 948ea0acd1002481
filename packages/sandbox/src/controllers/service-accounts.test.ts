import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAPS, NAMESPACES, SERVICE_ACCOUNTS } from './common/types.ts';
import { namespaceContentController } from './service-accounts.ts';
import { asksOf, quietCluster, startAlone } from './testing/alone.ts';
import { testCluster } from './testing/cluster.ts';

const ROOT_CA = 'kube-root-ca.crt';

test('every namespace has its default account and the cluster’s CA', () => {
  const cluster = testCluster({ rootCa: 'PEM' });
  cluster.store.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } });
  cluster.settle();
  for (const namespace of ['default', 'shop', 'later']) {
    assert.equal(cluster.exists(SERVICE_ACCOUNTS, 'default', namespace), true, namespace);
    const map = cluster.get(CONFIG_MAPS, ROOT_CA, namespace);
    assert.deepEqual(map.data, { 'ca.crt': 'PEM' });
    assert.match(map.metadata.annotations?.['kubernetes.io/description'] ?? '', /^Contains a CA bundle/);
  }
  assert.deepEqual(cluster.failures, []);
});

test('what is deleted or changed is put back', () => {
  const cluster = testCluster({ rootCa: 'PEM' });
  const before = cluster.get(SERVICE_ACCOUNTS, 'default').metadata.uid;
  cluster.store.delete(SERVICE_ACCOUNTS, 'shop', 'default');
  cluster.store.delete(CONFIG_MAPS, 'shop', ROOT_CA);
  cluster.settle();
  assert.notEqual(cluster.get(SERVICE_ACCOUNTS, 'default').metadata.uid, before);
  cluster.store.modify(CONFIG_MAPS, 'shop', ROOT_CA, (map) => {
    map.data = { 'ca.crt': 'forged', more: 'x' };
  });
  cluster.settle();
  assert.deepEqual(cluster.get(CONFIG_MAPS, ROOT_CA).data, { 'ca.crt': 'PEM' });
  const { resourceVersion } = cluster.get(CONFIG_MAPS, ROOT_CA).metadata;
  cluster.store.modify(CONFIG_MAPS, 'shop', ROOT_CA, (map) => {
    map.metadata.labels = { mine: 'x' };
  });
  cluster.settle();
  assert.notEqual(cluster.get(CONFIG_MAPS, ROOT_CA).metadata.resourceVersion, resourceVersion);
  assert.deepEqual(cluster.get(CONFIG_MAPS, ROOT_CA).metadata.labels, { mine: 'x' });
});

test('a namespace that goes gets nothing any more, and nobody complains', () => {
  const cluster = testCluster({ without: ['namespace'] });
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  cluster.store.delete(SERVICE_ACCOUNTS, 'shop', 'default');
  cluster.store.delete(CONFIG_MAPS, 'shop', ROOT_CA);
  cluster.settle();
  assert.equal(cluster.exists(SERVICE_ACCOUNTS, 'default'), false);
  assert.equal(cluster.exists(CONFIG_MAPS, ROOT_CA), false);
  assert.deepEqual(cluster.failures, []);
});

test('what is right is not written again; without a CA the map has an empty one', () => {
  const cluster = testCluster();
  assert.deepEqual(cluster.get(CONFIG_MAPS, ROOT_CA).data, { 'ca.crt': '' }, 'without a CA an empty one');
  const { resourceVersion } = cluster.get(CONFIG_MAPS, ROOT_CA).metadata;
  const accounts = cluster.store.list(SERVICE_ACCOUNTS, { namespace: 'shop' });
  assert.deepEqual(
    accounts.map((item) => item.metadata.name),
    ['default'],
  );
  cluster.store.modify(NAMESPACES, undefined, 'shop', (namespace) => {
    namespace.metadata.labels = { looked: 'at' };
  });
  cluster.settle();
  assert.equal(cluster.get(CONFIG_MAPS, ROOT_CA).metadata.resourceVersion, resourceVersion);
  assert.deepEqual(cluster.failures, []);
});

test('what the store refuses for another reason is not hidden', () => {
  const cluster = testCluster();
  const refuse = cluster.store.create;
  cluster.store.delete(SERVICE_ACCOUNTS, 'shop', 'default');
  cluster.store.create = () => {
    throw new Error('out of order');
  };
  cluster.settle(1);
  assert.match(cluster.failures[0] ?? '', /^serviceaccount-controller .*shop: .*out of order$/);
  cluster.store.create = refuse;
  cluster.settle(60);
  assert.equal(cluster.exists(SERVICE_ACCOUNTS, 'default'), true, 'tried again');
});

test('a namespace that has gone is no failure, and what changes nothing writes nothing', () => {
  const cluster = quietCluster();
  startAlone(cluster, (options) => namespaceContentController({ ...options, rootCa: 'PEM' }));
  const asks = asksOf(cluster);
  cluster.store.modify(NAMESPACES, undefined, 'shop', ({ metadata }) => void (metadata.labels = { a: 'b' }));
  asks.length = 0;
  cluster.settle();
  assert.deepEqual(asks, []);
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  const fresh = cluster.get(NAMESPACES, 'shop');
  fresh.spec.finalizers = [];
  cluster.store.update(NAMESPACES, fresh, { subresource: 'finalize' });
  if (cluster.exists(NAMESPACES, 'shop')) cluster.store.delete(NAMESPACES, undefined, 'shop');
  cluster.settle();
  assert.deepEqual([cluster.exists(NAMESPACES, 'shop'), cluster.failures], [false, []]);
});

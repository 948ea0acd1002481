import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf } from './common/conditions.ts';
import { CONFIG_MAPS, NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS } from './common/types.ts';
import { HOOKS } from './node/hooks.ts';
import { claimTemplate, deploy, deployStateful, type TestCluster, testCluster } from './testing/cluster.ts';

function configMap(name: string, finalizers?: string[]) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop', finalizers } };
}

const shop = (cluster: TestCluster) => cluster.get(NAMESPACES, 'shop');

test('each namespace gets its ServiceAccount and the CA, and gets them back', () => {
  const cluster = testCluster({ rootCa: 'PEM' });
  assert.equal(cluster.get(CONFIG_MAPS, 'kube-root-ca.crt').data['ca.crt'], 'PEM');
  const before = cluster.get(SERVICE_ACCOUNTS, 'default').metadata.uid;
  cluster.store.delete(SERVICE_ACCOUNTS, 'shop', 'default');
  cluster.settle();
  assert.notEqual(cluster.get(SERVICE_ACCOUNTS, 'default').metadata.uid, before);
});

test('a deleted namespace is emptied, Pods first, and goes', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2);
  deployStateful(cluster, 'kafka', 2, { volumeClaimTemplates: [claimTemplate('data')] });
  cluster.store.create(CONFIG_MAPS, configMap('settings'));
  const gone: string[] = [];
  cluster.store.subscribe(({ type, object }) => {
    if (type === 'DELETED') gone.push(object.kind);
  });
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  cluster.clock.advance(200);
  assert.equal(shop(cluster).status.phase, 'Terminating');
  assert.equal(cluster.exists(CONFIG_MAPS, 'settings'), true, 'nothing else before the Pods');
  cluster.settle(30);
  assert.equal(cluster.exists(NAMESPACES, 'shop'), false);
  assert.ok(gone.lastIndexOf('Pod') < gone.indexOf('ConfigMap'));
  for (const info of cluster.store.resources().filter((item) => item.namespaced)) {
    assert.deepEqual(cluster.store.list(info, { namespace: 'shop' }), [], info.resource);
  }
  assert.equal(cluster.exists(NAMESPACES, 'default'), true);
});

test('a foreign finalizer keeps the namespace, and its conditions say what and how many', () => {
  const cluster = testCluster();
  cluster.store.create(CONFIG_MAPS, configMap('held', ['example.com/hold']));
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  cluster.settle(30);
  const { status } = shop(cluster);
  const remaining = conditionOf(status, 'NamespaceContentRemaining');
  assert.equal(remaining?.status, 'True');
  assert.equal(remaining?.message, 'Some resources are remaining: configmaps. has 1 resource instances');
  assert.equal(
    conditionOf(status, 'NamespaceFinalizersRemaining')?.message,
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  );
  assert.equal(conditionOf(status, 'NamespaceDeletionContentFailure')?.status, 'False');
  cluster.store.modify(CONFIG_MAPS, 'shop', 'held', (object) => {
    delete object.metadata.finalizers;
  });
  cluster.settle(30);
  assert.equal(cluster.exists(NAMESPACES, 'shop'), false);
});

test('workloads do not fill a namespace that is being emptied', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3);
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  const made: string[] = [];
  cluster.store.subscribe(({ type, resource }) => {
    if (type === 'ADDED' && resource.resource === PODS.resource) made.push(resource.resource);
  });
  cluster.settle(30);
  assert.deepEqual(made, []);
  assert.equal(cluster.exists(NAMESPACES, 'shop'), false);
});

test('a Pod that hangs beyond its grace period is told as a failure', () => {
  const cluster = testCluster({ nodes: 1 });
  deploy(cluster, 'web', 1);
  const lose = (value: string) =>
    cluster.store.modify(NODES, undefined, 'node-1', (node) => {
      node.metadata.annotations = { ...node.metadata.annotations, [HOOKS.lost]: value };
    });
  lose('true');
  cluster.settle();
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  const failure = () => {
    const { status, reason, message } =
      conditionOf(shop(cluster).status, 'NamespaceDeletionContentFailure') ?? {};
    return [status, reason, message];
  };
  cluster.settle(25);
  const fine = 'All content successfully deleted, may be waiting on finalization';
  assert.deepEqual(failure(), ['False', 'ContentDeleted', fine]);
  assert.equal(
    conditionOf(shop(cluster).status, 'NamespaceContentRemaining')?.status,
    'False',
    'Pods are not told',
  );
  cluster.settle(10);
  assert.deepEqual(failure(), [
    'True',
    'ContentDeletionFailed',
    'Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: shop for gvr: /v1, Resource=pods',
  ]);
  const { resourceVersion } = shop(cluster).metadata;
  cluster.settle(20);
  assert.equal(shop(cluster).metadata.resourceVersion, resourceVersion, 'said once');
  lose('false');
  cluster.settle();
  assert.equal(cluster.exists(NAMESPACES, 'shop'), false);
});

test('a condition keeps its time while its status stays', () => {
  const cluster = testCluster();
  cluster.store.create(CONFIG_MAPS, configMap('one', ['example.com/hold']));
  cluster.store.create(CONFIG_MAPS, configMap('two', ['example.com/hold']));
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  cluster.settle(30);
  const before = conditionOf(shop(cluster).status, 'NamespaceContentRemaining');
  assert.match(before?.message ?? '', /configmaps\. has 2 resource instances$/);
  cluster.store.modify(CONFIG_MAPS, 'shop', 'two', (object) => {
    delete object.metadata.finalizers;
  });
  cluster.settle(30);
  const after = conditionOf(shop(cluster).status, 'NamespaceContentRemaining');
  assert.match(after?.message ?? '', /configmaps\. has 1 resource instances$/);
  assert.equal(after?.lastTransitionTime, before?.lastTransitionTime);
  assert.equal(shop(cluster).status.conditions.length, 5);
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from './common/conditions.ts';
import { CONFIG_MAPS, NAMESPACES, PODS } from './common/types.ts';
import { namespaceController } from './namespace.ts';
import { asksOf, quietCluster, startAlone } from './testing/alone.ts';
import { labelled, type TestCluster } from './testing/cluster.ts';

const FINE = 'All content successfully deleted, may be waiting on finalization';
let cluster: TestCluster;

beforeEach(() => {
  cluster = quietCluster();
  startAlone(cluster, namespaceController);
});

const configMap = (name: string, finalizers?: string[]) =>
  cluster.store.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', finalizers },
  });

const leave = () => void cluster.store.delete(NAMESPACES, undefined, 'shop');

const hold = ({ metadata }: KubeObject) => void (metadata.finalizers = ['example.com/hold']);
const shop = () => cluster.get(NAMESPACES, 'shop');
const isThere = () => cluster.exists(NAMESPACES, 'shop');
const condition = (type: string) => {
  const { status, message } = conditionOf(shop().status, type) ?? {};
  return [status, message];
};
const failure = () => condition('NamespaceDeletionContentFailure');
/** What it says, at each of its changes from now on, of deletions that failed. */
const failures = () => {
  const told: unknown[] = [];
  cluster.store.subscribe(({ object, resource }) => {
    if (resource.resource !== 'namespaces') return;
    told.push(conditionOf(object.status, 'NamespaceDeletionContentFailure')?.message);
  });
  return told;
};
const setStatus = (change: (shop: KubeObject) => void) => {
  cluster.store.modify(NAMESPACES, undefined, 'shop', change, { subresource: 'status' });
  cluster.clock.advance(0);
};

test('a namespace that nobody deletes is left alone', () => {
  const asks = asksOf(cluster);
  cluster.store.modify(NAMESPACES, undefined, 'shop', ({ metadata }) => void (metadata.labels = { a: 'b' }));
  cluster.settle();
  assert.deepEqual(asks, ['modify namespaces shop', 'get namespaces shop', 'update namespaces shop']);
});

test('an empty one goes at once', () => {
  leave();
  cluster.clock.advance(0);
  assert.deepEqual([isThere(), cluster.failures, cluster.clock.pending()], [false, [], 0]);
});

test('its phase stays Terminating, whoever writes another', () => {
  configMap('held', ['example.com/hold']);
  leave();
  cluster.settle();
  setStatus(({ status }) => void (status.phase = 'Active'));
  assert.equal(shop().status.phase, 'Terminating');
  setStatus((there) => delete there.status);
  assert.deepEqual([shop().status.phase, shop().status.conditions.length], ['Terminating', 5]);
  assert.deepEqual(cluster.failures, []);
});

test('what others say of it stays, and what has been said is not said again', () => {
  configMap('held', ['example.com/hold', 'example.com/other']);
  leave();
  cluster.settle();
  setStatus(({ status }) => status.conditions.unshift({ type: 'Foreign', status: 'True' }));
  const other = ({ metadata }: KubeObject) => void (metadata.finalizers = ['example.com/other']);
  cluster.store.modify(CONFIG_MAPS, 'shop', 'held', other);
  cluster.settle();
  const { conditions } = shop().status;
  assert.deepEqual([conditions.length, conditions[0].type], [6, 'Foreign']);
  assert.match(String(condition('NamespaceFinalizersRemaining')[1]), /remaining: example\.com\/other in 1/);
  const asks = asksOf(cluster);
  cluster.settle(20);
  assert.deepEqual(
    asks.filter((ask) => ask.includes('namespaces')),
    [],
  );
});

test('finalizers of others: those of its spec and of its own keep it, and it is not emptied twice', () => {
  const fresh = shop();
  fresh.spec.finalizers.push('example.com/own');
  cluster.store.update(NAMESPACES, fresh, { subresource: 'finalize' });
  cluster.store.modify(NAMESPACES, undefined, 'shop', hold);
  leave();
  cluster.settle();
  assert.deepEqual(shop().spec.finalizers, ['example.com/own']);
  const asks = asksOf(cluster);
  cluster.store.modify(NAMESPACES, undefined, 'shop', ({ metadata }) => void (metadata.labels = { a: 'b' }));
  asks.length = 0;
  cluster.settle();
  assert.deepEqual(asks, []);
});

test('what somebody else removes meanwhile is no failure; what fails is told, and tried again', () => {
  const { store } = cluster;
  const real = store.delete;
  configMap('one');
  store.delete = (type, ...rest) => {
    if (type.resource === 'configmaps') real(type, ...rest);
    return real(type, ...rest);
  };
  const told = failures();
  leave();
  cluster.clock.advance(0);
  assert.deepEqual([isThere(), cluster.failures], [false, []]);
  assert.deepEqual([...new Set(told)], [undefined, FINE]);
});

test('a deletion that fails is told, also where it was done all the same', () => {
  const { store } = cluster;
  const real = store.delete;
  configMap('one');
  let fails = (): unknown => new Error('no answer');
  store.delete = (type, ...rest) => {
    if (type.resource !== 'configmaps') return real(type, ...rest);
    throw fails();
  };
  leave();
  cluster.clock.advance(0);
  assert.deepEqual(failure(), [
    'True',
    'Failed to delete all resource types, 2 remaining: no answer, unexpected items still remain in namespace: shop for gvr: /v1, Resource=configmaps',
  ]);
  const told = failures();
  fails = () => {
    real(CONFIG_MAPS, 'shop', 'one');
    return new Error('too late');
  };
  cluster.clock.advance(500);
  assert.deepEqual(told.slice(0, 2), ['Failed to delete all resource types, 1 remaining: too late', FINE]);
  assert.equal(isThere(), false);
});

test('a namespace that can’t be removed in the end is reported', () => {
  const { store } = cluster;
  const real = store.delete;
  cluster.store.modify(NAMESPACES, undefined, 'shop', hold);
  leave();
  store.delete = (type, ...rest) => {
    if (type.resource !== 'namespaces') return real(type, ...rest);
    throw new Error('no answer');
  };
  cluster.clock.advance(0);
  assert.deepEqual(cluster.failures, ['namespace-controller /shop: Error: no answer']);
});

test('a Pod has 30 seconds where it says nothing, and one that is finished none', () => {
  const { store } = cluster;
  const real = store.delete;
  // A kubelet that does not answer.
  store.delete = (type, ...rest) => {
    if (type.resource !== 'pods') return real(type, ...rest);
    return { object: store.get(type, rest[0], rest[1]), gone: false };
  };
  const spec = { ...labelled('a').spec, nodeName: 'n1', terminationGracePeriodSeconds: undefined };
  store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'shop' }, spec });
  leave();
  cluster.clock.advance(29_000);
  assert.equal(failure()[0], 'False');
  const finish = ({ status }: KubeObject) => void (status.phase = 'Succeeded');
  store.modify(PODS, 'shop', 'a', finish, { subresource: 'status' });
  cluster.clock.advance(500);
  assert.match(
    String(failure()[1]),
    /1 remaining: unexpected items still remain in namespace: shop for gvr: \/v1, Resource=pods$/,
  );
});

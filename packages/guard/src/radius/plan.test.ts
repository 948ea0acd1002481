import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceInfo } from '@toolcrib/kube';
import { planLists } from './plan.ts';
import { aim, object } from './testing/objects.ts';
import type { Aim } from './view.ts';

const info = (
  group: string,
  resource: string,
  kind: string,
  namespaced = true,
  verbs = ['list', 'delete', 'get'],
) => ({ group, version: 'v1', resource, kind, namespaced, verbs, subresources: [] }) satisfies ResourceInfo;

const served = [
  info('', 'pods', 'Pod'),
  info('', 'secrets', 'Secret'),
  info('', 'events', 'Event'),
  info('', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  info('', 'persistentvolumes', 'PersistentVolume', false),
  info('', 'endpoints', 'Endpoints'),
  info('', 'bindings', 'Binding', true, ['create']),
  info('coordination.k8s.io', 'leases', 'Lease'),
  info('discovery.k8s.io', 'endpointslices', 'EndpointSlice'),
  info('apps', 'deployments', 'Deployment'),
  info('k.io', 'kafkas', 'Kafka'),
  info('k.io', 'zones', 'Zone', false),
];
const lists = (...aims: Aim[]) =>
  planLists(served, aims)
    .map(
      ({ info: { resource }, namespace, metadata }) =>
        `${namespace ?? '*'}/${resource}${metadata ? '' : '!'}`,
    )
    .sort();
const deployment = aim(object('apps/v1 Deployment', 'shop/web'));

test('a namespaced target: the deletable kinds of its namespace, whole only where metadata says too little', () => {
  assert.deepEqual(lists(deployment), [
    'shop/deployments!',
    'shop/kafkas',
    'shop/persistentvolumeclaims!',
    'shop/pods!',
    'shop/secrets',
  ]);
});

test('several targets of a namespace cost no more than one; two namespaces cost two', () => {
  assert.deepEqual(lists(deployment, aim(object('v1 Secret', 'shop/s'))), lists(deployment));
  assert.equal(lists(deployment, aim(object('v1 Secret', 'other/s'))).length, 2 * lists(deployment).length);
});

test('a scale-down asks only for what is around Pods', () => {
  const scale = aim(object('apps/v1 Deployment', 'shop/web'), { does: 'scale', replicas: 0 });
  assert.deepEqual(lists(scale), ['shop/deployments!', 'shop/persistentvolumeclaims!', 'shop/pods!']);
});

test('a Namespace: everything in it, Endpoints and hand-written EndpointSlices too, and cluster-scoped kinds it may own', () => {
  const namespace = aim(object('v1 Namespace', 'shop'));
  assert.deepEqual(lists(namespace), [
    '*/persistentvolumes',
    '*/zones',
    'shop/deployments!',
    'shop/endpoints',
    'shop/endpointslices',
    'shop/kafkas',
    'shop/persistentvolumeclaims!',
    'shop/pods!',
    'shop/secrets',
  ]);
});

test('a cluster-scoped target that may own anything asks everywhere, once', () => {
  const zone = aim(object('k.io/v1 Zone', 'z'));
  assert.ok(lists(zone).every((list) => list.startsWith('*/')));
  assert.deepEqual(lists(zone, deployment), lists(zone));
  assert.deepEqual(lists(aim(object('v1 PersistentVolume', 'p'))), ['*/persistentvolumeclaims!']);
});

test('only what can be listed and deleted is asked for', () => {
  const more = [
    info('a.io', 'reads', 'Read', true, ['list', 'get']),
    info('a.io', 'blinds', 'Blind', true, ['delete']),
  ];
  assert.deepEqual(planLists(more, [deployment]), []);
});

test('of EndpointSlices in a Namespace only those that nobody manages; all else whatever its labels', () => {
  const selectors = planLists(served, [aim(object('v1 Namespace', 'shop'))]).flatMap((list) =>
    'labelSelector' in list ? [[list.info.resource, list.labelSelector]] : [],
  );
  assert.deepEqual(selectors, [
    [
      'endpointslices',
      'endpointslice.kubernetes.io/managed-by notin (endpointslice-controller.k8s.io,endpointslicemirroring-controller.k8s.io)',
    ],
  ]);
});

test('what may own anything asks for no Events, Leases and Endpoints, and whole only where that is needed', () => {
  assert.deepEqual(lists(aim(object('k.io/v1 Zone', 'z'))), [
    '*/deployments!',
    '*/kafkas',
    '*/persistentvolumeclaims!',
    '*/persistentvolumes',
    '*/pods!',
    '*/secrets',
    '*/zones',
  ]);
  assert.deepEqual(lists(aim(object('storage.k8s.io/v1 StorageClass', 's'))), ['*/persistentvolumeclaims!']);
});

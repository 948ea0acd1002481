import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { ENDPOINT_SLICES, ENDPOINTS, NAMESPACES, PODS, SERVICES } from './common/types.ts';
import { endpointsController } from './endpoints.ts';
import { quietCluster, startAlone } from './testing/alone.ts';
import { type TestCluster, testCluster } from './testing/cluster.ts';

const TRIGGERED_AT = 'endpoints.kubernetes.io/last-change-trigger-time';
const OTHERS = 'endpointslice.kubernetes.io/managed-by';

let cluster: TestCluster;

/** Without the API's rules, so that a Pod comes with the status that a test wants. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, endpointsController);
});

function newService(spec: Body = {}, metadata: Body = {}): KubeObject {
  return cluster.store.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', labels: { tier: 'front' }, ...metadata },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }], ...spec },
  });
}

function newPod(name: string, ip: string, spec: Body = {}, of: { app?: string; ready?: string } = {}) {
  const { app = 'web', ready = 'True' } = of;
  return cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app } },
    spec: { nodeName: 'n1', containers: [{ name: 'main' }], ...spec },
    status: { podIP: ip, phase: 'Running', conditions: [{ type: 'Ready', status: ready }] },
  });
}

const list = () => cluster.store.list(ENDPOINT_SLICES, { namespace: 'shop' });
const slice = () => {
  cluster.settle();
  const [only, ...more] = list();
  assert.deepEqual([more, cluster.failures], [[], []]);
  return only as KubeObject;
};
const endpoints = () => cluster.get(ENDPOINTS, 'web');
const addresses = () => slice().endpoints.map((item: Body) => item.addresses[0]);
const edit = (change: (service: KubeObject) => void) => {
  cluster.store.modify(SERVICES, 'shop', 'web', change);
  cluster.settle();
};

test('what a slice and Endpoints say of the Pods, in the order of their names', () => {
  const service = newService();
  cluster.settle();
  const b = newPod('b', '10.0.0.2', { hostname: 'two', subdomain: 'web' }, { ready: 'False' });
  const c = newPod('c', '10.0.0.3', { hostname: 'three', subdomain: 'other' });
  const a = newPod('a', '10.0.0.1', { subdomain: 'web' });
  const ref = (pod: KubeObject) => ({
    kind: 'Pod',
    name: pod.metadata.name,
    namespace: 'shop',
    uid: pod.metadata.uid,
  });
  const ready = { ready: true, serving: true, terminating: false };
  const waits = { ready: false, serving: false, terminating: false };
  const { metadata, addressType, ports, ...rest } = slice();
  assert.deepEqual(rest.endpoints, [
    { addresses: ['10.0.0.1'], conditions: ready, nodeName: 'n1', targetRef: ref(a) },
    { addresses: ['10.0.0.2'], conditions: waits, hostname: 'two', nodeName: 'n1', targetRef: ref(b) },
    { addresses: ['10.0.0.3'], conditions: ready, nodeName: 'n1', targetRef: ref(c) },
  ]);
  assert.deepEqual([addressType, ports], ['IPv4', [{ name: '', port: 80, protocol: 'TCP' }]]);
  assert.deepEqual(metadata.labels, {
    tier: 'front',
    [OTHERS]: 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': 'web',
  });
  assert.deepEqual(metadata.ownerReferences, [
    {
      apiVersion: 'v1',
      kind: 'Service',
      name: 'web',
      uid: service.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  assert.deepEqual(endpoints().subsets, [
    {
      addresses: [
        { ip: '10.0.0.1', nodeName: 'n1', targetRef: ref(a) },
        { ip: '10.0.0.3', nodeName: 'n1', targetRef: ref(c) },
      ],
      notReadyAddresses: [{ ip: '10.0.0.2', hostname: 'two', nodeName: 'n1', targetRef: ref(b) }],
      ports: [{ port: 80, protocol: 'TCP' }],
    },
  ]);
  assert.deepEqual(endpoints().metadata.labels, {
    tier: 'front',
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
  });
});

test('ports by number, by the name that the Pod gives them, and none where it has none of that name', () => {
  newService({
    ports: [
      { name: 'dns', port: 53, targetPort: 'dns', protocol: 'UDP' },
      { name: 'web', port: 80, targetPort: 'http' },
      { name: 'none', port: 81, targetPort: 'missing' },
      { name: 'plain', port: 82, targetPort: 8082 },
    ],
  });
  const containers = [
    { name: 'bare' },
    {
      name: 'main',
      ports: [
        { name: 'metrics', containerPort: 9090 },
        { name: 'dns', containerPort: 5354 },
        { name: 'dns', containerPort: 5353, protocol: 'UDP' },
        { name: 'http', containerPort: 8080 },
      ],
    },
  ];
  newPod('a', '10.0.0.1', { containers });
  const wanted = [
    { name: 'dns', port: 5353, protocol: 'UDP' },
    { name: 'web', port: 8080, protocol: 'TCP' },
    { name: 'plain', port: 8082, protocol: 'TCP' },
  ];
  assert.deepEqual(slice().ports, wanted);
  assert.deepEqual(endpoints().subsets[0].ports, wanted);
  edit(({ spec }) => delete spec?.ports);
  assert.deepEqual(slice().ports, []);
});

test('named ports are none where no Pod, or none with containers, says what they are', () => {
  newService({ ports: [{ port: 80, targetPort: 'http' }] });
  assert.deepEqual(slice().ports, []);
  newPod('a', '10.0.0.1', { containers: undefined });
  assert.deepEqual([slice().ports, addresses()], [[], ['10.0.0.1']]);
});

test('a Pod that comes, goes or changes its labels is taken up', () => {
  newService();
  assert.deepEqual(addresses(), []);
  assert.equal('subsets' in endpoints(), false);
  newPod('other', '10.0.0.9', {}, { app: 'other' });
  newPod('a', '10.0.0.1');
  assert.deepEqual(addresses(), ['10.0.0.1']);
  assert.equal(endpoints().subsets[0].notReadyAddresses, undefined);
  cluster.store.modify(PODS, 'shop', 'a', ({ metadata }) => void (metadata.labels = { app: 'other' }));
  assert.deepEqual(addresses(), []);
  assert.equal('subsets' in endpoints(), false);
});

test('a Pod that is not ready is published where the Service says so', () => {
  newService({ publishNotReadyAddresses: true });
  newPod('a', '10.0.0.1', {}, { ready: 'False' });
  assert.deepEqual(slice().endpoints[0].conditions, { ready: true, serving: false, terminating: false });
  const [{ addresses: published, notReadyAddresses }] = endpoints().subsets;
  assert.deepEqual([published.length, notReadyAddresses], [1, undefined]);
  edit(({ spec }) => void (spec.publishNotReadyAddresses = false));
  assert.deepEqual(
    [slice().endpoints[0].conditions.ready, endpoints().subsets[0].addresses],
    [false, undefined],
  );
});

test('a headless Service says so, and a change of labels comes through', () => {
  newService({ clusterIP: 'None' });
  const mark = 'service.kubernetes.io/headless';
  assert.equal(slice().metadata.labels?.[mark], '');
  assert.equal(endpoints().metadata.labels?.[mark], '');
  cluster.clock.advance(60_000);
  const before = [slice().metadata.annotations, endpoints().metadata.annotations];
  edit((service) => {
    service.spec.clusterIP = '10.96.0.1';
    service.metadata.labels = { tier: 'back' };
  });
  assert.deepEqual(Object.keys(endpoints().metadata.labels ?? {}).sort(), [
    'endpoints.kubernetes.io/managed-by',
    'tier',
  ]);
  assert.equal(slice().metadata.labels?.tier, 'back');
  assert.equal(mark in (slice().metadata.labels ?? {}), false);
  for (const [at, { metadata }] of [slice(), endpoints()].entries()) {
    assert.deepEqual(Object.keys(metadata.annotations ?? {}), [TRIGGERED_AT]);
    assert.notDeepEqual(metadata.annotations, before[at]);
  }
});

test('what changes nothing writes nothing', () => {
  newService();
  newPod('a', '10.0.0.1');
  const versions = () => [slice(), endpoints()].map(({ metadata }) => metadata.resourceVersion);
  const before = versions();
  edit(({ metadata }) => void (metadata.annotations = { seen: 'yes' }));
  assert.deepEqual(versions(), before);
});

test('a hundred in a slice, and a slice that is not wanted any more goes', () => {
  newService();
  for (let at = 0; at < 101; at++) newPod(`p${String(at).padStart(3, '0')}`, `10.0.1.${at}`);
  cluster.settle();
  const sizes = () => list().map(({ endpoints: items }) => items.length);
  assert.deepEqual(sizes().sort(), [1, 100]);
  cluster.store.delete(PODS, 'shop', 'p100', { gracePeriodSeconds: 0 });
  cluster.settle();
  assert.deepEqual(sizes(), [100]);
});

test('slices of others, of other Services and in deletion are none of its own', () => {
  const other = (name: string, labels: Record<string, string>, finalizers: string[] = []) =>
    cluster.store.create(ENDPOINT_SLICES, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'shop', labels, finalizers },
      addressType: 'IPv4',
      endpoints: [],
      ports: [],
    });
  const service = 'kubernetes.io/service-name';
  const own = 'endpointslice-controller.k8s.io';
  const there = [
    other('a-foreign', { [service]: 'web', [OTHERS]: 'me' }),
    other('b-elsewhere', { [service]: 'api', [OTHERS]: own }),
    other('c-going', { [service]: 'web', [OTHERS]: own }, ['example.com/wait']),
  ];
  cluster.store.delete(ENDPOINT_SLICES, 'shop', 'c-going');
  newService();
  newPod('a', '10.0.0.1');
  cluster.settle();
  const fresh = list().filter(({ metadata }) => !there.some((item) => item.metadata.uid === metadata.uid));
  assert.deepEqual([fresh.length, fresh[0]?.endpoints.length], [1, 1]);
  assert.deepEqual(
    there.map(({ metadata }) => cluster.get(ENDPOINT_SLICES, metadata.name).endpoints),
    [[], [], []],
  );
});

test('a slice that somebody deletes comes again, unless its Service is going', () => {
  newService({}, { finalizers: ['example.com/wait'] });
  const remove = () => cluster.store.delete(ENDPOINT_SLICES, 'shop', slice().metadata.name);
  remove();
  assert.deepEqual(addresses(), []);
  cluster.store.delete(SERVICES, 'shop', 'web');
  remove();
  cluster.settle();
  assert.deepEqual(list(), []);
});

test('a Service that selects nothing, or is a name outside, gets none', () => {
  newService({ selector: {} });
  newService({ selector: undefined }, { name: 'bare' });
  newService({ type: 'ExternalName' }, { name: 'outside' });
  newPod('a', '10.0.0.1');
  cluster.settle();
  assert.deepEqual([list(), cluster.store.list(ENDPOINTS), cluster.failures], [[], [], []]);
});

test('a namespace that is going is no failure; anything else is told', () => {
  cluster = quietCluster();
  const refuse = new Error('the disk is full');
  const { create } = cluster.store;
  newService({ ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] });
  cluster.store.create = (type, ...rest) => {
    if (type.resource === 'endpointslices') throw refuse;
    return create(type, ...rest);
  };
  const stop = startAlone(cluster, endpointsController);
  assert.match(cluster.failures[0] ?? '', /^endpointslice-controller shop\/web: Error: the disk is full$/);
  stop();
  cluster.failures.length = 0;
  cluster.store.create = create;
  cluster.store.delete(NAMESPACES, undefined, 'shop');
  startAlone(cluster, endpointsController);
  assert.deepEqual([list(), cluster.failures], [[], []]);
});

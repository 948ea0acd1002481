import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discoveryReply } from './discovery.ts';

const verbs = ['get'];
const pods = {
  name: 'pods',
  singularName: 'pod',
  namespaced: true,
  kind: 'Pod',
  verbs,
  shortNames: ['po'],
  categories: ['all'],
};
const nodes = { name: 'nodes', singularName: 'node', namespaced: false, kind: 'Node', verbs };
const deployments = {
  name: 'deployments',
  singularName: 'deployment',
  namespaced: true,
  kind: 'Deployment',
  verbs,
};
const scale = {
  name: 'deployments/scale',
  singularName: '',
  namespaced: true,
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs,
};
const status = { name: 'deployments/status', singularName: '', namespaced: true, kind: 'Deployment', verbs };
const groups = [
  { groupVersion: 'v1', resources: [pods, nodes] },
  { groupVersion: 'apps/v1', resources: [deployments, scale, status] },
  { groupVersion: 'autoscaling/v2', resources: [] },
  { groupVersion: 'autoscaling/v1', resources: [] },
];

// biome-ignore lint/suspicious/noExplicitAny: a document as it is sent
const bodyOf = (path: string, accept?: string): any =>
  discoveryReply(path, accept, groups, '127.0.0.1:1')?.body;
const aggregated = (v: string) => `application/json;g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`;

test('the versions of the core', () => {
  assert.deepEqual(bodyOf('/api'), {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:1' }],
  });
  assert.equal(discoveryReply('/api', undefined, groups, '')?.status, 200);
});

test('the groups, each with its preferred version first', () => {
  const version = (groupVersion: string) => ({ groupVersion, version: groupVersion.split('/')[1] });
  const autoscaling = {
    name: 'autoscaling',
    versions: [version('autoscaling/v2'), version('autoscaling/v1')],
    preferredVersion: version('autoscaling/v2'),
  };
  assert.deepEqual(bodyOf('/apis'), {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [
      { name: 'apps', versions: [version('apps/v1')], preferredVersion: version('apps/v1') },
      autoscaling,
    ],
  });
  assert.deepEqual(bodyOf('/apis/autoscaling'), { kind: 'APIGroup', apiVersion: 'v1', ...autoscaling });
});

test('the resources of a version', () => {
  assert.deepEqual(bodyOf('/api/v1'), {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [pods, nodes],
  });
  assert.deepEqual(bodyOf('/apis/apps/v1/'), {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'apps/v1',
    resources: [deployments, scale, status],
  });
});

test('what is no discovery is left to others', () => {
  for (const path of [
    '/api/v2',
    '/api/v1/pods',
    '/apis/none',
    '/apis/apps/v2',
    '/apis/apps/v1/x',
    '/version',
    '/apis//v1',
    '/',
  ]) {
    assert.equal(discoveryReply(path, undefined, groups, ''), undefined, path);
  }
});

test('one document of all groups, in exactly the version that was asked for', () => {
  for (const v of ['v2', 'v2beta1']) {
    const reply = discoveryReply('/apis', aggregated(v), groups, '');
    assert.equal(reply?.status, 200);
    assert.deepEqual(reply?.headers, { vary: 'Accept' });
    assert.equal(reply?.raw?.contentType, aggregated(v));
    assert.deepEqual(JSON.parse(String(reply?.raw?.body)), reply?.body);
    assert.equal(bodyOf('/apis', aggregated(v)).apiVersion, `apidiscovery.k8s.io/${v}`);
  }
  const { kind, metadata, items } = bodyOf('/apis', aggregated('v2'));
  assert.deepEqual([kind, metadata], ['APIGroupDiscoveryList', {}]);
  assert.deepEqual(
    items.map(
      ({ metadata: meta, versions }: { metadata: { name: string }; versions: { version: string }[] }) => [
        meta.name,
        versions.map(({ version }) => version),
      ],
    ),
    [
      ['apps', ['v1']],
      ['autoscaling', ['v2', 'v1']],
    ],
  );
  const responseKind = { group: '', version: '', kind: 'Deployment' };
  assert.deepEqual(items[0].versions[0], {
    version: 'v1',
    resources: [
      {
        resource: 'deployments',
        responseKind,
        scope: 'Namespaced',
        singularResource: 'deployment',
        verbs,
        subresources: [
          {
            subresource: 'scale',
            responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
            verbs,
          },
          { subresource: 'status', responseKind, verbs },
        ],
      },
    ],
    freshness: 'Current',
  });
});

test('the core has a document of its own, without a name', () => {
  const { items } = bodyOf('/api', aggregated('v2'));
  assert.equal(items.length, 1);
  assert.deepEqual(items[0].metadata, {});
  const [first, second] = items[0].versions[0].resources;
  assert.deepEqual([first.shortNames, first.categories, first.scope], [['po'], ['all'], 'Namespaced']);
  assert.deepEqual([second.shortNames, second.scope, second.subresources], [undefined, 'Cluster', undefined]);
});

test('what can’t be served in that form is served plainly, in the order of the Accept header', () => {
  const kind = (accept: string) => bodyOf('/apis', accept).kind;
  const plain = 'application/json';
  assert.equal(kind(`${aggregated('v9')},${plain}`), 'APIGroupList');
  assert.equal(kind(`${plain},${aggregated('v2')}`), 'APIGroupList');
  assert.equal(kind(`text/html,${aggregated('v2')}`), 'APIGroupDiscoveryList');
  assert.equal(kind(aggregated('v2').replace('apidiscovery', 'other')), 'APIGroupList');
  assert.equal(kind(aggregated('v2').replace('APIGroupDiscoveryList', 'Table')), 'APIGroupList');
  assert.equal(kind(aggregated('v2').replace('application/json', '*/*')), 'APIGroupDiscoveryList');
  assert.equal(kind(aggregated('v2').replace('application/json', 'application/*')), 'APIGroupDiscoveryList');
  assert.equal(kind(aggregated('v2').replace('application/json', 'application/yaml')), 'APIGroupList');
});

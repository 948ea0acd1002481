import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import { customTable, tableShapeOf } from './columns.ts';

const NOW = Date.parse('2026-11-02T10:05:00Z');

/** The columns that kubectl prints with `-o wide`. */
const HEADINGS: Record<string, string> = {
  '/pods': 'Name Ready Status Restarts Age IP Node Nominated Node Readiness Gates',
  '/services': 'Name Type Cluster-IP External-IP Port(s) Age Selector',
  '/nodes': 'Name Status Roles Age Version Internal-IP External-IP OS-Image Kernel-Version Container-Runtime',
  '/configmaps': 'Name Data Age',
  '/secrets': 'Name Type Data Age',
  '/namespaces': 'Name Status Age',
  'apps/deployments': 'Name Ready Up-to-date Available Age Containers Images Selector',
  'apps/replicasets': 'Name Desired Current Ready Age Containers Images Selector',
  'apps/statefulsets': 'Name Ready Age Containers Images',
  'networking.k8s.io/ingresses': 'Name Class Hosts Address Ports Age',
};

test('a built-in kind has the columns that kubectl prints', () => {
  for (const [key, headings] of Object.entries(HEADINGS)) {
    const { columns } = tableShapeOf(infoOf(key));
    assert.equal(columns.map(({ name }) => name).join(' '), headings, key);
  }
});

test('each kind is printed by its own rule, with a cell for each column', () => {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'X',
    metadata: { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z' },
    spec: { type: 'T', replicas: 3, schedule: '@daily', minAvailable: 2, podSelector: {} },
    status: { phase: 'P' },
    type: 'T',
  };
  const cells = (key: string) => tableShapeOf(infoOf(key)).cells(object, NOW);
  const printed = [
    'apps/controllerrevisions',
    'apps/daemonsets',
    'apps/deployments',
    'apps/replicasets',
    'apps/statefulsets',
    'autoscaling/horizontalpodautoscalers',
    'batch/cronjobs',
    'batch/jobs',
    'coordination.k8s.io/leases',
    'discovery.k8s.io/endpointslices',
    'networking.k8s.io/ingressclasses',
    'networking.k8s.io/ingresses',
    'networking.k8s.io/networkpolicies',
    'policy/poddisruptionbudgets',
    'rbac.authorization.k8s.io/clusterrolebindings',
    'rbac.authorization.k8s.io/rolebindings',
    'scheduling.k8s.io/priorityclasses',
    'storage.k8s.io/csidrivers',
    'storage.k8s.io/csinodes',
    'storage.k8s.io/storageclasses',
    'storage.k8s.io/volumeattachments',
    ...['configmaps', 'endpoints', 'events', 'namespaces', 'nodes', 'persistentvolumeclaims'].map(
      (name) => `/${name}`,
    ),
    ...['persistentvolumes', 'pods', 'podtemplates', 'resourcequotas', 'secrets'].map((name) => `/${name}`),
    ...['serviceaccounts', 'services'].map((name) => `/${name}`),
  ];
  for (const key of printed) {
    const { columns } = tableShapeOf(infoOf(key));
    assert.equal(cells(key).length, columns.length, key);
  }
  assert.deepEqual(cells('/configmaps'), ['one', 0, '5m']);
  assert.deepEqual(cells('/secrets'), ['one', 'T', 0, '5m']);
  assert.deepEqual(cells('/namespaces'), ['one', 'P', '5m']);
  assert.equal(cells('apps/statefulsets')[1], '0/3');
  assert.equal(cells('batch/cronjobs')[1], '@daily');
  assert.equal(cells('policy/poddisruptionbudgets')[1], '2');
});

test('a kind without a printer of its own shows its name and the time of its creation', () => {
  const shape = tableShapeOf(infoOf('/limitranges'));
  assert.deepEqual(
    shape.columns.map(({ name, type }) => [name, type]),
    [
      ['Name', 'string'],
      ['Created At', 'date'],
    ],
  );
  const metadata = { name: 'one', creationTimestamp: '2026-11-02T10:00:00Z' };
  const object = { apiVersion: 'v1', kind: 'LimitRange', metadata };
  assert.deepEqual(shape.cells(object, NOW), ['one', '2026-11-02T10:00:00Z']);
});

test('a custom resource has the columns of its definition after its name', () => {
  const printer = [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size', format: 'int32', priority: 1 },
    { name: 'Note', type: 'string', jsonPath: '.note', description: 'said by hand' },
  ];
  const shape = customTable(printer, (_object, column, now) => `${column.jsonPath} at ${now}`);
  assert.deepEqual(shape.columns[0]?.name, 'Name');
  assert.deepEqual(shape.columns.slice(1), [
    {
      name: 'Size',
      type: 'integer',
      format: 'int32',
      description: 'Custom resource definition column (in JSONPath format): .spec.size',
      priority: 1,
    },
    { name: 'Note', type: 'string', format: '', description: 'said by hand', priority: 0 },
  ]);
  const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
  assert.deepEqual(shape.cells(object, 7), ['w', '.spec.size at 7', '.note at 7']);
});

test('a definition without columns has the age', () => {
  const paths: string[] = [];
  const shape = customTable(undefined, (_object, { jsonPath }) => void paths.push(jsonPath));
  assert.deepEqual(
    shape.columns.map(({ name, type }) => [name, type]),
    [
      ['Name', 'string'],
      ['Age', 'date'],
    ],
  );
  assert.match(shape.columns[1]?.description ?? '', /^CreationTimestamp is a timestamp representing/);
  shape.cells({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }, 7);
  assert.deepEqual(paths, ['.metadata.creationTimestamp']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationsOf } from './openapi-paths.ts';

const resource = (name: string, verbs: string[], more: object = {}) => ({
  name,
  singularName: '',
  namespaced: true,
  kind: 'Deployment',
  verbs,
  ...more,
});

const query = (name: string, type = 'string') => ({ name, in: 'query', schema: { type, uniqueItems: true } });
const inPath = (name: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string', uniqueItems: true },
});

test('each verb is an operation on the collection or on the object', () => {
  const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
  const paths = operationsOf({ groupVersion: 'apps/v1', resources: [resource('deployments', verbs)] });
  const collection = '/apis/apps/v1/namespaces/{namespace}/deployments';
  assert.deepEqual(Object.keys(paths), [collection, `${collection}/{name}`]);
  assert.deepEqual(Object.keys(paths[collection] ?? {}).sort(), ['delete', 'get', 'parameters', 'post']);
  assert.deepEqual(Object.keys(paths[`${collection}/{name}`] ?? {}).sort(), [
    'delete',
    'get',
    'parameters',
    'patch',
    'put',
  ]);
  assert.deepEqual(paths[collection]?.parameters, [inPath('namespace')]);
  assert.deepEqual(paths[`${collection}/{name}`]?.parameters, [inPath('name'), inPath('namespace')]);
});

test('an operation tells its action, its type, and what a write may be asked for', () => {
  const paths = operationsOf({
    groupVersion: 'apps/v1',
    resources: [resource('deployments', ['patch', 'get', 'update'])],
  });
  const { patch, get, put } = (paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'] ??
    {}) as Record<string, { parameters: unknown[] }>;
  assert.deepEqual(patch, {
    operationId: 'patchAppsV1NamespacedDeployments',
    tags: ['apps_v1'],
    parameters: [query('dryRun'), query('fieldManager'), query('fieldValidation'), query('force', 'boolean')],
    responses: { 200: { description: 'OK' }, 401: { description: 'Unauthorized' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group: 'apps', version: 'v1', kind: 'Deployment' },
  });
  assert.deepEqual(get?.parameters, []);
  assert.deepEqual(put?.parameters, [query('dryRun'), query('fieldManager'), query('fieldValidation')]);
});

test('the core group, kinds without namespaces, and groups with a domain', () => {
  const core = operationsOf({
    groupVersion: 'v1',
    resources: [resource('nodes', ['create'], { namespaced: false, kind: 'Node' })],
  });
  assert.deepEqual(Object.keys(core), ['/api/v1/nodes']);
  assert.deepEqual(core['/api/v1/nodes']?.parameters, []);
  assert.partialDeepStrictEqual(core['/api/v1/nodes']?.post, {
    operationId: 'createCoreV1Nodes',
    tags: ['core_v1'],
    'x-kubernetes-action': 'post',
    'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'Node' },
  });
  const domain = operationsOf({
    groupVersion: 'networking.k8s.io/v1',
    resources: [resource('ingresses', ['list'])],
  });
  assert.partialDeepStrictEqual(domain['/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses']?.get, {
    operationId: 'listNetworkingV1NamespacedIngresses',
    tags: ['networking_v1'],
  });
});

test('a subresource is of an object, and may be of another type', () => {
  const scale = resource('deployments/scale', ['get', 'create'], {
    group: 'autoscaling',
    version: 'v2',
    kind: 'Scale',
  });
  const paths = operationsOf({ groupVersion: 'apps/v1', resources: [scale] });
  const path = '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale';
  assert.deepEqual(Object.keys(paths), [path]);
  assert.partialDeepStrictEqual(paths[path]?.get, {
    operationId: 'getAppsV1NamespacedDeploymentsscale',
    'x-kubernetes-group-version-kind': { group: 'autoscaling', version: 'v2', kind: 'Scale' },
  });
  assert.ok(paths[path]?.post);
  assert.deepEqual(paths[path]?.parameters, [inPath('name'), inPath('namespace')]);
});

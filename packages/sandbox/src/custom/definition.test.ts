import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { definedVersions, discoveryOf, isEstablished } from './definition.ts';

const names = { plural: 'widgets', kind: 'Widget', singular: 'widget', shortNames: ['wi'] };

function definition(spec: Body, status?: Body): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', names, scope: 'Namespaced', ...spec },
    status,
  };
}

const version = (name: string, more: Body = {}) => ({ name, served: true, storage: false, ...more });
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

test('served versions, the stored one first', () => {
  const versions = [
    version('v1beta1'),
    version('v1alpha1', { served: false }),
    version('v1', { storage: true }),
    version('v2'),
  ];
  assert.deepEqual(
    definedVersions(definition({ versions })).map((defined) => defined.version),
    ['v1', 'v1beta1', 'v2'],
  );
  assert.deepEqual(definedVersions(definition({})), []);
});

test('what is said of a version', () => {
  const columns = [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }];
  const scale = { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' };
  const schema = {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } }, required: ['spec'] },
  };
  const [defined] = definedVersions(
    definition({
      versions: [
        version('v1', { schema, subresources: { scale, status: {} }, additionalPrinterColumns: columns }),
      ],
    }),
  );
  assert.deepEqual(defined?.info, {
    group: 'example.com',
    version: 'v1',
    resource: 'widgets',
    kind: 'Widget',
    namespaced: true,
    verbs: VERBS,
    subresources: ['status', 'scale'],
    shortNames: ['wi'],
    singular: 'widget',
  });
  assert.deepEqual(defined?.columns, columns);
  assert.deepEqual(defined?.scale, scale);
  assert.deepEqual(defined?.schema, {
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      spec: { type: 'object' },
      metadata: { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    },
  });
});

test('what a definition leaves out: namespaces, subresources, the singular', () => {
  const spec = { scope: 'Cluster', names: { plural: 'widgets', kind: 'Widget' }, versions: [version('v1')] };
  const [defined] = definedVersions(definition(spec));
  assert.equal(defined?.info.namespaced, false);
  assert.deepEqual(defined?.info.subresources, []);
  assert.equal(defined?.info.singular, 'widget');
  assert.equal(defined?.columns, undefined);
});

test('a schema that names no fields takes any', () => {
  const free = (openAPIV3Schema?: Body) => {
    const [defined] = definedVersions(
      definition({ versions: [version('v1', { schema: { openAPIV3Schema } })] }),
    );
    return defined?.schema['x-kubernetes-preserve-unknown-fields'];
  };
  assert.equal(free(), true);
  assert.equal(free({ type: 'object' }), true);
  assert.equal(free({ properties: {} }), undefined);
  assert.equal(free({ additionalProperties: { type: 'string' } }), undefined);
});

test('a definition is established when its condition says so', () => {
  const established = (conditions?: Body[]) => isEstablished(definition({}, { conditions }));
  assert.equal(established([{ type: 'Established', status: 'True' }]), true);
  assert.equal(established([{ type: 'Established', status: 'False' }]), false);
  assert.equal(established([{ type: 'NamesAccepted', status: 'True' }]), false);
  assert.equal(established(), false);
  assert.equal(isEstablished(definition({})), false);
});

test('discovery tells the resource and its subresources', () => {
  const [defined] = definedVersions(
    definition({ versions: [version('v1', { subresources: { status: {}, scale: {} } })] }),
  );
  assert.ok(defined);
  const [resource, ...subs] = discoveryOf(defined, ['all'], 'v1');
  assert.deepEqual(resource, {
    name: 'widgets',
    singularName: 'widget',
    namespaced: true,
    kind: 'Widget',
    verbs: VERBS,
    shortNames: ['wi'],
    categories: ['all'],
    // The first eight bytes of SHA-256 of `example.com/v1/Widget`.
    storageVersionHash: 'gIwvi5rymmg=',
  });
  const verbs = ['get', 'patch', 'update'];
  assert.deepEqual(subs, [
    { name: 'widgets/status', singularName: '', namespaced: true, kind: 'Widget', verbs },
    {
      name: 'widgets/scale',
      singularName: '',
      namespaced: true,
      kind: 'Scale',
      group: 'autoscaling',
      version: 'v1',
      verbs,
    },
  ]);
});

test('discovery leaves out what a definition does not have, and its hash goes by the stored version', () => {
  const spec = { names: { plural: 'widgets', kind: 'Widget' }, versions: [version('v2')] };
  const [defined] = definedVersions(definition(spec));
  assert.ok(defined);
  const [resource] = discoveryOf(defined, [], 'v1');
  assert.deepEqual(Object.keys(resource ?? {}).sort(), [
    'kind',
    'name',
    'namespaced',
    'singularName',
    'storageVersionHash',
    'verbs',
  ]);
  assert.equal(resource?.storageVersionHash, 'gIwvi5rymmg=');
  assert.notEqual(discoveryOf(defined, undefined, 'v2')[0]?.storageVersionHash, 'gIwvi5rymmg=');
  assert.equal(
    discoveryOf({ ...defined, info: { ...defined.info, shortNames: [] } }, undefined, 'v2')[0]?.shortNames,
    undefined,
  );
});

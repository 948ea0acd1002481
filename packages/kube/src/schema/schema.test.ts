import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldSchema, itemSchema, OPENAPI_SCHEMAS, resolveSchema, type Schema, schemaOf } from './schema.ts';

test('a built-in kind is found by its version and name, and nothing else is', () => {
  const deployment = schemaOf({ apiVersion: 'apps/v1', kind: 'Deployment' });
  assert.equal(deployment, OPENAPI_SCHEMAS['io.k8s.api.apps.v1.Deployment']);
  assert.equal(schemaOf({ apiVersion: 'v1', kind: 'Pod' }), OPENAPI_SCHEMAS['io.k8s.api.core.v1.Pod']);
  for (const [apiVersion, kind] of [
    ['v1', 'Deployment'],
    ['apps/v2', 'Deployment'],
    ['apps/v1', 'deployment'],
    ['acme.io/v1', 'Kafka'],
  ] as const) {
    assert.equal(schemaOf({ apiVersion, kind }), undefined, `${apiVersion} ${kind}`);
  }
});

test('DeleteOptions are found in every group that registers them', () => {
  const options = schemaOf({ apiVersion: 'apps/v1', kind: 'DeleteOptions' });
  assert.ok(options?.properties?.gracePeriodSeconds);
  assert.equal(options, schemaOf({ apiVersion: 'v1', kind: 'DeleteOptions' }));
});

test('a reference is followed, and so is the allOf of one that stands for it; more than one is not', () => {
  const meta = OPENAPI_SCHEMAS['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'];
  const $ref = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
  assert.ok(meta);
  assert.equal(resolveSchema({ $ref }), meta);
  assert.equal(resolveSchema({ allOf: [{ $ref }], default: {} }), meta);
  const two: Schema = { allOf: [{ $ref }, { $ref }] };
  assert.equal(resolveSchema(two), two);
  const plain: Schema = { type: 'string' };
  assert.equal(resolveSchema(plain), plain);
  assert.equal(resolveSchema(undefined), undefined);
  assert.equal(resolveSchema({ $ref: '#/components/schemas/none' }), undefined);
});

test('fields and items, through references, with the extensions of the property itself', () => {
  const pod = schemaOf({ apiVersion: 'v1', kind: 'Pod' });
  const containers = fieldSchema(fieldSchema(pod, 'spec'), 'containers');
  assert.equal(containers?.['x-kubernetes-patch-merge-key'], 'name');
  assert.equal(containers?.['x-kubernetes-patch-strategy'], 'merge');
  assert.equal(containers?.['x-kubernetes-list-type'], 'map');
  assert.deepEqual(containers?.['x-kubernetes-list-map-keys'], ['name']);
  assert.equal(fieldSchema(itemSchema(containers), 'image')?.type, 'string');
  const ports = fieldSchema(itemSchema(containers), 'ports');
  assert.deepEqual(ports?.['x-kubernetes-list-map-keys'], ['containerPort', 'protocol']);
  assert.equal(fieldSchema(itemSchema(ports), 'protocol')?.default, 'TCP');
  assert.equal(fieldSchema(pod, 'none'), undefined);
  assert.equal(fieldSchema(undefined, 'spec'), undefined);
  assert.equal(itemSchema(undefined), undefined);
  assert.equal(itemSchema(pod), undefined);
});

test('a map of free keys has one schema for all of them, where it has one', () => {
  const labels = fieldSchema(fieldSchema(schemaOf({ apiVersion: 'v1', kind: 'Pod' }), 'metadata'), 'labels');
  assert.equal(fieldSchema(labels, 'anything')?.type, 'string');
  assert.equal(fieldSchema({ additionalProperties: true }, 'x'), undefined);
  const both: Schema = { properties: { a: { type: 'integer' } }, additionalProperties: { type: 'string' } };
  assert.equal(fieldSchema(both, 'a')?.type, 'integer');
  assert.equal(fieldSchema(both, 'b')?.type, 'string');
});

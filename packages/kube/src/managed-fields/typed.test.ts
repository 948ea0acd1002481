import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldSchema, itemSchema, type Schema, schemaOf } from '../schema/index.ts';
import { childrenOf, elementOf, relationOf } from './typed.ts';

const pod = schemaOf({ apiVersion: 'v1', kind: 'Pod' });
const at = (...fields: string[]) =>
  fields.reduce<Schema | undefined>(
    (schema, field) => (field === '[]' ? itemSchema(schema) : fieldSchema(schema, field)),
    pod,
  );

test('how the values of a Pod take part, as Kubernetes says of them', () => {
  const cases: [fields: string[], value: unknown, relation: object][] = [
    [['spec'], {}, { kind: 'map' }],
    [['metadata', 'labels'], { a: 'b' }, { kind: 'map' }],
    [['metadata', 'finalizers'], ['a'], { kind: 'set' }],
    [['metadata', 'ownerReferences'], [], { kind: 'list', keys: ['uid'] }],
    [['spec', 'containers'], [], { kind: 'list', keys: ['name'] }],
    [['spec', 'containers', '[]', 'ports'], [], { kind: 'list', keys: ['containerPort', 'protocol'] }],
    [['spec', 'containers', '[]', 'args'], ['a'], { kind: 'leaf' }],
    [['spec', 'nodeSelector'], { a: 'b' }, { kind: 'leaf' }],
    [['spec', 'nodeName'], 'a', { kind: 'leaf' }],
    [['spec', 'nodeName'], null, { kind: 'leaf' }],
    [['spec', 'containers'], 'no list', { kind: 'leaf' }],
  ];
  for (const [fields, value, relation] of cases) {
    assert.deepEqual(relationOf(at(...fields), value), relation, fields.join('.'));
  }
});

test('without a schema maps are maps and lists are one value', () => {
  assert.deepEqual(relationOf(undefined, {}), { kind: 'map' });
  assert.deepEqual(relationOf(undefined, []), { kind: 'leaf' });
});

test('the extensions count wherever they stand, and a raw object is one value', () => {
  assert.deepEqual(relationOf({ 'x-kubernetes-map-type': 'atomic' }, {}), { kind: 'leaf' });
  assert.deepEqual(relationOf({ 'x-kubernetes-map-type': 'granular' }, {}), { kind: 'map' });
  assert.deepEqual(relationOf({ type: 'array', 'x-kubernetes-list-type': 'atomic' }, []), { kind: 'leaf' });
  assert.deepEqual(relationOf({ type: 'array', 'x-kubernetes-list-type': 'map' }, []), { kind: 'leaf' });
  assert.deepEqual(relationOf({ type: 'array', 'x-kubernetes-list-map-keys': ['a'] }, []), { kind: 'leaf' });
  // Through the reference: LabelSelector is atomic as a whole.
  const selector = { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector' };
  assert.deepEqual(relationOf(selector, {}), { kind: 'leaf' });
  const raw: Schema = { type: 'object' };
  assert.deepEqual(relationOf(raw, { a: 1 }), { kind: 'leaf' });
  assert.deepEqual(relationOf({ type: 'object', properties: {} }, {}), { kind: 'map' });
  assert.deepEqual(relationOf({ type: 'object', additionalProperties: true }, {}), { kind: 'map' });
  assert.deepEqual(relationOf({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, {}), {
    kind: 'map',
  });
  assert.deepEqual(relationOf({ type: 'string' }, {}), { kind: 'map' });
});

test('the element of an item: its keys in order, with the defaults of the schema, or its value', () => {
  const ports = at('spec', 'containers', '[]', 'ports');
  const keyed = relationOf(ports, []);
  assert.equal(
    elementOf({ protocol: 'UDP', containerPort: 53, name: 'dns' }, keyed, ports),
    'k:{"containerPort":53,"protocol":"UDP"}',
  );
  assert.equal(elementOf({ containerPort: 80 }, keyed, ports), 'k:{"containerPort":80,"protocol":"TCP"}');
  assert.equal(elementOf({ b: 1 }, { kind: 'list', keys: ['b', 'a'] }, undefined), 'k:{"b":1}');
  assert.equal(elementOf({ b: 1, a: 2 }, { kind: 'list', keys: ['b', 'a'] }, undefined), 'k:{"a":2,"b":1}');
  assert.equal(elementOf('x', keyed, ports), 'v:"x"');
  assert.equal(elementOf('acme.io/x', { kind: 'set' }, undefined), 'v:"acme.io/x"');
  assert.equal(elementOf({ a: 1 }, { kind: 'set' }, undefined), 'v:{"a":1}');
});

test('children: the fields of a struct, the keys of a map, the items of a list, and none of a leaf', () => {
  const of = (value: unknown, ...fields: string[]) =>
    childrenOf(value, at(...fields))?.map(({ element, struct }) => [element, struct]);
  assert.deepEqual(of({ containers: [], nodeName: undefined, unknown: 1 }, 'spec'), [
    ['f:containers', true],
    ['f:unknown', false],
  ]);
  assert.deepEqual(of({ a: 'b' }, 'metadata', 'labels'), [['f:a', false]]);
  assert.deepEqual(of(['b', 'a'], 'metadata', 'finalizers'), [
    ['v:"b"', false],
    ['v:"a"', false],
  ]);
  assert.deepEqual(of([{ name: 'a' }], 'spec', 'containers'), [['k:{"name":"a"}', false]]);
  assert.equal(of(['a'], 'spec', 'containers', '[]', 'args'), undefined);
  assert.equal(of('a', 'spec', 'nodeName'), undefined);
  const [container] = childrenOf([{ name: 'a' }], at('spec', 'containers')) ?? [];
  assert.deepEqual(container?.value, { name: 'a' });
  assert.equal(container?.schema, at('spec', 'containers', '[]'));
  const [spec] = childrenOf({ spec: { a: 1 } }, pod) ?? [];
  assert.equal(spec?.schema, at('spec'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Schema } from '@toolcrib/kube';
import { defaultBySchema, validateBySchema } from './validate.ts';

function defaulted(value: unknown, schema: object): unknown {
  defaultBySchema(value, schema as Schema);
  return value;
}

function faults(value: unknown, schema: object, path?: string): string[] {
  return validateBySchema(value, schema as Schema, path).map(({ field, body }) => `${field}: ${body}`);
}

const text = { type: 'string' };

test('defaults are filled in where nothing stands, at every depth', () => {
  const schema = {
    type: 'object',
    properties: {
      a: { ...text, default: 'x' },
      b: { type: 'object', default: {}, properties: { c: { type: 'integer', default: 3 } } },
      list: { type: 'array', items: { type: 'object', properties: { d: { ...text, default: 'y' } } } },
      map: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { e: { ...text, default: 'z' } } },
      },
    },
  };
  assert.deepEqual(defaulted({}, schema), { a: 'x', b: { c: 3 } });
  assert.deepEqual(defaulted({ a: null, b: { c: 0 }, list: [{}, { d: '' }], map: { k: {} } }, schema), {
    a: null,
    b: { c: 0 },
    list: [{ d: 'y' }, { d: '' }],
    map: { k: { e: 'z' } },
  });
});

test('a default is each object’s own, and metadata is left alone', () => {
  const schema = {
    type: 'object',
    properties: {
      b: { type: 'object', default: { list: [] } },
      metadata: { type: 'object', properties: { name: { ...text, default: 'never' } } },
    },
  };
  const one = defaulted({ metadata: {} }, schema) as { b: { list: unknown[] } };
  one.b.list.push(1);
  assert.deepEqual(defaulted({ metadata: {} }, schema), { metadata: {}, b: { list: [] } });
  assert.equal(defaulted('text', schema), 'text');
  assert.equal(defaulted(null, schema), null);
  defaultBySchema({}, undefined);
});

test('a value is of the type of its field', () => {
  const wrong = (value: unknown, type: string, found: string) =>
    assert.deepEqual(faults({ a: value }, { type: 'object', properties: { a: { type } } }), [
      `a: Invalid value: "${found}": a in body must be of type ${type}: "${found}"`,
    ]);
  wrong(1, 'string', 'integer');
  wrong(1.5, 'integer', 'number');
  wrong('x', 'number', 'string');
  wrong([], 'object', 'array');
  wrong({}, 'array', 'object');
  wrong('true', 'boolean', 'string');
  wrong(null, 'string', 'null');
  for (const [value, type] of [
    ['x', 'string'],
    [1, 'integer'],
    [1, 'number'],
    [1.5, 'number'],
    [true, 'boolean'],
    [[], 'array'],
    [{}, 'object'],
  ] as const) {
    assert.deepEqual(faults(value, { type }), [], type);
  }
});

test('null is a value where the schema says so, and a number or text where it says both', () => {
  assert.deepEqual(faults(null, { type: 'string', nullable: true }), []);
  assert.equal(faults(null, { type: 'string', nullable: false }).length, 1);
  assert.equal(faults(1, { type: 'string', nullable: true }).length, 1);
  const either = { type: 'string', 'x-kubernetes-int-or-string': true };
  for (const value of [1, '25%']) assert.deepEqual(faults(value, either), []);
  assert.deepEqual(validateBySchema('anything', undefined), []);
});

test('of a value of the wrong type only the choices are told besides', () => {
  assert.deepEqual(faults(1, { type: 'string', enum: ['a', 'b'], minLength: 5 }, 'x'), [
    'x: Invalid value: "integer": x in body must be of type string: "integer"',
    'x: Unsupported value: 1: supported values: "a", "b"',
  ]);
});

test('fields that must be there', () => {
  const schema = { type: 'object', required: ['a', 'b'], properties: { a: text } };
  assert.deepEqual(faults({ a: '' }, schema), ['b: Required value']);
  assert.deepEqual(faults({ a: '' }, schema, 'spec'), ['spec.b: Required value']);
  assert.deepEqual(faults({ a: '', b: null }, schema), []);
});

test('faults are told where they stand', () => {
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } } } },
        },
        additionalProperties: text,
      },
      metadata: { type: 'object', properties: { name: { type: 'integer' } } },
    },
  };
  const value = { spec: { list: [{ n: 1 }, { n: 'x' }] }, metadata: { name: 'fine' } };
  assert.deepEqual(faults(value, schema), [
    'spec.list[1].n: Invalid value: "string": spec.list[1].n in body must be of type integer: "string"',
  ]);
});

const bounds = (value: unknown, schema: object) => faults(value, schema, 'x');

test('bounds of numbers, the ends included', () => {
  const schema = { type: 'integer', minimum: 1, maximum: 5 };
  for (const value of [1, 5]) assert.deepEqual(bounds(value, schema), []);
  assert.deepEqual(bounds(0, schema), [
    'x: Invalid value: 0: x in body should be greater than or equal to 1',
  ]);
  assert.deepEqual(bounds(6, schema), ['x: Invalid value: 6: x in body should be less than or equal to 5']);
});

test('bounds and patterns of texts', () => {
  const schema = { type: 'string', minLength: 2, maxLength: 3, pattern: '^a' };
  for (const value of ['ab', 'abc']) assert.deepEqual(bounds(value, schema), []);
  assert.deepEqual(bounds('a', schema), ['x: Invalid value: "a": x in body should be at least 2 chars long']);
  assert.deepEqual(bounds('abcd', schema), ['x: Too long: may not be more than 3 bytes']);
  assert.deepEqual(bounds('ba', schema), ['x: Invalid value: "ba": x in body should match \'^a\'']);
  const [fault] = validateBySchema('abcd', schema as Schema, 'x');
  assert.equal(fault?.type, 'FieldValueTooLong');
});

test('bounds of lists, and choices', () => {
  const schema = { type: 'array', minItems: 1, maxItems: 2, items: text };
  for (const value of [['a'], ['a', 'b']]) assert.deepEqual(bounds(value, schema), []);
  assert.deepEqual(bounds([], schema), ['x: Invalid value: []: x in body should have at least 1 items']);
  assert.deepEqual(bounds(['a', 'b', 'c'], schema), [
    'x: Invalid value: ["a","b","c"]: x in body should have at most 2 items',
  ]);
  assert.deepEqual(bounds('a', { type: 'string', enum: ['a', 'b'] }), []);
  assert.deepEqual(bounds('c', { type: 'string', enum: ['a', 'b'] }), [
    'x: Unsupported value: "c": supported values: "a", "b"',
  ]);
});

test('the bounds of one type are nothing to another', () => {
  const either = { 'x-kubernetes-int-or-string': true, minimum: 5, minLength: 5, minItems: 5 };
  assert.equal(bounds(1, either).length, 1);
  assert.equal(bounds('a', either).length, 1);
  assert.deepEqual(bounds(true, either), []);
});

test('more faults than a call takes', () => {
  const count = 200_000;
  assert.equal(faults(Array(count).fill(1), { type: 'array', items: text }, 'list').length, count);
  assert.equal(
    faults(
      { list: Array(count).fill(1) },
      { type: 'object', properties: { list: { type: 'array', items: text } } },
    ).length,
    count,
  );
});

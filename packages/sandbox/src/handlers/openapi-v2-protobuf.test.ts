import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSwagger } from './openapi-v2-protobuf.ts';

/** A message as protobuf's wire format has it: field numbers and lengths, every one of them length-delimited. */
function fields(bytes: Uint8Array): [number, Uint8Array][] {
  const found: [number, Uint8Array][] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    assert.equal(tag & 7, 2);
    const length = varint();
    found.push([tag >> 3, bytes.slice(at, at + length)]);
    at += length;
  }
  return found;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** The messages or texts at a path of field numbers. */
function at(bytes: Uint8Array, ...path: number[]): Uint8Array[] {
  const [first, ...rest] = path;
  if (first === undefined) return [bytes];
  return fields(bytes)
    .filter(([number]) => number === first)
    .flatMap(([, value]) => at(value, ...rest));
}
const texts = (bytes: Uint8Array, ...path: number[]) => at(bytes, ...path).map(textOf);

function encoded(paths: Record<string, Record<string, unknown>>, definitions = {}): Uint8Array {
  return encodeSwagger({ swagger: '2.0', info: { title: 'Kubernetes', version: 'v1' }, paths, definitions });
}

test('the document tells its version, title and the version of the API', () => {
  const document = encoded({});
  assert.deepEqual(texts(document, 1), ['2.0']);
  assert.deepEqual(texts(document, 2, 1), ['Kubernetes']);
  assert.deepEqual(texts(document, 2, 2), ['v1']);
});

const parameter = { name: 'dryRun', in: 'query', schema: { type: 'string' } };
const operation = (operationId: string, parameters: object[] = []) => ({
  operationId,
  parameters,
  'x-kubernetes-action': 'patch',
});

test('each method has its own field in a path', () => {
  const methods = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };
  const item = Object.fromEntries(Object.keys(methods).map((method) => [method, operation(method)]));
  const document = encoded({ '/api/v1/pods': { ...item, parameters: [] } });
  assert.deepEqual(texts(document, 8, 2, 1), ['/api/v1/pods']);
  for (const [method, field] of Object.entries(methods)) {
    assert.deepEqual(texts(document, 8, 2, 2, field, 10), [method]);
  }
  const [value] = at(document, 8, 2, 2);
  assert.equal(fields(value ?? new Uint8Array()).length, 5);
});

test('a parameter of the query lies four messages deep', () => {
  const document = encoded({ '/x': { patch: operation('p', [parameter, { ...parameter, name: 'force' }]) } });
  const path = [8, 2, 2, 8, 8, 1, 2, 3];
  assert.deepEqual(texts(document, ...path, 2), ['query', 'query']);
  assert.deepEqual(texts(document, ...path, 4), ['dryRun', 'force']);
  assert.deepEqual(texts(document, ...path, 6), ['string', 'string']);
});

test('keywords of Kubernetes are named values in YAML', () => {
  const document = encoded({ '/x': { get: operation('g') } });
  assert.deepEqual(texts(document, 8, 2, 2, 2, 13, 1), ['x-kubernetes-action']);
  assert.deepEqual(texts(document, 8, 2, 2, 2, 13, 2, 2), ['"patch"\n']);
});

test('a schema: references, formats, types, and what lies in it', () => {
  const schema = {
    $ref: '#/definitions/B',
    format: 'int32',
    required: ['a', 'b'],
    type: 'object',
    additionalProperties: { type: 'string' },
    items: { type: 'integer' },
    properties: { a: { type: 'boolean' }, b: { format: 'date-time' } },
    'x-kubernetes-group-version-kind': [{ group: '', version: 'v1', kind: 'A' }],
    description: 'left out',
  };
  const document = encoded({}, { A: schema, E: { additionalProperties: true } });
  assert.deepEqual(texts(document, 9, 1, 1), ['A', 'E']);
  const [value, empty] = at(document, 9, 1, 2);
  assert.ok(value && empty);
  assert.deepEqual(texts(value, 1), ['#/definitions/B']);
  assert.deepEqual(texts(value, 2), ['int32']);
  assert.deepEqual(texts(value, 19), ['a', 'b']);
  assert.deepEqual(texts(value, 21, 1, 22, 1), ['string']);
  assert.deepEqual(texts(value, 22, 1), ['object']);
  assert.deepEqual(texts(value, 23, 1, 22, 1), ['integer']);
  assert.deepEqual(texts(value, 25, 1, 1), ['a', 'b']);
  assert.deepEqual(texts(value, 25, 1, 2, 22, 1), ['boolean']);
  assert.deepEqual(texts(value, 25, 1, 2, 2), ['date-time']);
  assert.deepEqual(texts(value, 31, 1), ['x-kubernetes-group-version-kind']);
  assert.deepEqual(texts(value, 31, 2, 2), ['[{"group":"","version":"v1","kind":"A"}]\n']);
  assert.deepEqual(
    fields(value).map(([number]) => number),
    [1, 2, 19, 19, 21, 22, 23, 25, 31],
  );
  assert.deepEqual(fields(empty), []);
});

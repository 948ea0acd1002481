import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonValueOf } from './protobuf-values.ts';

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const EXTENSIONS = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions';
const bytes = (text: string) => new TextEncoder().encode(text);

test('a number or a text is told by its type, and a missing one is the zero of it', () => {
  const of = (message: Record<string, unknown>) =>
    jsonValueOf('k8s.io.apimachinery.pkg.util.intstr.IntOrString', message);
  assert.equal(of({ type: 1, strVal: '25%' }), '25%');
  assert.equal(of({ type: 1, intVal: 7, strVal: 'http' }), 'http');
  assert.equal(of({ type: 1 }), '');
  assert.equal(of({ intVal: 8080, strVal: 'http' }), 8080);
  assert.equal(of({ type: 0, intVal: 8080 }), 8080);
  assert.equal(of({}), 0);
});

test('a quantity is its text', () => {
  assert.equal(jsonValueOf('k8s.io.apimachinery.pkg.api.resource.Quantity', { string: '250m' }), '250m');
  assert.equal(jsonValueOf('k8s.io.apimachinery.pkg.api.resource.Quantity', {}), '0');
});

test('times: whole seconds, or microseconds cut and never rounded', () => {
  // date -u -d @1700000000
  assert.equal(jsonValueOf(`${META}.Time`, { seconds: 1700000000 }), '2023-11-14T22:13:20Z');
  assert.equal(
    jsonValueOf(`${META}.Time`, { seconds: 1700000000, nanos: 999999999 }),
    '2023-11-14T22:13:20Z',
  );
  assert.equal(jsonValueOf(`${META}.Time`, { nanos: 1 }), '1970-01-01T00:00:00Z');
  assert.equal(jsonValueOf(`${META}.Time`, {}), undefined);
  const micro = (message: Record<string, unknown>) => jsonValueOf(`${META}.MicroTime`, message);
  assert.equal(micro({ seconds: 1700000000, nanos: 123456999 }), '2023-11-14T22:13:20.123456Z');
  assert.equal(micro({ seconds: 1700000000, nanos: 5000 }), '2023-11-14T22:13:20.000005Z');
  assert.equal(micro({ seconds: 1700000000 }), '2023-11-14T22:13:20.000000Z');
  assert.equal(micro({}), undefined);
});

test("durations as Go's time.Duration prints them", () => {
  const [US, MS, S, M, H] = [1e3, 1e6, 1e9, 60e9, 3600e9];
  for (const [nanoseconds, text] of [
    [0, '0s'],
    [1, '1ns'],
    [999, '999ns'],
    [US, '1µs'],
    [1.5 * US, '1.5µs'],
    [MS, '1ms'],
    [2.2 * MS, '2.2ms'],
    [S, '1s'],
    [1.5 * S, '1.5s'],
    [59 * S, '59s'],
    [M, '1m0s'],
    [5 * M + 30 * S, '5m30s'],
    [H, '1h0m0s'],
    [H + M, '1h1m0s'],
    [25 * H + 59 * M + 0.5 * S, '25h59m0.5s'],
    [-3 * S, '-3s'],
    [-90 * S, '-1m30s'],
    [-5, '-5ns'],
  ] as const) {
    assert.equal(jsonValueOf(`${META}.Duration`, { duration: nanoseconds }), text);
  }
  assert.equal(jsonValueOf(`${META}.Duration`, {}), '0s');
});

test('what is JSON in the bytes is that JSON; no bytes are nothing', () => {
  assert.deepEqual(jsonValueOf(`${META}.FieldsV1`, { Raw: bytes('{"f:data":{}}') }), { 'f:data': {} });
  assert.equal(jsonValueOf(`${META}.FieldsV1`, { Raw: bytes('') }), undefined);
  assert.equal(jsonValueOf(`${META}.FieldsV1`, {}), undefined);
  for (const type of [
    'k8s.io.apimachinery.pkg.runtime.RawExtension',
    `${EXTENSIONS}.v1.JSON`,
    `${EXTENSIONS}.v1beta1.JSON`,
  ]) {
    assert.deepEqual(jsonValueOf(type, { raw: bytes('{"kind":"Pod","é":[1,null]}') }), {
      kind: 'Pod',
      é: [1, null],
    });
    assert.equal(jsonValueOf(type, { raw: bytes('') }), undefined);
    assert.equal(jsonValueOf(type, {}), undefined);
    assert.throws(() => jsonValueOf(type, { raw: bytes('{') }), SyntaxError);
    assert.throws(() => jsonValueOf(type, { raw: new Uint8Array([0x22, 0xff, 0x22]) }), TypeError);
  }
});

test('the schema types that write themselves: a schema, or else what stands beside it', () => {
  const schema = { type: 'string' };
  for (const version of ['v1', 'v1beta1']) {
    const of = (kind: string, message: Record<string, unknown>) =>
      jsonValueOf(`${EXTENSIONS}.${version}.JSONSchemaPropsOr${kind}`, message);
    assert.deepEqual(of('Array', { schema }), schema);
    assert.deepEqual(of('Array', { jSONSchemas: [schema] }), [schema]);
    assert.deepEqual(of('Array', {}), []);
    assert.deepEqual(of('Bool', { allows: true, schema }), schema);
    assert.equal(of('Bool', { allows: true }), true);
    assert.equal(of('Bool', {}), false);
    assert.deepEqual(of('StringArray', { schema }), schema);
    assert.deepEqual(of('StringArray', { property: ['a', 'b'] }), ['a', 'b']);
    assert.deepEqual(of('StringArray', {}), []);
  }
});

test('a list with a name of its own is the list', () => {
  for (const type of ['k8s.io.api.authentication.v1.ExtraValue', `${META}.Verbs`]) {
    assert.deepEqual(jsonValueOf(type, { items: ['get', 'list'] }), ['get', 'list']);
    assert.deepEqual(jsonValueOf(type, {}), []);
  }
});

test('every other message is its JSON as it stands', () => {
  const message = { items: [1], schema: 2, string: '3', seconds: 4, raw: 5 };
  for (const type of ['k8s.io.api.core.v1.PodSpec', 'example.com.v1.VerbsOfOthers', `${META}.Timestamp`]) {
    assert.equal(jsonValueOf(type, message), message);
  }
});

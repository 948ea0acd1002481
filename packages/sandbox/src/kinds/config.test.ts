import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Strategy } from '../store/strategy.ts';
import { infoOf } from '../testing/infos.ts';
import { contextFor } from '../testing/write-context.ts';
import { configMapStrategy, secretStrategy } from './config.ts';

const context = contextFor(infoOf('/configmaps'));

function map(fields: Partial<KubeObject>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, ...fields };
}

function secret(fields: Partial<KubeObject>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' }, ...fields };
}

function faults(strategy: Strategy, object: KubeObject): string[] {
  return (strategy.validate?.(object, context) ?? []).map(({ type, field }) => `${type} ${field}`);
}

function updateFaults(strategy: Strategy, object: KubeObject, old: KubeObject): string[] {
  return (strategy.validateUpdate?.(object, old, context) ?? []).map(
    ({ field, body }) => `${field}: ${body}`,
  );
}

test('a key is made of letters, digits, dots, dashes and underscores', () => {
  const fine = { 'A.b-c_0': '' };
  assert.deepEqual(faults(configMapStrategy, map({ data: fine, binaryData: fine })), []);
  assert.deepEqual(faults(configMapStrategy, map({})), []);
  assert.deepEqual(faults(configMapStrategy, map({ data: { 'a/b': '' }, binaryData: { 'c d': '' } })), [
    'FieldValueInvalid data[a/b]',
    'FieldValueInvalid binaryData[c d]',
  ]);
  assert.deepEqual(faults(secretStrategy, secret({ data: { '': '' } })), ['FieldValueInvalid data[]']);
  const [fault] = configMapStrategy.validate?.(map({ data: { 'a/b': '' } }), context) ?? [];
  assert.match(fault?.body ?? '', /^Invalid value: "a\/b": a valid config key must consist of alphanumeric/);
});

test('all of it together is one mebibyte at most', () => {
  const half = 'x'.repeat(512 * 1024);
  const coded = Buffer.from(half).toString('base64');
  const full = { data: { a: half }, binaryData: { b: coded } };
  assert.deepEqual(faults(configMapStrategy, map(full)), []);
  assert.deepEqual(faults(configMapStrategy, map({ ...full, data: { a: half, c: 'y' } })), [
    'FieldValueTooLong []',
  ]);
  // What counts in a ConfigMap is bytes, not characters.
  assert.deepEqual(faults(configMapStrategy, map({ data: { a: 'é'.repeat(600 * 1024) } })), [
    'FieldValueTooLong []',
  ]);
  assert.deepEqual(faults(secretStrategy, secret({ data: { a: coded, b: coded } })), []);
  assert.deepEqual(faults(secretStrategy, secret({ data: { a: coded, b: coded, c: 'eA==' } })), [
    'FieldValueTooLong data',
  ]);
  const [fault] =
    secretStrategy.validate?.(secret({ data: { a: coded, b: coded, c: 'eA==' } }), context) ?? [];
  assert.equal(fault?.body, 'Too long: may not be more than 1048576 bytes');
});

test('what was made immutable stays so, with its data', () => {
  const old = map({ immutable: true, data: { a: '1' } });
  const said = 'Forbidden: field is immutable when `immutable` is set';
  assert.deepEqual(updateFaults(configMapStrategy, map({ immutable: true, data: { a: '1' } }), old), []);
  assert.deepEqual(updateFaults(configMapStrategy, map({ data: { a: '1' } }), old), [`immutable: ${said}`]);
  const changed = map({ immutable: true, data: { a: '2' }, binaryData: { b: '' } });
  assert.deepEqual(updateFaults(configMapStrategy, changed, old), [`data: ${said}`, `binaryData: ${said}`]);
  assert.deepEqual(updateFaults(configMapStrategy, changed, map({ data: { a: '1' } })), []);
  const hidden = secret({ immutable: true, type: 'Opaque', data: { a: 'eA==' } });
  assert.deepEqual(updateFaults(secretStrategy, secret({ type: 'Opaque', data: { a: 'eA==' } }), hidden), [
    `immutable: ${said}`,
  ]);
});

test('a Secret is opaque unless it says otherwise, and keeps its type', () => {
  const plain = secret({});
  secretStrategy.setDefaults?.(plain);
  assert.equal(plain.type, 'Opaque');
  const typed = secret({ type: 'kubernetes.io/tls' });
  secretStrategy.setDefaults?.(typed);
  assert.equal(typed.type, 'kubernetes.io/tls');
  assert.deepEqual(updateFaults(secretStrategy, plain, plain), []);
  assert.deepEqual(updateFaults(secretStrategy, plain, typed), [
    'type: Invalid value: "Opaque": field is immutable',
  ]);
});

test('text that was written plainly is kept in base64, over what stood there', () => {
  const written = secret({ data: { a: 'b2xk', b: 'eA==' }, stringData: { a: 'new', c: 'grün' } });
  secretStrategy.setDefaults?.(written);
  assert.deepEqual(written.data, { a: 'bmV3', b: 'eA==', c: 'Z3LDvG4=' });
  assert.equal('stringData' in written, false);
  const bare = secret({});
  secretStrategy.setDefaults?.(bare);
  assert.equal(bare.data, undefined);
});

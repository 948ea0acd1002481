import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Schema, schemaOf } from '../schema/index.ts';
import { fromFieldsV1 } from './field-set.ts';
import { mergeApplied, removeFields } from './merge.ts';

const schema = schemaOf({ apiVersion: 'v1', kind: 'Pod' });
const containers = (...items: object[]) => ({ spec: { containers: items } });
const merged = (live: unknown, applied: unknown) => {
  const before = JSON.stringify([live, applied]);
  const result = mergeApplied(live, applied, schema);
  assert.equal(JSON.stringify([live, applied]), before, 'what was given was changed');
  return result;
};

test('what is applied is laid over what stands: maps by key, items by their keys, sets by value, leaves whole', () => {
  assert.deepEqual(
    merged({ metadata: { labels: { a: '1', b: '1' } } }, { metadata: { labels: { b: '2', c: '3' } } }),
    {
      metadata: { labels: { a: '1', b: '2', c: '3' } },
    },
  );
  assert.deepEqual(
    merged(
      containers({ name: 'a', image: '1', tty: true }, { name: 'b' }),
      containers({ name: 'a', image: '2' }),
    ),
    containers({ name: 'a', image: '2', tty: true }, { name: 'b' }),
  );
  assert.deepEqual(merged({ metadata: { finalizers: ['x'] } }, { metadata: { finalizers: ['y', 'x'] } }), {
    metadata: { finalizers: ['y', 'x'] },
  });
  assert.deepEqual(merged({ spec: { nodeSelector: { a: '1' } } }, { spec: { nodeSelector: { b: '2' } } }), {
    spec: { nodeSelector: { b: '2' } },
  });
  assert.deepEqual(
    merged(containers({ name: 'a', args: ['1'] }), containers({ name: 'a', args: ['2'] })),
    containers({ name: 'a', args: ['2'] }),
  );
});

test('what does not stand yet, or is something else, becomes what is applied', () => {
  assert.deepEqual(merged(undefined, { spec: { nodeName: 'a' } }), { spec: { nodeName: 'a' } });
  assert.deepEqual(merged({ spec: null }, { spec: { nodeName: 'a' } }), { spec: { nodeName: 'a' } });
  assert.deepEqual(merged({ metadata: { labels: 'x' } }, { metadata: { labels: { a: '1' } } }), {
    metadata: { labels: { a: '1' } },
  });
  assert.deepEqual(
    merged({ spec: { containers: { a: 1 } } }, containers({ name: 'a' })),
    containers({ name: 'a' }),
  );
  assert.equal(JSON.stringify(merged({}, JSON.parse('{"__proto__":{"a":1}}'))), '{"__proto__":{"a":1}}');
});

test('what was applied is copied, at every depth', () => {
  const applied = { metadata: { labels: { a: '1' } }, spec: { containers: [{ name: 'a', args: ['1'] }] } };
  const result = mergeApplied({ metadata: {}, spec: { containers: [] } }, applied, schema) as typeof applied;
  result.metadata.labels.a = '2';
  for (const container of result.spec.containers) container.args.push('2');
  assert.deepEqual(applied, {
    metadata: { labels: { a: '1' } },
    spec: { containers: [{ name: 'a', args: ['1'] }] },
  });
});

// The rules of structured-merge-diff's typed/merge.go: what only stands keeps its place before what is applied.
test('the order of merged lists', () => {
  const set: Schema = { type: 'array', 'x-kubernetes-list-type': 'set' };
  for (const [live, applied, result] of [
    ['abc', 'abc', 'abc'],
    ['abc', 'cba', 'cba'],
    ['abc', 'c', 'abc'],
    ['abc', 'dc', 'abdc'],
    ['abc', 'ad', 'abcd'],
    ['abc', 'db', 'adbc'],
    ['', 'ba', 'ba'],
    ['ba', '', 'ba'],
    ['abcd', 'dx', 'abcdx'],
    ['abcd', 'db', 'adbc'],
  ] as const) {
    assert.equal(
      (mergeApplied([...live], [...applied], set) as string[]).join(''),
      result,
      `${live} ${applied}`,
    );
  }
});

const removed = (value: unknown, cut: object, owned?: object) =>
  removeFields(value, fromFieldsV1(cut), owned && fromFieldsV1(owned), schema);

test('a field goes, and with it a struct or list of which nothing is left', () => {
  const value = { metadata: { name: 'x', labels: { a: '1' } }, spec: { nodeName: 'n', tty: true } };
  assert.deepEqual(removed(value, { 'f:spec': { 'f:nodeName': {} } }), {
    metadata: value.metadata,
    spec: { tty: true },
  });
  assert.deepEqual(removed(value, { 'f:metadata': { 'f:labels': { 'f:a': {} } } }), {
    metadata: { name: 'x' },
    spec: value.spec,
  });
  assert.deepEqual(removed(value, { 'f:none': {}, 'f:spec': { 'f:none': {} } }), value);
  assert.deepEqual(
    removed({ metadata: { finalizers: ['a', 'b'] } }, { 'f:metadata': { 'f:finalizers': { 'v:"a"': {} } } }),
    {
      metadata: { finalizers: ['b'] },
    },
  );
  assert.deepEqual(
    removed({ metadata: { finalizers: ['a'] } }, { 'f:metadata': { 'f:finalizers': { 'v:"a"': {} } } }),
    {},
  );
  assert.equal(removed('text', { 'f:a': {} }), 'text');
});

test('an item goes whole, but stays as long as somebody owns a field of it', () => {
  const value = containers({ name: 'a', image: '1', tty: true }, { name: 'b' });
  const own = { '.': {}, 'f:image': {}, 'f:name': {} };
  const cut = { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': own } } };
  assert.deepEqual(removed(value, cut), containers({ name: 'b' }));
  const owned = (fields: object) => ({ 'f:spec': { 'f:containers': { 'k:{"name":"a"}': fields } } });
  assert.deepEqual(removed(value, cut, owned({ 'f:tty': {} })), containers({ tty: true }, { name: 'b' }));
  assert.deepEqual(removed(value, cut, { 'f:spec': { 'f:nodeName': {} } }), containers({ name: 'b' }));
  const only = containers({ name: 'a' });
  assert.deepEqual(removed(only, owned({ 'f:name': {} }), owned({ '.': {} })), {
    spec: { containers: [{}] },
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { schemaOf } from '../schema/index.ts';
import { compareObjects, fieldsOf } from './compare.ts';
import { type FieldSet, isEmptySet, pathsOf } from './field-set.ts';

const schema = schemaOf({ apiVersion: 'v1', kind: 'Pod' });
const told = (set: FieldSet) => [...pathsOf(set)].map((path) => path.join('/'));
const pod = (spec: object, metadata: object = {}) => ({ metadata, spec });
const compared = (before: unknown, after: unknown) => {
  const { added, removed, modified } = compareObjects(before, after, schema);
  return { added: told(added), removed: told(removed), modified: told(modified) };
};

test('the fields that a value sets: leaves, items and free keys, but no struct that holds others', () => {
  const value = pod(
    {
      nodeName: 'a',
      nodeSelector: { disk: 'ssd' },
      containers: [{ name: 'web', args: ['x', 'y'], ports: [{ containerPort: 80 }], resources: {} }],
      volumes: [],
    },
    { labels: { app: 'web' }, finalizers: ['acme.io/x'], annotations: {} },
  );
  assert.deepEqual(told(fieldsOf(value, schema)), [
    'f:metadata/f:annotations',
    'f:metadata/f:finalizers/v:"acme.io/x"',
    'f:metadata/f:labels/f:app',
    'f:spec/f:containers/k:{"name":"web"}',
    'f:spec/f:containers/k:{"name":"web"}/f:args',
    'f:spec/f:containers/k:{"name":"web"}/f:name',
    'f:spec/f:containers/k:{"name":"web"}/f:ports/k:{"containerPort":80,"protocol":"TCP"}',
    'f:spec/f:containers/k:{"name":"web"}/f:ports/k:{"containerPort":80,"protocol":"TCP"}/f:containerPort',
    'f:spec/f:containers/k:{"name":"web"}/f:resources',
    'f:spec/f:nodeName',
    'f:spec/f:nodeSelector',
    'f:spec/f:volumes',
  ]);
  assert.ok(isEmptySet(fieldsOf({}, schema)));
  assert.ok(isEmptySet(fieldsOf('text', schema)), 'a root has no path');
});

test('a map of free keys owns its own place only through an apply of an empty one', () => {
  const free = { additionalProperties: { additionalProperties: { type: 'string' } } };
  assert.deepEqual(told(fieldsOf({ a: { b: 'c' } }, free)), ['f:a', 'f:a/f:b']);
});

test('what came, what went and what changed', () => {
  const none = { added: [], removed: [], modified: [] };
  const before = pod({ nodeName: 'a', containers: [{ name: 'web', image: '1' }] });
  assert.deepEqual(compared(before, structuredClone(before)), none);
  assert.deepEqual(
    compared(before, pod({ nodeName: 'b', containers: [{ name: 'web', image: '1', tty: true }] })),
    {
      added: ['f:spec/f:containers/k:{"name":"web"}/f:tty'],
      removed: [],
      modified: ['f:spec/f:nodeName'],
    },
  );
  const other = pod({ containers: [{ name: 'db', image: '1' }] });
  const item = (name: string) => `f:spec/f:containers/k:{"name":"${name}"}`;
  const parts = (name: string) => [item(name), `${item(name)}/f:image`, `${item(name)}/f:name`];
  assert.deepEqual(compared(before, other), {
    added: parts('db'),
    removed: [...parts('web'), 'f:spec/f:nodeName'],
    modified: [],
  });
});

test('a whole branch that came or went is told with its own place', () => {
  const labels = ['f:metadata', 'f:metadata/f:labels', 'f:metadata/f:labels/f:app'];
  assert.deepEqual(compared({}, { metadata: { labels: { app: 'web' } } }), {
    added: labels,
    removed: [],
    modified: [],
  });
  assert.deepEqual(compared({ metadata: { labels: { app: 'web' } } }, {}), {
    added: [],
    removed: labels,
    modified: [],
  });
});

test('what is empty or null on both sides is compared as it stands', () => {
  const field = (value: unknown) => ({ spec: { containers: value } });
  const changed = { added: [], removed: [], modified: ['f:spec/f:containers'] };
  assert.deepEqual(compared(field(null), field([])), changed);
  assert.deepEqual(compared(field([]), field([])), { added: [], removed: [], modified: [] });
  assert.deepEqual(compared({ spec: {} }, field([])), {
    added: ['f:spec/f:containers'],
    removed: [],
    modified: [],
  });
  assert.deepEqual(compared(field([]), { spec: {} }), {
    added: [],
    removed: ['f:spec/f:containers'],
    modified: [],
  });
  const item = 'f:spec/f:containers/k:{"name":"web"}';
  assert.deepEqual(compared(field(null), field([{ name: 'web' }])), {
    added: [item, `${item}/f:name`],
    removed: [],
    modified: [],
  });
  assert.deepEqual(compared(field([{ name: 'web' }]), field(null)), {
    added: [],
    removed: [item, `${item}/f:name`],
    modified: [],
  });
});

test('a value of another shape is one change', () => {
  assert.deepEqual(
    compared({ spec: { nodeSelector: { a: '1' } } }, { spec: { nodeSelector: { a: '1', b: '2' } } }),
    {
      added: [],
      removed: [],
      modified: ['f:spec/f:nodeSelector'],
    },
  );
  assert.deepEqual(compared({ metadata: { labels: { a: '1' } } }, { metadata: { labels: 'text' } }), {
    added: [],
    removed: [],
    modified: ['f:metadata/f:labels'],
  });
});

test('turned round, what came went, and nothing differs from itself', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).filter((value) => typeof value === 'object' && value !== null);
  fc.assert(
    fc.property(json, json, (a, b) => {
      const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))] as unknown[];
      const [there, back] = [compared(left, right), compared(right, left)];
      assert.deepEqual(there, { added: back.removed, removed: back.added, modified: back.modified });
      assert.deepEqual(compared(left, structuredClone(left)), { added: [], removed: [], modified: [] });
    }),
  );
});

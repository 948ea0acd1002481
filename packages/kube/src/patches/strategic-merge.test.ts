import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError } from '../errors.ts';
import type { KubeObject } from '../objects.ts';
import { type Schema, schemaOf } from '../schema/index.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

function deployment(podSpec: object, spec: object = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 2, ...spec, template: { spec: podSpec } },
  };
}

function strategic(object: KubeObject, patch: object): KubeObject {
  const before = JSON.stringify([object, patch]);
  const result = applyStrategicMergePatch({ ...object }, { ...patch }, schemaOf(object) ?? {});
  assert.equal(JSON.stringify([object, patch]), before, 'what was given was changed');
  return result as KubeObject;
}

const podPatch = (podSpec: object) => ({ spec: { template: { spec: podSpec } } });

test('strategic merge joins lists by their merge key and keeps what the patch does not name', () => {
  const object = deployment({
    containers: [
      { name: 'a', image: '1' },
      { name: 'b', image: '1' },
    ],
  });
  const result = strategic(
    object,
    podPatch({
      containers: [
        { name: 'b', image: '2' },
        { name: 'c', image: '3' },
      ],
    }),
  );
  assert.deepEqual(result.spec.template.spec.containers, [
    { name: 'a', image: '1' },
    { name: 'b', image: '2' },
    { name: 'c', image: '3' },
  ]);
});

test('strategic directives: $patch delete and replace, $setElementOrder, $retainKeys, $deleteFromPrimitiveList', () => {
  const object = deployment({ containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] });
  const without = strategic(object, podPatch({ containers: [{ name: 'b', $patch: 'delete' }] }));
  assert.deepEqual(without.spec.template.spec.containers, [{ name: 'a' }, { name: 'c' }]);
  const replaced = strategic(object, podPatch({ containers: [{ $patch: 'replace' }, { name: 'z' }] }));
  assert.deepEqual(replaced.spec.template.spec.containers, [{ name: 'z' }]);
  const order = { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] };
  const ordered = strategic(object, podPatch({ ...order, containers: [{ name: 'a', image: '9' }] }));
  assert.deepEqual(ordered.spec.template.spec.containers, [
    { name: 'c' },
    { name: 'a', image: '9' },
    { name: 'b' },
  ]);
  const rolling = deployment({}, { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } });
  const recreate = strategic(rolling, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
  assert.deepEqual(recreate.spec.strategy, { type: 'Recreate' });
  const held: KubeObject = { ...object, metadata: { name: 'web', finalizers: ['x', 'y'] } };
  const freed = strategic(held, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } });
  assert.deepEqual(freed.metadata.finalizers, ['y']);
  const joined = strategic(held, { metadata: { finalizers: ['z'] } });
  assert.deepEqual(joined.metadata.finalizers?.toSorted(), ['x', 'y', 'z']);
});

test('strategic merge replaces atomic lists and maps, and drops directives from what it adds', () => {
  const object = deployment({ containers: [{ name: 'a', args: ['1', '2'] }] });
  const result = strategic(
    object,
    podPatch({ containers: [{ name: 'a', args: ['3'] }], volumes: [{ name: 'v', $retainKeys: ['name'] }] }),
  );
  assert.deepEqual(result.spec.template.spec.containers[0].args, ['3']);
  assert.deepEqual(result.spec.template.spec.volumes, [{ name: 'v' }]);
});

/** A schema for what no built-in kind has. */
const SCHEMA: Schema = {
  properties: {
    whole: { 'x-kubernetes-patch-strategy': 'replace' },
    map: { additionalProperties: { type: 'string' } },
    words: { type: 'array', 'x-kubernetes-patch-strategy': 'merge', items: { type: 'string' } },
    items: {
      type: 'array',
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'name',
      items: { properties: { ports: { 'x-kubernetes-patch-strategy': 'merge' } } },
    },
    keyless: { type: 'array', 'x-kubernetes-patch-strategy': 'merge' },
  },
};
const laid = (object: object, patch: object) =>
  applyStrategicMergePatch(object as Record<string, unknown>, patch as Record<string, unknown>, SCHEMA);

test('objects are merged, or replaced where their strategy says so; null removes', () => {
  assert.deepEqual(laid({ map: { a: '1', b: '1' } }, { map: { b: '2', c: '3' } }), {
    map: { a: '1', b: '2', c: '3' },
  });
  assert.deepEqual(laid({ whole: { a: 1 } }, { whole: { b: 2, $patch: 'merge' } }), { whole: { b: 2 } });
  assert.deepEqual(laid({ map: { a: '1', b: '1' } }, { map: { a: null, none: null } }), { map: { b: '1' } });
  assert.deepEqual(laid({ a: 1 }, { b: { c: null, d: { e: null, f: 1 } } }), { a: 1, b: { d: { f: 1 } } });
  assert.deepEqual(laid({ map: { a: '1' } }, { map: 'text' }), { map: 'text' });
  assert.deepEqual(laid({ map: 'text' }, { map: { a: '1', $retainKeys: ['a'] } }), { map: { a: '1' } });
  assert.equal(JSON.stringify(laid({}, JSON.parse('{"__proto__":{"a":1}}'))), '{"__proto__":{"a":1}}');
});

test('$patch on an object: delete empties it, replace makes it the patch, merge says nothing new', () => {
  assert.deepEqual(laid({ map: { a: '1' }, b: 1 }, { map: { $patch: 'delete' } }), { map: {}, b: 1 });
  assert.deepEqual(
    laid({ map: { a: '1' } }, { map: { $patch: 'replace', b: '2', c: { $retainKeys: [], d: 1 } } }),
    { map: { b: '2', c: { d: 1 } } },
  );
  assert.deepEqual(laid({ map: { a: '1' } }, { map: { $patch: 'merge', b: '2' } }), {
    map: { a: '1', b: '2' },
  });
});

test('lists of words become one with each once, the patch before what the server adds', () => {
  assert.deepEqual(laid({ words: ['a', 'b'] }, { words: ['b', 'c'] }), { words: ['a', 'b', 'c'] });
  assert.deepEqual(laid({ words: ['a'] }, { words: [] }), { words: ['a'] });
  assert.deepEqual(laid({ words: ['a', 'b', 'c'] }, { '$deleteFromPrimitiveList/words': ['a', 'c', 'x'] }), {
    words: ['b'],
  });
  assert.deepEqual(laid({}, { '$deleteFromPrimitiveList/words': ['a'] }), {});
  const order = { '$setElementOrder/words': ['c', 'd', 'a'] };
  assert.deepEqual(laid({ words: ['a', 'b', 'c'] }, { ...order, words: ['d'] }), {
    words: ['b', 'c', 'd', 'a'],
  });
  assert.deepEqual(
    laid({ words: ['a', 'b', 'c'] }, { ...order, '$deleteFromPrimitiveList/words': ['b'], words: ['d'] }),
    { words: ['c', 'd', 'a'] },
  );
  assert.deepEqual(laid({ words: ['a', 'b', 'c'] }, { '$setElementOrder/words': ['c', 'b', 'a'] }), {
    words: ['c', 'b', 'a'],
  });
  assert.deepEqual(laid({}, { ...order, words: ['a', 'c'] }), { words: ['c', 'a'] });
  assert.deepEqual(laid({ a: 1 }, order), { a: 1 });
});

test('items of a list by their key: merged, added without what says nothing, deleted, or all replaced', () => {
  const items = [
    { name: 'a', x: 1 },
    { name: 'b', x: 1 },
  ];
  assert.deepEqual(laid({ items }, { items: [{ name: 'b', x: null, y: 2 }] }), {
    items: [
      { name: 'a', x: 1 },
      { name: 'b', y: 2 },
    ],
  });
  assert.deepEqual(laid({ items }, { items: [{ name: 'c', x: null, $retainKeys: ['name'] }] }).items, [
    { name: 'c' },
    ...items,
  ]);
  assert.deepEqual(
    laid(
      { items },
      {
        items: [
          { name: 'a', $patch: 'delete' },
          { name: 'x', $patch: 'delete' },
        ],
      },
    ),
    {
      items: [{ name: 'b', x: 1 }],
    },
  );
  assert.deepEqual(
    laid({ items }, { items: [{ name: 'c', $retainKeys: ['name'] }, { $patch: 'replace' }] }),
    {
      items: [{ name: 'c' }],
    },
  );
  assert.deepEqual(
    laid({ items: [{ name: 'a', ports: [1] }] }, { items: [{ name: 'a', ports: [2] }] }).items,
    [{ name: 'a', ports: [2, 1] }],
  );
  assert.deepEqual(laid({ items }, { '$setElementOrder/items': [{ name: 'b' }, { name: 'a' }] }), {
    items: [items[1], items[0]],
  });
});

test('$retainKeys keeps only what it names', () => {
  assert.deepEqual(laid({ map: { a: '1', b: '2' }, c: 3 }, { map: { $retainKeys: ['b', 'd'], d: '4' } }), {
    map: { b: '2', d: '4' },
    c: 3,
  });
  assert.deepEqual(laid({ map: { a: '1', b: '2' } }, { map: { $retainKeys: ['b'], a: null } }), {
    map: { b: '2' },
  });
});

test('what no schema says is replaced, lists too', () => {
  assert.deepEqual(
    laid({ other: [1, 2] }, { other: [{ $patch: 'x' }, { a: 1, '$setElementOrder/b': [] }] }),
    {
      other: [{ a: 1 }],
    },
  );
  assert.deepEqual(laid({ other: { a: { b: 1 } } }, { other: { a: { c: 2 } } }), {
    other: { a: { b: 1, c: 2 } },
  });
});

test('what can not be applied is refused in the words of the server', () => {
  const items = [{ name: 'a' }];
  const cases: [object: object, patch: object, words: RegExp][] = [
    [{ map: {} }, { map: { $patch: 'explode' } }, /unknown \$patch directive "explode"\./],
    [{ items }, { items: [{ name: 'a', $patch: 'merge' }] }, /unknown \$patch directive "merge" in a list/],
    [
      { items },
      { items: [{ image: 'x', args: { b: [1], a: null } }] },
      /map: map\[args:map\[a:null b:1\] image:x\] does not contain declared merge key: name/,
    ],
    [{ items }, { items: ['text'] }, /map: text does not contain declared merge key: name/],
    [{ keyless: [{ a: 1 }] }, { keyless: [] }, /no merge key/],
    [{ keyless: [] }, { keyless: [{ a: 1 }] }, /no merge key/],
    [{ map: {} }, { map: { $retainKeys: 'a' } }, /\$retainKeys is not a list/],
    [{ map: {} }, { map: { $retainKeys: ['b'], a: '1' } }, /\$retainKeys does not name a,/],
    [{}, { '$setElementOrder/words': 'a' }, /\$setElementOrder\/words is not a list/],
    [
      { words: [] },
      { '$deleteFromPrimitiveList/words': 'a' },
      /\$deleteFromPrimitiveList\/words is not a list/,
    ],
  ];
  for (const [object, patch, words] of cases) {
    assert.throws(
      () => laid(object, patch),
      (error) => error instanceof KubeError && error.code === 'bad-patch' && words.test(error.message),
      JSON.stringify(patch),
    );
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  describePath,
  difference,
  emptySet,
  type FieldSet,
  fromFieldsV1,
  hasPath,
  insertPath,
  intersection,
  isEmptySet,
  pathsOf,
  sameSet,
  toFieldsV1,
  union,
  withoutBranches,
} from './field-set.ts';

function setOf(...paths: string[]): FieldSet {
  const set = emptySet();
  for (const path of paths) insertPath(set, path === '' ? [] : path.split('/'));
  return set;
}
/** A set as its paths, so that no two sets of the same paths differ. */
const told = (set: FieldSet) => [...pathsOf(set)].map((path) => path.join('/'));

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'v:1');
const paths = fc.array(
  fc.array(element, { maxLength: 4 }).map((path) => path.join('/')),
  { maxLength: 8 },
);

test('a path that leads to another is not itself in the set', () => {
  const set = setOf('f:spec/f:replicas', 'f:spec/f:template/f:name');
  assert.equal(hasPath(set, ['f:spec', 'f:replicas']), true);
  assert.equal(hasPath(set, ['f:spec']), false);
  assert.equal(hasPath(set, ['f:spec', 'f:template']), false);
  assert.equal(hasPath(set, ['f:spec', 'f:none']), false);
  assert.equal(hasPath(set, ['f:none', 'f:replicas']), false);
  assert.equal(hasPath(setOf(''), []), true);
  assert.equal(hasPath(set, []), false);
  insertPath(set, ['f:spec']);
  assert.equal(hasPath(set, ['f:spec']), true);
  assert.equal(hasPath(set, ['f:spec', 'f:replicas']), true);
});

test('a set without members is empty, however deep its branches', () => {
  assert.equal(isEmptySet(emptySet()), true);
  assert.equal(isEmptySet(setOf('f:a/f:b')), false);
  assert.equal(isEmptySet(setOf('')), false);
  const hollow = setOf('f:a/f:b');
  const inner = hollow.children.get('f:a')?.children.get('f:b');
  assert.ok(inner);
  inner.member = false;
  assert.equal(isEmptySet(hollow), true);
});

test('paths come in their order', () => {
  assert.deepEqual(told(setOf('f:b', 'f:a/f:z', 'f:a', 'f:a/f:y')), ['f:a', 'f:a/f:y', 'f:a/f:z', 'f:b']);
});

test('union, intersection and difference are those of the sets of paths', () => {
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      const [left, right] = [new Set(a), new Set(b)];
      const same = (set: FieldSet, expected: Set<string>) =>
        assert.deepEqual(told(set).sort(), [...expected].sort());
      same(union(setOf(...a), setOf(...b)), left.union(right));
      same(intersection(setOf(...a), setOf(...b)), left.intersection(right));
      same(difference(setOf(...a), setOf(...b)), left.difference(right));
      assert.equal(sameSet(setOf(...a), setOf(...b)), left.symmetricDifference(right).size === 0);
    }),
  );
});

test('and nothing hollow stands in what they give', () => {
  assert.equal(intersection(setOf('f:a/f:b'), setOf('f:a/f:c')).children.size, 0);
  assert.equal(difference(setOf('f:a/f:b', 'f:c'), setOf('f:a/f:b')).children.size, 1);
});

test('without branches goes what is named and all below it', () => {
  fc.assert(
    fc.property(paths, paths, (a, b) => {
      const below = (path: string) =>
        b.some((cut) => cut === '' || path === cut || path.startsWith(`${cut}/`));
      assert.deepEqual(
        told(withoutBranches(setOf(...a), setOf(...b))).sort(),
        [...new Set(a)].filter((path) => !below(path)).sort(),
      );
    }),
  );
  assert.equal(withoutBranches(setOf('f:a/f:b', 'f:c'), setOf('f:a/f:b')).children.size, 1);
});

test('fieldsV1 as the server writes it', () => {
  const fields = {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {} } }, 'f:replicas': {} },
  };
  const set = fromFieldsV1(fields);
  assert.deepEqual(told(set), [
    'f:metadata/f:labels',
    'f:metadata/f:labels/f:app',
    'f:spec/f:containers/k:{"name":"a"}',
    'f:spec/f:containers/k:{"name":"a"}/f:image',
    'f:spec/f:replicas',
  ]);
  assert.deepEqual(toFieldsV1(set), fields);
  assert.equal(
    JSON.stringify(toFieldsV1(setOf('f:b', 'f:a'))),
    '{"f:a":{},"f:b":{}}',
    'in the order of the keys',
  );
});

test('what is no object says nothing, and a dot is the place itself', () => {
  for (const none of [undefined, null, 'text', [], 7, {}]) {
    assert.equal(isEmptySet(fromFieldsV1(none)), true, JSON.stringify(none));
  }
  assert.deepEqual(told(fromFieldsV1({ '.': {} })), ['']);
  assert.deepEqual(told(fromFieldsV1({ 'f:a': null, 'f:b': {} })), ['f:b']);
  const own = JSON.parse('{"__proto__":{"f:a":{}}}') as object;
  assert.equal(JSON.stringify(toFieldsV1(fromFieldsV1(own))), '{"__proto__":{"f:a":{}}}');
});

test('what is written is read as the same set', () => {
  fc.assert(
    fc.property(paths, (given) => {
      // The root by itself has no form: an entry of nothing but it is not written.
      const set = setOf(...given.filter((path) => path !== ''));
      assert.ok(sameSet(fromFieldsV1(toFieldsV1(set)), set));
    }),
  );
});

test('a path as people read it', () => {
  for (const [path, text] of [
    [[], ''],
    [['f:spec', 'f:replicas'], '.spec.replicas'],
    [['f:spec', 'f:containers', 'k:{"name":"web"}', 'f:image'], '.spec.containers[name="web"].image'],
    [['f:ports', 'k:{"containerPort":80,"protocol":"TCP"}'], '.ports[containerPort=80,protocol="TCP"]'],
    [['f:metadata', 'f:finalizers', 'v:"acme.io/x"'], '.metadata.finalizers[="acme.io/x"]'],
  ] as const) {
    assert.equal(describePath(path), text);
  }
});

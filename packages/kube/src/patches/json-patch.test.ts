import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KubeError } from '../errors.ts';
import { applyJsonPatch, jsonPatchOperations, PatchDoesNotApply } from './json-patch.ts';

test('the examples of RFC 6902, appendix A, that apply', () => {
  const examples: [object: unknown, patch: object[], result: unknown][] = [
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    [{ baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    [{ foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    [{ baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
    [
      { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
    ],
    [
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    [
      { baz: 'qux', foo: ['a', 2, 'c'] },
      [
        { op: 'test', path: '/baz', value: 'qux' },
        { op: 'test', path: '/foo/1', value: 2 },
      ],
      { baz: 'qux', foo: ['a', 2, 'c'] },
    ],
    [
      { foo: 'bar' },
      [{ op: 'add', path: '/child', value: { grandchild: {} } }],
      { foo: 'bar', child: { grandchild: {} } },
    ],
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }], { foo: 'bar', baz: 'qux' }],
    [{ '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    [
      { foo: ['bar'] },
      [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
      { foo: ['bar', ['abc', 'def']] },
    ],
  ];
  for (const [object, patch, result] of examples) {
    const before = JSON.stringify(object);
    assert.deepEqual(applyJsonPatch(object, patch), result, JSON.stringify(patch));
    assert.equal(JSON.stringify(object), before, 'the object was changed');
  }
});

test('also the whole, what is null, and lists to their last place', () => {
  const examples: [object: unknown, patch: object[], result: unknown][] = [
    [{ a: 1 }, [{ op: 'add', path: '', value: { b: 2 } }], { b: 2 }],
    [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
    [{ a: 1 }, [{ op: 'test', path: '', value: { a: 1 } }], { a: 1 }],
    [{ a: 1 }, [{ op: 'add', path: '/b' }], { a: 1, b: null }],
    [{ a: 1 }, [{ op: 'replace', path: '/a' }], { a: null }],
    [{ a: null }, [{ op: 'test', path: '/a' }], { a: null }],
    // A field that is not there passes for null, as in the server's library.
    [{}, [{ op: 'test', path: '/a', value: null }], {}],
    [{}, [{ op: 'test', path: '/a/b' }], {}],
    [{ a: [1, 2] }, [{ op: 'add', path: '/a/2', value: 3 }], { a: [1, 2, 3] }],
    [{ a: [1, 2] }, [{ op: 'add', path: '/a/0', value: 0 }], { a: [0, 1, 2] }],
    [{ a: [1, 2] }, [{ op: 'replace', path: '/a/1', value: 3 }], { a: [1, 3] }],
    [{ a: [{ b: 1 }] }, [{ op: 'replace', path: '/a/0/b', value: 2 }], { a: [{ b: 2 }] }],
    [{ a: {} }, [{ op: 'replace', path: '/a/new', value: 2 }], { a: { new: 2 } }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/a/c' }], { a: { b: 1, c: { b: 1 } } }],
    [{ 'a/b~c': 1 }, [{ op: 'replace', path: '/a~1b~0c', value: 2 }], { 'a/b~c': 2 }],
    [{ 'a/b': { '~1': 0 } }, [{ op: 'add', path: '/a~1b/~01', value: 2 }], { 'a/b': { '~1': 2 } }],
    [{ 'a~b': { c: 0 } }, [{ op: 'remove', path: '/a~0b/c' }], { 'a~b': {} }],
    [{ '': { '': 1 } }, [{ op: 'replace', path: '//', value: 2 }], { '': { '': 2 } }],
  ];
  for (const [object, patch, result] of examples) {
    assert.deepEqual(applyJsonPatch(object, patch), result, JSON.stringify(patch));
  }
  assert.equal(
    JSON.stringify(applyJsonPatch({}, [{ op: 'add', path: '/__proto__', value: { a: 1 } }])),
    '{"__proto__":{"a":1}}',
  );
});

test('what was copied is its own', () => {
  const copied = applyJsonPatch({ a: { b: 1 } }, [
    { op: 'copy', from: '/a', path: '/c' },
    { op: 'replace', path: '/c/b', value: 2 },
  ]);
  assert.deepEqual(copied, { a: { b: 1 }, c: { b: 2 } });
  const value = { b: 1 };
  applyJsonPatch({}, [
    { op: 'add', path: '/a', value },
    { op: 'replace', path: '/a/b', value: 2 },
  ]);
  assert.deepEqual(value, { b: 1 }, 'the patch was changed');
});

test('what does not fit the object is told in the words of the server', () => {
  const object = { a: 1, list: [1, 2], deep: { list: [] }, text: 'x' };
  const cases: [patch: object, message: string | RegExp][] = [
    [{ op: 'jump', path: '/a' }, 'Unexpected kind: jump'],
    [{ op: 'test', path: '/a', value: 2 }, 'testing value /a failed: test failed'],
    [{ op: 'test', path: '/a' }, 'testing value /a failed: test failed'],
    [{ op: 'test', path: '/none', value: 2 }, 'testing value /none failed: test failed'],
    [{ op: 'test', path: '/list/2', value: null }, 'testing value /list/2 failed: test failed'],
    [{ op: 'test', path: '/list/2/x', value: null }, 'testing value /list/2/x failed: test failed'],
    [{ op: 'test', path: '/toString', value: 2 }, 'testing value /toString failed: test failed'],
    [
      { op: 'remove', path: '/none' },
      'remove operation does not apply: doc is missing path: "/none": missing value',
    ],
    [{ op: 'remove', path: '/list/2' }, /remove operation .*"\/list\/2"/],
    [{ op: 'remove', path: '/list/-' }, /remove operation .*"\/list\/-"/],
    [{ op: 'replace', path: '/none/deeper', value: 1 }, /missing path: "\/none\/deeper"/],
    [
      { op: 'replace', path: '/list/2', value: 1 },
      'replace operation does not apply: doc is missing key: /list/2: missing value',
    ],
    [{ op: 'replace', path: '/text/length', value: 1 }, /missing key: \/text\/length/],
    [
      { op: 'add', path: '/none/deeper', value: 1 },
      'add operation does not apply: doc is missing path: "/none/deeper": missing value',
    ],
    [{ op: 'add', path: '/list/3', value: 1 }, /add operation .*"\/list\/3"/],
    [{ op: 'add', path: '/list/01', value: 1 }, /add operation .*"\/list\/01"/],
    [{ op: 'add', path: '/list/-1', value: 1 }, /add operation .*"\/list\/-1"/],
    [{ op: 'add', path: '/text/0', value: 1 }, /add operation .*"\/text\/0"/],
    [{ op: 'add', path: '/deep/list/0/a', value: 1 }, /add operation .*"\/deep\/list\/0\/a"/],
    [
      { op: 'copy', from: '/none', path: '/a' },
      'copy operation does not apply: doc is missing from path: /none: missing value',
    ],
    [{ op: 'move', from: '/list/9', path: '/a' }, /^move operation does not apply.* \/list\/9/],
    [{ op: 'add', path: 'a', value: 1 }, 'the path "a" does not begin with /'],
  ];
  for (const [operation, message] of cases) {
    assert.throws(
      () => applyJsonPatch(object, [operation]),
      (error) =>
        error instanceof PatchDoesNotApply &&
        error.code === 'bad-patch' &&
        error.name === 'PatchDoesNotApply' &&
        (typeof message === 'string' ? error.message === message : message.test(error.message)),
      JSON.stringify(operation),
    );
  }
});

test('a document that is no JSON patch is told apart from one that does not fit', () => {
  for (const patch of [
    {},
    null,
    'x',
    [1],
    [null],
    [{ path: '/a' }],
    [{ op: 'add' }],
    [{ op: 1, path: '/a' }],
  ]) {
    assert.throws(
      () => jsonPatchOperations(patch),
      (error) =>
        error instanceof KubeError && error.code === 'bad-patch' && !(error instanceof PatchDoesNotApply),
      JSON.stringify(patch),
    );
  }
  const operations = [{ op: 'jump', path: '/a', from: '/b', value: 1 }];
  assert.deepEqual(jsonPatchOperations(operations), operations);
});

test('what is added is found under its path, and removed leaves what was', () => {
  const object = fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.array(fc.integer())), {
    noNullPrototype: true,
  });
  const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
  fc.assert(
    fc.property(object, fc.string({ minLength: 1 }), fc.jsonValue(), (from, key, value) => {
      fc.pre(!Object.hasOwn(from, key));
      const path = `/${escaped(key)}`;
      const json = JSON.parse(JSON.stringify(value)) as unknown;
      const added = applyJsonPatch(from, [
        { op: 'add', path, value: json },
        { op: 'test', path, value: json },
      ]) as Record<string, unknown>;
      assert.deepEqual(Object.getOwnPropertyDescriptor(added, key)?.value, json);
      assert.deepEqual(applyJsonPatch(added, [{ op: 'remove', path }]), from);
    }),
  );
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KubeError } from '../errors.ts';
import { parseYaml, parseYamlDocuments } from './yaml.ts';
import { readPlainScalar } from './yaml-scalar.ts';

describe('a plain scalar, as the API server reads it', () => {
  // Each as sigs.k8s.io/yaml 1.6.0 gives it.
  for (const [text, value] of [
    ...['y', 'Yes', 'ON', 'true'].map((word) => [word, true] as const),
    ...['n', 'No', 'off', 'FALSE'].map((word) => [word, false] as const),
    ...['', '~', 'null', 'NULL'].map((word) => [word, null] as const),
    ...[
      'yEs',
      'nULL',
      'oN',
      'Infinity',
      '2001-01-01',
      '12:30:45',
      '0o8',
      '0x',
      '1e',
      '.',
      '+',
      '_1',
      '08:00',
    ].map((word) => [word, word] as const),
    ['010', 8],
    ['0o0', 0],
    ['0O17', 15],
    ['0b11', 3],
    ['0b-1', -1],
    ['0X1f', 31],
    ['1_000', 1000],
    ['08', 8],
    ['-0', 0],
    ['1e3', 1000],
    ['.5', 0.5],
    ['5.', 5],
    ['+7', 7],
    ['18446744073709551615', 2 ** 64],
  ] as const) {
    it(`${text || '(nothing)'} is ${JSON.stringify(value)}`, () =>
      assert.equal(readPlainScalar(text), value));
  }
});

describe('a document', () => {
  for (const [text, value] of [
    ['a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['a: {b: 1, <<: {b: 2, c: 3}}', { a: { b: 2, c: 3 } }],
    ['a: {<<: {b: 2, c: 3}, b: 1}', { a: { b: 1, c: 3 } }],
    ['a: {<<: [{b: 1}, {b: 2, c: 3}]}', { a: { b: 1, c: 3 } }],
    ['a: {"<<": 1}', { a: { '<<': 1 } }],
    ['1: a\nyes: b\n0x10: c', { 1: 'a', true: 'b', 16: 'c' }],
    ['a: !!str 012\nb: !!int "012"\nc: "012"\nd: |\n  012\n', { a: '012', b: 10, c: '012', d: '012\n' }],
    ['a:\n- b:\n  c: ~\n', { a: [{ b: null, c: null }] }],
    ['__proto__: {a: 1}', JSON.parse('{"__proto__":{"a":1}}')],
    ['%YAML 1.1\n---\na: 1\n', { a: 1 }],
    ['', null],
  ] as const) {
    it(JSON.stringify(text), () => assert.deepEqual(parseYaml(text), value));
  }
});

it('several documents, where they are asked for', () => {
  assert.deepEqual(parseYamlDocuments('---\na: 010\n---\n# nothing\n---\n- yes\n'), [{ a: 8 }, null, [true]]);
  assert.deepEqual(parseYamlDocuments(''), []);
  assert.throws(() => parseYamlDocuments('a: 1\n---\nb: ['), KubeError);
});

describe('signs and tags that are read', () => {
  for (const [text, value] of [
    ['a: :b', { a: ':b' }],
    ['a: [1]\nb: :c', { a: [1], b: ':c' }],
    ['a: {b: 1}\nc: :d', { a: { b: 1 }, c: ':d' }],
    ['a: !!str', { a: '' }],
    ['a: !!bool yes', { a: true }],
    ['a: !!int 0x10', { a: 16 }],
    ['a: !!float 1.5', { a: 1.5 }],
    ['a: !!null ~', { a: null }],
    ['a: !!map {b: 1}', { a: { b: 1 } }],
    ['a: !!seq [1]', { a: [1] }],
  ] as const) {
    it(JSON.stringify(text), () => assert.deepEqual(parseYaml(text), value));
  }
});

describe('what is refused says why', () => {
  for (const [text, why] of [
    ['a: *x', 'the alias *x names nothing that was read before it'],
    ['a: &x 1\nb: &x [*x]', 'the alias *x names nothing that was read before it'],
    ['a: 1\nb:\n\tc: 1', 'Tabs are not allowed as indentation at line 3'],
    ['a: !!bool x', '"x" can\'t be read as tag:yaml.org,2002:bool'],
    ['a: !!int 1.5', '"1.5" can\'t be read as tag:yaml.org,2002:int'],
    ['a: !!float x', '"x" can\'t be read as tag:yaml.org,2002:float'],
    ['a: !!null x', '"x" can\'t be read as tag:yaml.org,2002:null'],
    ['a: !foo [1]', 'the tag !foo is not known'],
    ['a: !foo {b: 1}', 'the tag !foo is not known'],
    ['<<: ~', '<< takes a mapping or a list of mappings'],
    ['<<: [[1]]', '<< takes a mapping or a list of mappings'],
    ['a: [:b]', '":b" inside brackets has to be quoted'],
  ] as const) {
    it(JSON.stringify(text), () =>
      assert.throws(() => parseYaml(text), { message: `The body is not YAML: ${why}` }),
    );
  }
  it('a syntax error of the very first sign is on line 1', () =>
    assert.throws(() => parseYaml(']\n'), /at line 1$/));
});

describe('aliases repeat a mebibyte at most, whatever they stand for', () => {
  // Each is written out in 1024 characters.
  for (const [what, value] of [
    ['a text', 'x'.repeat(1022)],
    ['a list', `[${'x'.repeat(508)}, ${'y'.repeat(508)}]`],
    ['a mapping', `{k: ${'x'.repeat(1015)}}`],
  ] as const) {
    const text = (count: number) => `a: &a ${value}\nb: [${'*a,'.repeat(count)}]`;
    it(what, () => {
      assert.equal((parseYaml(text(1024)) as { b: unknown[] }).b.length, 1024);
      assert.throws(() => parseYaml(text(1025)), /its aliases repeat too much$/);
    });
  }
});

describe('what could be read in two ways, or has no end, is refused', () => {
  for (const text of [
    'a: 1\na: 2',
    '1: a\n0x1: b',
    'a: 1\n---\nb: 2',
    '%YAML 1.2\n---\na: 1',
    'a: !foo 1',
    'a: !!int x',
    'a: .inf',
    '~: 1',
    '{a: 1}: 2',
    'a: *x',
    'a: &x [*x]',
    'a: &é 1',
    '[a:]',
    '{?a: 1}',
    'a: {<<: 1}',
    'a: [',
    `${'['.repeat(20_000)}`,
    `a: &a "${'x'.repeat(1000)}"\nb: [${'*a,'.repeat(2000)}]`,
    [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(10)}]`),
    ].join('\n'),
  ]) {
    it(JSON.stringify(text.slice(0, 60)), () =>
      assert.throws(
        () => parseYaml(text),
        (error) => error instanceof KubeError && error.code === 'bad-body',
      ),
    );
  }
});

describe('cost grows with the length only', () => {
  // Where it grew with its square, each of these took minutes.
  const many = (count: number, one: (at: number) => string, between = ',') =>
    Array.from({ length: count }, (_, at) => one(at)).join(between);
  for (const [what, text, count] of [
    ['keys of a block mapping', many(20_000, (at) => `k${at}: ${at}`, '\n'), 20_000],
    ['keys of a flow mapping', `{${many(20_000, (at) => `k${at}: ${at}`)}}`, 20_000],
    ['a flow list', `[${many(100_000, () => '1')}]`, 100_000],
    ['aliases', `- &a x\n${many(20_000, () => '- *a', '\n')}`, 20_001],
    ['tags on one line', `[${many(20_000, () => '!!str a')}]`, 20_000],
  ] as const) {
    it(what, () => {
      const before = process.cpuUsage();
      assert.equal(Object.keys(parseYaml(text) as object).length, count);
      const { user, system } = process.cpuUsage(before);
      assert.ok((user + system) / 1e6 < 20, `${(user + system) / 1e6} s`);
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFunctions, oneLineFaults, withFault } from './one-line-faults.ts';

const planted = (source: string) => oneLineFaults(source).map((fault) => withFault(source, fault));

test('a comparison is turned, and a condition is taken as met and as not met', () => {
  const source = 'export const f = (a: number): boolean => {\n  if (a < 7) g();\n  return true;\n};\n';
  const found = planted(source);
  assert.ok(found.includes(source.replace('a < 7', 'a >= 7')));
  assert.ok(found.includes(source.replace('a < 7', 'false')));
  assert.ok(found.includes(source.replace('a < 7', 'true')));
  assert.ok(found.includes(source.replace('g();', ';')), 'a call left out');
  assert.ok(found.includes(source.replace('return true', 'return undefined')));
  assert.ok(found.includes(source.replace('return true', 'return false')));
});

test('types, imports and the words of a text have no fault', () => {
  const source =
    "import { a } from './a.ts';\nexport interface B { c: 0 | 1; d?: boolean }\nexport const text = 'is a < 1' + `true`;\n";
  assert.deepEqual(planted(source), []);
});

test('where types stand before it, a fault still stands in its place', () => {
  const source = 'const f = (a: Map<string, 0>, b?: boolean): a is B => a === b;\n';
  assert.ok(planted(source).includes(source.replace('a === b', 'a !== b')));
});

test('what Node could not read is none: `??` and `||` do not stand beside each other', () => {
  const source = 'export const f = (a?: boolean, b?: boolean) => (a ?? false) && b;\n';
  for (const one of planted('export const f = (a?: number) => a ?? 2;\n'))
    assert.doesNotMatch(one, /\?\?\s*;/);
  assert.ok(planted(source).length > 0);
});

test('a fault says its line, and what was there', () => {
  const [fault] = oneLineFaults('const a = 1;\n\nexport const b = () => a;\n').filter(({ told }) =>
    told.includes('line 3'),
  );
  assert.match(fault?.told ?? '', /^line 3: a {2}→ {2}undefined$/);
});

test('a schema, a table and types do nothing; a callback does', () => {
  assert.equal(
    hasFunctions('export type A = () => void;\n// function of time\nexport const b = z.object({});\n'),
    false,
  );
  assert.equal(hasFunctions('export const b = z.string().refine((text) => text.length > 0);\n'), true);
});

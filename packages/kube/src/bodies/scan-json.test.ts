import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { duplicateKey, scanJson } from './scan-json.ts';

describe('duplicateKey', () => {
  for (const [text, key] of [
    ['{"a":1,"a":2}', 'a'],
    ['{"spec":{"replicas":0},"spec":{}}', 'spec'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"x":[{"b":1},{"b":1,"c":{"d":1,"d":2}}]}', 'd'],
    ['{"a":1,"b":{"a":1}}', undefined],
    ['[{"a":1},{"a":1}]', undefined],
    ['{"a":"b","b":"a"}', undefined],
    ['{"a":["a","a"],"b":"{\\"a\\":1,\\"a\\":2}"}', undefined],
    ['{}', undefined],
    ['[{},"a",{"a":{},"b":[]},{"a":[[]]}]', undefined],
    ['{"a":{},"a":[]}', 'a'],
    ['{"\\x":1,"\\x":2}', '"\\x"'],
  ] as const) {
    it(`${text} → ${key}`, () => assert.equal(duplicateKey(text), key));
  }

  it('finds none in what JSON.stringify wrote', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => duplicateKey(JSON.stringify(value)) === undefined));
  });

  it('finds one wherever a key is written twice', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.jsonValue(), (outer, key, value) => {
        const [name, text] = [JSON.stringify(key), JSON.stringify(value)];
        return (
          duplicateKey(`{"outer":${JSON.stringify(outer)},"in":{${name}:${text},${name}:${text}}}`) === key
        );
      }),
    );
  });
});

describe('scanJson', () => {
  for (const [text, depth] of [
    ['1', 0],
    ['"[[["', 0],
    ['[]', 1],
    ['{"a":{},"b":{}}', 2],
    ['[[{"a":1}],[]]', 3],
  ] as const) {
    it(`${text} is ${depth} deep`, () => assert.equal(scanJson(text).depth, depth));
  }

  for (const text of [
    '0',
    '9',
    '-1',
    '[10,2]',
    '100',
    '123456789012345',
    'true',
    'null',
    '"1.5"',
    '{"a":[1,-20]}',
  ])
    it(`${text} has usual numbers`, () => assert.equal(scanJson(text).unusualNumbers, false));

  for (const text of [
    '1.0',
    '-0',
    '0.5',
    '9.5',
    '1e3',
    '1E3',
    '-1.5',
    '1234567890123456',
    '[1,1.5]',
    '{"a":12,"b":-0}',
  ])
    it(`${text} has a number that may be written in another way`, () =>
      assert.equal(scanJson(text).unusualNumbers, true));
});

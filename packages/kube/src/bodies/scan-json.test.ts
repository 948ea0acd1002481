import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { duplicateKey } from './scan-json.ts';

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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asArray, asObject, asString, jsonExcess, PROOF_JSON, parseJson } from './json.ts';

const bytes = (text: string) => Buffer.from(text);
const LIMITS = { bytes: 2 * 1024 * 1024, depth: 3, values: 5 };
const stop = (code: string, message: string) => ({ code, message });

describe('JSON of a proof', () => {
  it('is parsed where it is some, and is not understood where it is none', () => {
    assert.deepEqual(parseJson(bytes('{"a":[1,"ä"]}'), 'it'), { a: [1, 'ä'] });
    for (const bad of ['', '{', '{"a":1}x'])
      assert.throws(() => parseJson(bytes(bad), 'it'), stop('not-understood', 'it is not JSON'));
    // Not UTF-8: two different files would read as one.
    assert.throws(() => parseJson(Buffer.from([0x22, 0xff, 0x22]), 'it'), { code: 'not-understood' });
  });

  it('is refused over its size, before it is read', () => {
    const text = bytes(`"${'x'.repeat(LIMITS.bytes - 2)}"`);
    assert.equal((parseJson(text, 'it', LIMITS) as string).length, LIMITS.bytes - 2);
    const over = Buffer.concat([text, bytes(' ')]);
    assert.throws(() => parseJson(over, 'it', LIMITS), stop('limit', 'it is over 2 MiB'));
    assert.deepEqual(PROOF_JSON, { bytes: 16 * 1024 * 1024, depth: 64, values: 1_000_000 });
  });

  it('is refused over its depth and its values, with the limit named', () => {
    const table: [text: string, excess: string | undefined][] = [
      ['[[[]]]', undefined],
      ['[[{}]]', undefined],
      ['[[[[]]]]', 'is nested deeper than 3'],
      ['{"a":{"b":{"c":{}}}}', 'is nested deeper than 3'],
      // One after the other is not deep.
      ['[[],[]]', undefined],
      ['[{},{}]', undefined],
      ['[1,2,3,4,5]', undefined],
      ['[1,2,3,4,5,6]', 'holds more than 5 values'],
      ['[{},{},{}]', 'holds more than 5 values'],
      // What stands in a string is text, also behind an escape.
      ['"[[[[[,,,,,,,,"', undefined],
      ['"\\"[[[[["', undefined],
      ['"\\\\",[[[[', 'is nested deeper than 3'],
    ];
    for (const [text, excess] of table) {
      assert.equal(jsonExcess(bytes(text), LIMITS), excess, text);
      if (excess) assert.throws(() => parseJson(bytes(text), 'it', LIMITS), stop('limit', `it ${excess}`));
    }
  });
});

describe('a parsed value', () => {
  it('is taken for an object, a list or a text only where it is one', () => {
    const values = [{ a: 1 }, [1], 'x', null, undefined, 1, true];
    assert.deepEqual(values.map(asObject), [{ a: 1 }, ...Array(6).fill(undefined)]);
    assert.deepEqual(values.map(asArray), [undefined, [1], ...Array(5).fill(undefined)]);
    assert.deepEqual(values.map(asString), [undefined, undefined, 'x', ...Array(4).fill(undefined)]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KubeError } from '../errors.ts';
import { textOf } from './decode-body.ts';
import { readExactJson } from './json.ts';

describe('JSON is written anew with every number as it stood', () => {
  for (const [given, written = given] of [
    ['{"a":9007199254740993,"b":-0,"c":1e3,"d":1.0,"e":1E400,"f":[0,-1,12.50]}'],
    ['{ "a" : 1 ,\n"b": "\\u0061/\\/" }', '{"a":1,"b":"a//"}'],
    ['{"__proto__":{"a":1}}'],
    ['{"a":"1e3","b":"-0 9007199254740993"}'],
    [' [1] ', '[1]'],
  ] as const) {
    it(given, () => assert.equal(readExactJson(given).text, written));
  }

  it('and a number that JavaScript would change is none in the value', () => {
    const { a, b, c } = readExactJson('{"a":1,"b":1.0,"c":12345678901234567890}').value as Record<
      string,
      unknown
    >;
    assert.deepEqual([a, typeof b, typeof c], [1, 'object', 'object']);
  });

  it('whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.deepEqual(
          JSON.parse(readExactJson(JSON.stringify(value, null, 1)).text),
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });
});

describe('what could be read in two ways is refused', () => {
  const bytes = (...more: number[]) => new Uint8Array(more);
  for (const [what, body] of [
    ['a key twice', Buffer.from('{"a":{"b":1,"\\u0062":2}}')],
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['something behind it', Buffer.from('{} {}')],
    ['a NUL', Buffer.from('{"a":"\0"}')],
    ['a comment', Buffer.from('{} // a')],
    ['a comma too many', Buffer.from('[1,]')],
    ['a number that is none', Buffer.from('[01]')],
    ['bytes that are no UTF-8', bytes(0x22, 0xff, 0x22)],
    ['depth', Buffer.from(`${'['.repeat(501)}${']'.repeat(501)}`)],
    ['endless depth', Buffer.from('['.repeat(1_000_000))],
  ] as const) {
    it(what, () =>
      assert.throws(
        () => readExactJson(textOf(body)),
        (error) => error instanceof KubeError && error.code === 'bad-body',
      ),
    );
  }
});

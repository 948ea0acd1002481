import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyMergePatch } from './merge-patch.ts';

test('the examples of RFC 7386, appendix A', () => {
  const examples: [target: string, patch: string, result: string][] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ];
  for (const [target, patch, result] of examples) {
    assert.deepEqual(applyMergePatch(JSON.parse(target), JSON.parse(patch)), JSON.parse(result), patch);
  }
});

test('neither the object nor the patch is changed, and nothing is shared with them', () => {
  const target = { a: { b: 1 }, list: [{ c: 1 }] };
  const patch = { a: { d: { e: 1 } }, more: [{ f: 1 }] };
  const before = JSON.stringify([target, patch]);
  const result = applyMergePatch(target, patch) as {
    a: { b?: number; d: { e: number } };
    list: { c: number }[];
    more: { f: number }[];
  };
  result.a.b = 2;
  result.a.d.e = 2;
  for (const item of result.list) item.c = 2;
  for (const item of result.more) item.f = 2;
  assert.equal(JSON.stringify([target, patch]), before);
});

test('a key like one of the prototype is a key', () => {
  const result = applyMergePatch({}, JSON.parse('{"__proto__":{"a":1},"toString":{"b":null}}'));
  assert.equal(JSON.stringify(result), '{"__proto__":{"a":1},"toString":{}}');
});

test('a merge patch made from two objects leads from the one to the other', () => {
  const json = fc.dictionary(
    fc.string(),
    fc.oneof(fc.string(), fc.integer(), fc.dictionary(fc.string(), fc.integer()), fc.array(fc.integer())),
  );
  fc.assert(
    fc.property(json, json, (from, to) => {
      const patch = { ...Object.fromEntries(Object.keys(from).map((key) => [key, null])), ...to };
      // A nested object would be merged: take the old one away first, as null can't stand beside a value.
      const cleared = applyMergePatch(from, Object.fromEntries(Object.keys(from).map((key) => [key, null])));
      assert.deepEqual(applyMergePatch(cleared, patch), applyMergePatch({}, to));
    }),
  );
});

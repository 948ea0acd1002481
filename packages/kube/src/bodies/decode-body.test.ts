import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError } from '../errors.ts';
import { decodeBody, mediaTypeOf, parseJson, textOf } from './decode-body.ts';
import { RECORDED } from './testing/recorded.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const bytes = (text: string) => new TextEncoder().encode(text);
const refusal = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof KubeError && error.code === code && words.test(error.message);

test('the media type of a header', () => {
  for (const [header, media] of [
    [undefined, 'application/json'],
    ['', 'application/json'],
    [' ; charset=utf-8', 'application/json'],
    ['Application/JSON; charset=utf-8', 'application/json'],
    ['  application/yaml ', 'application/yaml'],
    ['application/apply-patch+yaml;q=1;a=b', 'application/apply-patch+yaml'],
  ] as const) {
    assert.equal(mediaTypeOf(header), media, header);
  }
});

test('each media type by its own reader', () => {
  assert.deepEqual(decodeBody(undefined, bytes('{"a":1}')), { a: 1 });
  assert.deepEqual(decodeBody('application/json; charset=utf-8', bytes('{"a":1}')), { a: 1 });
  assert.deepEqual(decodeBody('application/yaml', bytes('a: yes\nb: "yes"\n')), { a: true, b: 'yes' });
  assert.deepEqual(decodeBody(`${PROTOBUF};stream=watch`, Buffer.from(RECORDED.namespace, 'base64')), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
});

test('of a key that stands twice JSON takes the last; read strictly it is refused', () => {
  const twice = bytes('{"a":1,"a":2}');
  assert.deepEqual(decodeBody(undefined, twice), { a: 2 });
  assert.throws(
    () => decodeBody(undefined, twice, { strict: true }),
    refusal('bad-body', /"a" stands twice/),
  );
});

test('a number that JavaScript would change is one, unless read strictly', () => {
  const large = bytes('{"a":9007199254740993}');
  assert.deepEqual(decodeBody(undefined, large), { a: 9007199254740992 });
  assert.notEqual(typeof decodeBody(undefined, large, { strict: true }).a, 'number');
});

test('what stands twice in protobuf is refused too where it is read strictly', () => {
  // meta/v1 DeleteOptions with gracePeriodSeconds (field 1) 5 and then 0, in runtime.Unknown.
  const options = [0x08, 5, 0x08, 0];
  const type = [...[0x0a, 2], ...bytes('v1'), ...[0x12, 13], ...bytes('DeleteOptions')];
  const head = [0x6b, 0x38, 0x73, 0, 0x0a, type.length, ...type];
  const body = new Uint8Array([...head, 0x12, options.length, ...options]);
  assert.equal(decodeBody(PROTOBUF, body).gracePeriodSeconds, 0);
  assert.throws(() => decodeBody(PROTOBUF, body, { strict: true }), refusal('bad-body', /twice/));
});

test('what is no object is none', () => {
  for (const text of ['[]', '[{}]', 'null', '"text"', '7', 'true']) {
    assert.throws(() => decodeBody(undefined, bytes(text)), refusal('bad-body', /not an object/), text);
    assert.throws(
      () => decodeBody('application/yaml', bytes(text)),
      refusal('bad-body', /not an object/),
      text,
    );
  }
});

test('what can not be read is an error, never a guess', () => {
  for (const text of ['', '{', '{"a":1} x', '\ufeff{}']) {
    assert.throws(
      () => decodeBody('application/json', bytes(text)),
      refusal('bad-body', /not JSON: ./),
      text,
    );
  }
  assert.throws(() => decodeBody('application/yaml', bytes('a: [')), refusal('bad-body', /./));
  assert.throws(() => decodeBody('application/yaml', bytes('a: 1\na: 2\n')), refusal('bad-body', /./));
  const latin1 = new Uint8Array([0x7b, 0xff, 0x7d]);
  assert.throws(() => decodeBody(undefined, latin1), refusal('bad-body', /not UTF-8/));
  assert.throws(() => decodeBody('application/yaml', latin1), refusal('bad-body', /not UTF-8/));
  assert.throws(() => decodeBody(PROTOBUF, bytes('{"kind":"DeleteOptions"}')), refusal('bad-body', /magic/));
  for (const media of ['text/plain', 'application/cbor', 'application/vnd.kubernetes.protobuf+x']) {
    assert.throws(
      () => decodeBody(media, bytes('{}')),
      refusal('unsupported-media-type', new RegExp(media.replace('+', '\\+'))),
    );
  }
});

test('text and JSON by themselves, a byte order mark kept in the one and refused in the other', () => {
  assert.equal(textOf(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9])), '\ufeffé');
  assert.deepEqual(parseJson(' [1, "é"] '), [1, 'é']);
  assert.throws(() => parseJson('\ufeff[]'), refusal('bad-body', /not JSON/));
  assert.throws(
    () => parseJson('{'),
    (error) => error instanceof KubeError && error.cause instanceof SyntaxError,
  );
  assert.throws(
    () => textOf(new Uint8Array([0x80])),
    (error) => error instanceof KubeError && error.cause instanceof TypeError,
  );
});

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { canonical } from './canonical.ts';
import { contentOf, rewritten } from './content.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** How often a body is decoded meanwhile. */
function decoded(body: Uint8Array, work: () => void): number {
  const decode = mock.method(TextDecoder.prototype, 'decode');
  try {
    work();
    return decode.mock.calls.filter((call) => call.arguments[0] === body).length;
  } finally {
    decode.mock.restore();
  }
}

test('a body is decoded when it is asked for, and once', () => {
  const body = bytes('{"a": 1}');
  assert.equal(
    decoded(body, () => contentOf({ body })),
    0,
  );
  const times = decoded(body, () => {
    const content = contentOf({ body });
    for (const one of [content, contentOf({ body, content })]) {
      assert.deepEqual(one.exact(), { value: { a: 1 }, text: '{"a":1}' });
      assert.deepEqual(one.exact().value, { a: 1 });
    }
  });
  assert.equal(times, 1);
});

test('in each format by itself, once', () => {
  const body = bytes('a: 1');
  const times = decoded(body, () => {
    const content = contentOf({ body });
    assert.deepEqual(content.strict('application/yaml'), { a: 1 });
    assert.deepEqual(content.strict('application/yaml'), { a: 1 });
    assert.throws(() => content.strict('application/json'), /not JSON/);
  });
  assert.equal(times, 2);
});

test('what cannot be read cannot be read the second time either', () => {
  const body = bytes('{"a": 1, "a": 2}');
  const times = decoded(body, () => {
    const content = contentOf({ body });
    for (let time = 0; time < 2; time++) assert.throws(() => content.exact(), /stands twice/);
  });
  assert.equal(times, 1);
});

test('another body than the one that was read is read anew', () => {
  const content = contentOf({ body: bytes('{"a": 1}') });
  assert.deepEqual(contentOf({ body: bytes('{"b": 2}'), content }).exact().value, { b: 2 });
});

test('what was written again from what was read needs no second reading', () => {
  const content = contentOf({ body: bytes('{ "a" : 1.50 }') });
  const again = bytes(content.exact().text);
  const found = rewritten(content, again);
  assert.equal(
    decoded(again, () => assert.equal(found.exact().text, '{"a":1.50}')),
    0,
  );
  assert.equal(contentOf({ body: again, content: found }), found);
});

test('the canonical form of a write brings what was read of it', () => {
  const body = bytes('{ "spec" : { "replicas" : 3 } }');
  const sent = { method: 'PUT', path: '/apis/apps/v1/namespaces/shop/deployments/web', query: '' };
  const read = canonical({ ...sent, headers: { 'content-type': 'application/json' }, body });
  assert.ok(!('refused' in read));
  const { request } = read;
  assert.equal(new TextDecoder().decode(request.body), '{"spec":{"replicas":3}}');
  assert.equal(
    decoded(request.body, () => {
      assert.deepEqual(contentOf(request).exact().value, { spec: { replicas: 3 } });
    }),
    0,
  );
});

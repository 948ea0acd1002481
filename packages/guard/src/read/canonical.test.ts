import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonical } from './canonical.ts';

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const sent = (more: { method?: string; path?: string; query?: string; type?: string; body?: string }) => ({
  method: more.method ?? 'PATCH',
  path: more.path ?? WEB,
  query: more.query ?? '',
  headers: { 'content-type': more.type ?? 'application/merge-patch+json' } as Record<string, string>,
  body: new TextEncoder().encode(more.body ?? '{}'),
});
const read = (more: Parameters<typeof sent>[0]) => {
  const one = canonical(sent(more));
  if ('refused' in one) return { refused: one.refused };
  const { path, query, headers, body } = one.request;
  const text = new TextDecoder().decode(body);
  if (one.body) assert.deepEqual([one.body.type, one.body.bytes], [headers['content-type'], body]);
  return { path, query, type: headers['content-type'], text, replaced: one.body !== undefined };
};

describe('the form in which a request is judged and sent', () => {
  it('has path and query escaped anew', () => {
    const { path, query } = read({ path: '/api/v1/namespaces/sh%6fp/pods/a%3Ab/', query: 'a=%41&&b=+' });
    assert.deepEqual([path, query], ['/api/v1/namespaces/shop/pods/a:b', 'a=A&b=%20']);
    assert.equal(
      read({ path: '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node' }).path,
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node',
    );
  });

  it('has JSON written anew, under its type alone', () => {
    for (const [method, type] of [
      ['PUT', 'application/json'],
      ['PATCH', 'application/merge-patch+json'],
      ['PATCH', 'application/strategic-merge-patch+json'],
    ] as const) {
      const {
        type: now,
        text,
        replaced,
      } = read({
        method,
        type: `${type.toUpperCase()} ; charset=utf-8`,
        body: '{ "spec": {"replicas": 1.0, "\\u0061": 9007199254740993} }',
      });
      assert.deepEqual([now, text, replaced], [type, '{"spec":{"replicas":1.0,"a":9007199254740993}}', true]);
    }
  });

  it('leaves byte for byte what the server is asked about', () => {
    for (const [method, type] of [
      ['PUT', 'application/yaml'],
      ['PUT', 'application/vnd.kubernetes.protobuf'],
      ['PATCH', 'application/apply-patch+yaml'],
      ['PATCH', 'application/json-patch+json'],
    ] as const) {
      const body = '[ {"a": 1, "a" : 1}\n]';
      const { text, replaced, type: now } = read({ method, type: `${type};x=y`, body });
      assert.deepEqual([text, replaced, now], [body, true, type]);
    }
  });

  it('is not there for a body that can be read in two ways: it stays, and is not understood', () => {
    for (const body of ['{"a":1,"a":2}', '\ufeff{}', '{', ''])
      assert.equal(read({ body }).replaced, false, body);
    assert.equal(read({ method: 'PUT', type: 'application/cbor' }).replaced, false);
    const encoded = { ...sent({}), headers: { 'content-encoding': 'gzip' } };
    assert.ok(!('refused' in canonical(encoded)) && !('body' in canonical(encoded)));
  });

  it('is not read again where nothing was written anew, nor from what is encoded or empty', () => {
    const request = sent({ method: 'PUT', type: 'application/yaml', body: 'a: 1' });
    const one = canonical(request);
    assert.ok('body' in one && one.body?.bytes === request.body);
    for (const [encoding, replaced] of [
      ['gzip', false],
      ['identity', true],
      ['', true],
    ] as const) {
      const asked = sent({});
      const headers = { ...asked.headers, 'content-encoding': encoding };
      const found = canonical({ ...asked, headers });
      assert.equal('body' in found && found.body !== undefined, replaced, encoding);
    }
    assert.equal(read({ body: '1' }).replaced, true, 'a body of one byte');
    assert.equal(read({ method: 'POST', type: 'application/merge-patch+json' }).replaced, false);
  });

  it('is a mistake of ours, and no word on the request, where something else goes wrong', () => {
    assert.throws(() => canonical({ ...sent({}), path: undefined as never }), TypeError);
    assert.throws(() => canonical({ ...sent({}), body: undefined as never }), TypeError);
  });

  it('is refused where a path or a query has two readings', () => {
    for (const query of ['a;b', 'a=%4', 'a=%ff', `a${'&'.repeat(10_000)}`])
      assert.ok(read({ query }).refused, query);
    for (const path of ['/api/v1/pods/a%2fb', '/api/v1//pods', '/api/v1/pods/\u00e9']) {
      assert.ok(read({ path }).refused, path);
    }
  });
});

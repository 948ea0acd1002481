import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forwardedHeaders, upstreamPath } from './upstream.ts';

test('what ends at the door, or would make somebody else of the sender, does not go on', () => {
  const stays = [
    'Authorization',
    'Connection',
    'Expect',
    'Host',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'X-Remote-User',
    'X-Remote-Group',
    'X-Remote-Uid',
    'X-Remote-Extra-Scopes',
  ].flatMap((name) => [name, 'x']);
  const goes = ['Accept', '*/*', 'Impersonate-User', 'ben', 'X-Own', 'a', 'x-own', 'b'];
  assert.deepEqual(forwardedHeaders([...stays, ...goes], {}), goes);
  assert.deepEqual(forwardedHeaders(['Connection', 'X-Own', 'X-Own', 'a'], {}), ['X-Own', 'a']);
});

test('the cluster’s credentials, and what the door writes anew, stand once and last', () => {
  const credentials = { Authorization: 'Bearer theirs', 'X-Key': 'k' };
  assert.deepEqual(
    forwardedHeaders(['x-key', 'mine', 'content-type', 'a/b', 'Accept', 'c'], credentials, {
      'Content-Type': 'd/e',
    }),
    ['Accept', 'c', 'Authorization', 'Bearer theirs', 'X-Key', 'k', 'Content-Type', 'd/e'],
  );
  assert.deepEqual(forwardedHeaders(['odd'], {}), []);
});

test('a cluster may stand below a path of its server', () => {
  const at = (url: string, query = '') => upstreamPath({ url: new URL(url) }, '/api/v1/pods', query);
  assert.equal(at('https://a.example'), '/api/v1/pods');
  assert.equal(at('https://a.example/k8s/clusters/c1/'), '/k8s/clusters/c1/api/v1/pods');
  assert.equal(at('https://a.example/k8s', 'watch=1'), '/k8s/api/v1/pods?watch=1');
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalPath, parseRequestPath, resourcePath } from './request-path.ts';

/** What RequestInfo makes of paths that are easily read otherwise: group, namespace, resource, name, subresource. */
const READ: [path: string, reading: string][] = [
  ['/api/v1/namespaces/shop', ' shop namespaces shop '],
  ['/api/v1/namespaces/shop/finalize', ' shop namespaces shop finalize'],
  ['/api/v1/namespaces/shop/status/x', ' shop namespaces shop status'],
  ['/apis/stable.example.com/v1/namespaces/shop/status/x', 'stable.example.com shop namespaces shop status'],
  ['/apis/stable.example.com/v1/namespaces/shop', 'stable.example.com shop namespaces shop '],
  ['/apis/stable.example.com/v1/namespaces/shop/crates/a/scale/x', 'stable.example.com shop crates a scale'],
  ['/api/v1/namespaces/shop/pods/a/eviction/', ' shop pods a eviction'],
  ['/api/v1/watch/namespaces/shop/pods/a', ' shop pods a '],
  ['/api/v1/proxy/namespaces/shop/pods/a/b', ' shop pods a '],
  ['/%61pi/v1/nam%65spaces/shop/pods/a', ' shop pods a '],
];

describe('parseRequestPath', () => {
  for (const [path, reading] of READ) {
    it(`${path} is ${reading}`, () => {
      const target = parseRequestPath(path);
      assert.ok(target.type === 'resource');
      const { group, namespace = '', resource, name = '', subresource = '' } = target;
      assert.equal([group, namespace, resource, name, subresource].join(' '), reading);
    });
  }
});

describe('what names no resource', () => {
  for (const [path, read] of [
    ['/', '/'],
    ['/api', '/api'],
    ['/api/', '/api'],
    ['/api/v1', '/api/v1'],
    ['/apis/apps', '/apis/apps'],
    ['/apis/apps/v1', '/apis/apps/v1'],
    ['/healthz', '/healthz'],
    ['/healthz/a/b/c', '/healthz/a/b/c'],
    ['/version/v1/pods', '/version/v1/pods'],
    ['/api/v1/watch', '/api/v1/watch'],
    ['/apis/apps/v1/proxy', '/apis/apps/v1/proxy'],
    ['/open%61pi/v3', '/openapi/v3'],
  ] as const)
    it(path, () => assert.deepEqual(parseRequestPath(path), { type: 'non-resource', path: read }));
});

it('collections, of the cluster and of a namespace, and the namespaces themselves', () => {
  const read = (path: string) => {
    const target = parseRequestPath(path);
    assert.ok(target.type === 'resource');
    const { group, version, namespace, resource, name, subresource } = target;
    return [group, version, namespace, resource, name, subresource];
  };
  const none = undefined;
  assert.deepEqual(read('/api/v1/pods'), ['', 'v1', none, 'pods', none, none]);
  assert.deepEqual(read('/api/v1/nodes/n'), ['', 'v1', none, 'nodes', 'n', none]);
  assert.deepEqual(read('/api/v1/nodes/n/status'), ['', 'v1', none, 'nodes', 'n', 'status']);
  assert.deepEqual(read('/api/v1/namespaces'), ['', 'v1', none, 'namespaces', none, none]);
  assert.deepEqual(read('/api/v1/nodes/namespaces/proxy'), ['', 'v1', none, 'nodes', 'namespaces', 'proxy']);
  assert.deepEqual(read('/apis/apps/v1/deployments'), ['apps', 'v1', none, 'deployments', none, none]);
  assert.deepEqual(read('/apis/apps/v1/namespaces/shop/deployments'), [
    'apps',
    'v1',
    'shop',
    'deployments',
    none,
    none,
  ]);
});

describe('what two readers could read differently is refused, and never sent on', () => {
  for (const [path, why] of [
    ['api/v1/pods', /does not begin with \//],
    ['', /does not begin with \//],
    ['http://host/api/v1', /does not begin with \//],
    ['//', /an empty segment/],
    ['/api//v1/pods', /an empty segment/],
    ['/api/v1/pods//', /an empty segment/],
    ['/api/v1/namespaces/./pods', /a \. or \.\. segment/],
    ['/api/v1/namespaces/../pods', /a \. or \.\. segment/],
    ['/api/v1/%2e%2E/pods', /a \. or \.\. segment/],
    ['/api/v1/namespaces/a%2Fb/pods', /an encoded slash or a backslash/],
    ['/api/v1/namespaces/a\\b/pods', /an encoded slash or a backslash/],
    ['/api/v1/namespaces/a%5Cb/pods', /an encoded slash or a backslash/],
    ['/api/v1/pods/a%00', /a control character/],
    ['/api/v1/pods/a%0D%0Ab', /a control character/],
    ['/api/v1/pods/a%7F', /a control character/],
    ['/api/v1/pods/a%252e', /a doubly encoded character/],
    ['/api/v1/pods/a b', /a character that must be escaped/],
    ['/api/v1/pods/ä', /a character that must be escaped/],
    ['/api/v1/pods/a%', /a broken escape/],
    ['/api/v1/pods/%C3', /a broken escape/],
  ] as const)
    for (const reader of [parseRequestPath, canonicalPath])
      it(`${reader.name} ${JSON.stringify(path)}`, () =>
        assert.throws(
          () => reader(path),
          (error: Error & { code?: string }) => {
            assert.equal(error.code, 'bad-path');
            assert.match(error.message, why);
            return true;
          },
        ));
});

it('the form in which a path is sent on: each segment escaped once, names as people write them', () => {
  for (const [path, form] of [
    ['/', '/'],
    ['/api/v1/pods/', '/api/v1/pods'],
    ['/%61pi/v1/nam%65spaces/shop', '/api/v1/namespaces/shop'],
    ['/apis/x/v1/clusterroles/system:node', '/apis/x/v1/clusterroles/system:node'],
    ['/a/system%3anode%40x%24%26%2b%2c%3d', '/a/system:node@x$&+,='],
    ['/a/b%20c%3Fd%23e%3Bf', '/a/b%20c%3Fd%23e%3Bf'],
    ['/a/%C3%A4', '/a/%C3%A4'],
  ] as const)
    assert.equal(canonicalPath(path), form);
});

it('the path of a collection, an object and its subresource', () => {
  const pods = { group: '', version: 'v1', resource: 'pods' };
  const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };
  const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
  const others = { group: 'example.com', version: 'v1', resource: 'namespaces' };
  const at = { namespace: 'shop', name: 'a' };
  assert.equal(resourcePath(pods), '/api/v1/pods');
  assert.equal(resourcePath(pods, { namespace: 'shop' }), '/api/v1/namespaces/shop/pods');
  assert.equal(resourcePath(pods, { ...at, subresource: 'log' }), '/api/v1/namespaces/shop/pods/a/log');
  assert.equal(resourcePath(deployments, at), '/apis/apps/v1/namespaces/shop/deployments/a');
  assert.equal(resourcePath({ ...pods, resource: 'nodes' }, { name: 'a b' }), '/api/v1/nodes/a%20b');
  assert.equal(resourcePath(namespaces, { namespace: 'shop', name: 'shop' }), '/api/v1/namespaces/shop');
  assert.equal(resourcePath(others, at), '/apis/example.com/v1/namespaces/shop/namespaces/a');
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRequestPath } from './request-path.ts';

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

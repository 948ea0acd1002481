import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContextConfig } from './kubeconfig.ts';
import { proxyFor } from './proxy.ts';

test('which proxy: proxy-url first, the environment as Go reads it, never for the loopback', () => {
  const context = { cluster: {}, clusterName: 'c', file: 'f' } as ContextConfig;
  const of = (url: string, env: Record<string, string>, own?: string) =>
    proxyFor(new URL(url), { ...context, cluster: { 'proxy-url': own, extensions: [] } as never }, env)?.href;
  const HTTPS_PROXY = 'http://proxy:3128';
  assert.equal(of('https://api.example', { HTTPS_PROXY }), 'http://proxy:3128/');
  assert.equal(of('https://api.example', { https_proxy: 'proxy:3128' }), 'http://proxy:3128/');
  assert.equal(of('https://api.example', { HTTPS_PROXY }, 'socks5://own:1080'), 'socks5://own:1080');
  assert.equal(of('http://api.example', { HTTPS_PROXY }), undefined);
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    assert.equal(of(`https://${host}:6443`, { HTTPS_PROXY }), undefined, host);
  }
  const direct: [string, string, boolean][] = [
    ['*', 'api.example', true],
    ['example', 'api.example', true],
    ['.example', 'api.example', true],
    ['*.example', 'api.example', true],
    ['.api.example', 'api.example', false],
    ['api.example', 'api.example', true],
    ['pi.example', 'api.example', false],
    ['api.example:6443', 'api.example:6443', true],
    ['api.example:443', 'api.example:6443', false],
    ['other, API.EXAMPLE ', 'api.example', true],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['fd00::/8', '[fd00::1]', true],
    ['10.0.0.0/99', '10.1.2.3', false],
    ['', 'api.example', false],
  ];
  for (const [NO_PROXY, host, isDirect] of direct) {
    assert.equal(
      of(`https://${host}`, { HTTPS_PROXY, NO_PROXY }) === undefined,
      isDirect,
      `${NO_PROXY} for ${host}`,
    );
  }
  assert.throws(
    () => of('https://a', {}, 'ftp://user:geheim@x'),
    (error: Error & { code: string }) => error.code === 'bad-file' && !error.message.includes('geheim'),
  );
  assert.throws(() => of('https://a', { HTTPS_PROXY: 'ftp://x' }), { code: 'usage', message: /HTTPS_PROXY/ });
});

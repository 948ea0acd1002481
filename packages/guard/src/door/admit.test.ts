import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { admit } from './admit.ts';
import { contextPrefix } from './context-path.ts';
import { tokenTable } from './tokens.ts';

const PORT = 4711;
const tokens = tokenTable();
const grant = { id: 't1', context: 'prod', person: 'aiko' };
tokens.add('secret', grant);
const request = (url: string, headers: Record<string, string | undefined> = {}) =>
  ({
    url,
    headers: { host: `127.0.0.1:${PORT}`, authorization: 'Bearer secret', ...headers },
  }) as unknown as IncomingMessage;
/** The code that it is refused with, and why; or what was read. */
const told = (url: string, headers: Record<string, string | undefined> = {}) => {
  const admission = admit(request(url, headers), PORT, tokens);
  if (!admission.admitted) return `${admission.status.code} ${admission.status.message}`;
  const { path, query, target } = admission;
  assert.equal(admission.grant, grant);
  return [path, query, target.type];
};
const PODS = '/api/v1/pods';

test('with Host and token it is let in, with path and query as they came', () => {
  assert.deepEqual(told(`${PODS}?a=b`), [PODS, 'a=b', 'resource']);
  assert.deepEqual(told(PODS), [PODS, '', 'resource']);
  assert.deepEqual(told(`${PODS}?a=b?c`), [PODS, 'a=b?c', 'resource']);
  assert.deepEqual(told(`${contextPrefix('prod')}${PODS}`), [PODS, '', 'resource']);
  for (const host of [`localhost:${PORT}`, `[::1]:${PORT}`])
    assert.deepEqual(told(PODS, { host }), [PODS, '', 'resource']);
});

test('another Host is a rebound name', () => {
  for (const host of [
    undefined,
    '127.0.0.1',
    `127.0.0.1:${PORT + 1}`,
    `evil.example:${PORT}`,
    `127.0.0.1:${PORT}.evil`,
  ])
    assert.match(told(PODS, { host }) as string, /^403 .*Host header/);
});

test('a web page may not use it, whatever token it has', () => {
  const origins = [
    'https://evil.example',
    'null',
    `http://localhost:${PORT}`,
    `https://localhost:1`,
    'ftps:///localhost',
  ];
  for (const origin of origins) assert.match(told(PODS, { origin }) as string, /^403 .*web page/, origin);
  for (const site of ['cross-site', 'same-site'])
    assert.match(told(PODS, { 'sec-fetch-site': site }) as string, /^403 .*web page \(\(none\)\)/);
  assert.deepEqual(told(PODS, { origin: `https://localhost:${PORT}`, 'sec-fetch-site': 'same-origin' }), [
    PODS,
    '',
    'resource',
  ]);
});

test('nobody is let in without the token of the context that it names', () => {
  for (const authorization of [undefined, 'Bearer other', 'Basic c2VjcmV0'])
    assert.match(told(PODS, { authorization }) as string, /^401 .*its own token/);
  assert.match(told(`${contextPrefix('test')}${PODS}`) as string, /^403 .*another context/);
});

test('a query that begins twice, and a path with two meanings, are no request', () => {
  assert.match(told(`${PODS}/x??dryRun=All`) as string, /^400 .*second question mark/);
  assert.match(told('/api/v1/namespaces/a/../b') as string, /^400 toolcrib: /);
  assert.match(told('') as string, /^400 /);
});

test('a header that asks for another method or path is refused, but where it is an application’s own', () => {
  const others = [
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-original-url',
    'x-rewrite-url',
  ];
  for (const name of others) {
    assert.match(told(PODS, { [name]: 'DELETE' }) as string, new RegExp(`^400 .*header ${name} `));
    assert.match(told('/version', { [name]: 'DELETE' }) as string, /^400 /);
    const at = '/api/v1/namespaces/shop/services/web';
    assert.deepEqual(told(`${at}/proxy/a`, { [name]: 'DELETE' }), [`${at}/proxy/a`, '', 'resource']);
    assert.deepEqual(told(`${at}/proxy`, { [name]: 'DELETE' }), [`${at}/proxy`, '', 'resource']);
    assert.match(told(`${at}/status`, { [name]: 'DELETE' }) as string, /^400 /);
  }
});

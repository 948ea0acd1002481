import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import type { Noticed, RequestHandler } from '../request.ts';
import type { Admitted } from './admit.ts';
import { askedRequest, createWatch, isEndless, notice } from './asked.ts';

const grant = { id: 't1', context: 'prod', person: 'aiko', tool: { name: 'k9s', sha256: 'x' }, agent: true };
const admitted = (path: string, query = ''): Admitted => ({
  admitted: true,
  grant,
  path,
  query,
  target: parseRequestPath(path),
});
const request = (headersDistinct: Record<string, string[]>, method: string | undefined = 'GET') =>
  ({
    method,
    headersDistinct,
    headers: Object.fromEntries(
      Object.entries(headersDistinct).map(([name, values]) => [name, values.join(', ')]),
    ),
    socket: { remotePort: 4711 },
  }) as unknown as IncomingMessage;
const PODS = '/api/v1/namespaces/shop/pods';

test('what has no end of its own: a watch, a followed log, an application’s stream', () => {
  for (const value of ['1', 'true', 'TRUE', 't']) {
    assert.equal(isEndless(admitted(PODS, `watch=${value}`)), true, value);
    assert.equal(isEndless(admitted(`${PODS}/a/log`, `follow=${value}`)), true, value);
  }
  for (const query of ['', 'watch=0', 'watch=tr', 'watch=xt'])
    assert.equal(isEndless(admitted(PODS, query)), false, query);
  assert.equal(isEndless(admitted(`${PODS}/a/proxy`)), true);
  assert.equal(isEndless(admitted(`${PODS}/a/proxy/x`)), true);
  assert.equal(isEndless(admitted(`${PODS}/a/log`)), false);
  assert.equal(isEndless(admitted('/version', 'watch=1')), false);
});

test('whether creates are watched is asked by type and namespace', () => {
  const asked: unknown[] = [];
  const handler = {
    watchesCreates: (...what: unknown[]) => {
      asked.push(what);
      return true;
    },
  } as Partial<RequestHandler> as RequestHandler;
  assert.equal(createWatch(admitted('/apis/apps/v1/namespaces/shop/deployments'), handler), true);
  assert.equal(createWatch(admitted('/version'), handler), false);
  assert.deepEqual(asked, [['prod', 'apps', 'deployments', 'shop']]);
});

test('a read of a kubectl session is told, with who asks; nothing else is', () => {
  const told: Noticed[] = [];
  const handler = {
    noticed: (read: Noticed) => told.push(read),
  } as Partial<RequestHandler> as RequestHandler;
  const session = { 'kubectl-session': ['s1'], 'user-agent': ['kubectl'] };
  notice(request(session), admitted(PODS, 'a=b'), handler);
  assert.deepEqual(told, [
    {
      context: 'prod',
      session: 's1',
      path: PODS,
      query: 'a=b',
      headers: { 'kubectl-session': 's1', 'user-agent': 'kubectl' },
      clientPort: 4711,
    },
  ]);
  notice(request({}), admitted(PODS), handler);
  notice(request(session, 'POST'), admitted(PODS), handler);
  notice(request(session), admitted('/version'), handler);
  assert.equal(told.length, 1);
});

test('of the headers only what tells who asks, as whom and in which form; each value of a group apart', () => {
  const headers = {
    'user-agent': ['k9s'],
    accept: ['a', 'b'],
    'content-type': ['application/json'],
    'content-encoding': ['gzip'],
    'kubectl-command': ['delete'],
    'impersonate-group': ['a', 'b,c'],
    authorization: ['Bearer secret'],
    cookie: ['x'],
    'x-accept': ['y'],
  };
  const body = new Uint8Array([1]);
  assert.deepEqual(askedRequest(request(headers, 'DELETE'), admitted(PODS, 'a=b'), body, 'req-1'), {
    id: 'req-1',
    context: 'prod',
    person: 'aiko',
    tokenId: 't1',
    tool: { name: 'k9s', sha256: 'x' },
    agent: true,
    method: 'DELETE',
    path: PODS,
    query: 'a=b',
    headers: {
      'user-agent': 'k9s',
      accept: 'a, b',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'kubectl-command': 'delete',
      'impersonate-group': 'a\nb,c',
    },
    clientPort: 4711,
    body,
  });
});

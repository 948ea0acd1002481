import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { makeAuthority, makeServerCertificate } from '../laptop/certificates.ts';
import { dashboard } from './dashboard.ts';

const SET = { path: '/apis/apps/v1/namespaces/a/statefulsets/kafka', label: 'StatefulSet kafka' };
const POD = { path: '/api/v1/namespaces/a/pods/kafka-1', label: 'Pod kafka-1' };

function config(server: string, ca = '', token = 'a token'): string {
  return stringify({
    clusters: [{ cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ user: { token } }],
  });
}

test('the screen says one thing, and Delete means what was opened first', async (t) => {
  const authority = await makeAuthority(Date.now(), 1);
  const heard: string[] = [];
  const server = createServer(await makeServerCertificate(authority, Date.now(), 1), (request, response) => {
    const { authorization } = request.headers;
    heard.push(`${request.method} ${request.url} ${authorization} ${request.headers['user-agent']}`);
    response.setHeader('warning', ['299 - "one, and \\"more\\""', '299 - "two"', 'another']);
    response.writeHead(403).end('{"kind":"Status"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const below of ['', '/', '/ctx/a', '/ctx/a/']) {
    const board = dashboard(config(url + below, authority.cert));
    assert.equal(board.screen(), '');
    await assert.rejects(board.pressDelete(), /nothing is open/);
    board.open(SET);
    assert.equal(board.screen(), 'StatefulSet kafka');
    board.open(POD);
    assert.equal(board.screen(), 'Pod kafka-1');
    assert.deepEqual(await board.pressDelete(), {
      request: `DELETE ${SET.path}`,
      status: 403,
      body: '{"kind":"Status"}',
      warnings: ['one, and "more"', 'two', 'another'],
    });
    const prefix = below.replace(/\/$/, '');
    assert.equal(heard.pop(), `DELETE ${prefix}${SET.path} Bearer a token stale-menu-dashboard/5.5.1`);
  }
  server.closeAllConnections();
  server.close();
  const board = dashboard(config(url, authority.cert));
  board.open(POD);
  await assert.rejects(board.pressDelete(), /ECONNREFUSED|ECONNRESET|socket hang up/);
});

test('without a cluster or a token there is nothing to speak with', () => {
  for (const text of [
    stringify({ clusters: [], users: [{ user: { token: 'a' } }] }),
    config('https://a', '', ''),
  ]) {
    assert.throws(() => dashboard(text), /no cluster with a token/);
  }
});

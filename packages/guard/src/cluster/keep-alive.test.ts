import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connectCluster } from './client.ts';
import { openUpstream } from './upstream.ts';

test('deletes with a body share a connection: a handshake for each would be most of what it takes', async () => {
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"kind":"Status","apiVersion":"v1","status":"Success"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const upstream = openUpstream({
    name: 'test',
    clusterName: 'test',
    cluster: { server: `http://127.0.0.1:${port}` },
    user: {},
  } as never);
  const cluster = connectCluster(upstream, 'test');
  const type = { group: '', version: 'v1', resource: 'configmaps' };
  try {
    for (let i = 0; i < 5; i++)
      await cluster.delete(type, { namespace: 'default', name: `a${i}` }, { preconditions: { uid: 'u' } });
    // One is still being given back where the next comes at once.
    assert.ok(sockets.size <= 2, `${sockets.size} connections`);
  } finally {
    await cluster.close();
    server.closeAllConnections();
    server.close();
  }
});

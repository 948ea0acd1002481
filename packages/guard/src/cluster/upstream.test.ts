import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import type { ContextConfig } from './kubeconfig.ts';
import { startServer, type TestServer } from './testing/server.ts';
import { uncheckedByNode } from './testing/unchecked.ts';
import { openUpstream, type Upstream } from './upstream.ts';

/** Answers with whose certificate it saw, and what it was asked. */
async function whoServer(t: TestContext): Promise<TestServer> {
  const server = await startServer((request, response) => {
    const peer = (request.socket as TLSSocket).getPeerCertificate();
    response.json(200, { peer: peer?.subject?.CN, auth: request.headers.authorization, url: request.url });
  });
  t.after(() => server.close());
  return server;
}

async function ask(
  upstream: Upstream,
  path = '/version',
): Promise<{ peer?: string; auth?: string; url: string }> {
  const headers = await upstream.headers();
  const answer = await upstream.agent.request({ origin: upstream.url.origin, path, method: 'GET', headers });
  return (await answer.body.json()) as { url: string };
}

function opened(
  t: TestContext,
  context: ContextConfig,
  env: Record<string, string | undefined> = {},
): Upstream {
  const upstream = openUpstream(context, { env: { PATH: process.env.PATH, ...env } });
  t.after(() => upstream.close());
  return upstream;
}

const b64 = (text: string) => Buffer.from(text).toString('base64');

test('client certificates reach the server, from data and from files', async (t) => {
  const server = await whoServer(t);
  const { cert, key } = server.client;
  const data = { 'client-certificate-data': b64(cert), 'client-key-data': b64(key) };
  assert.equal((await ask(opened(t, server.context(data)))).peer, 'aiko');
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-upstream-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'crt'), cert);
  writeFileSync(join(folder, 'key'), key);
  const files = { 'client-certificate': join(folder, 'crt'), 'client-key': join(folder, 'key') };
  assert.equal((await ask(opened(t, server.context(files)))).peer, 'aiko');
  // A plugin may give them too; the agent is another then.
  const plugin = join(folder, 'plugin');
  const status = { clientCertificateData: cert, clientKeyData: key };
  const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status };
  writeFileSync(plugin, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
  chmodSync(plugin, 0o755);
  const exec = { command: plugin, apiVersion: answer.apiVersion, interactiveMode: 'Never', env: [] } as never;
  const upstream = opened(t, server.context({ exec }));
  assert.equal((await ask(upstream)).peer, 'aiko');
  assert.equal(upstream.tls.cert, cert);
});

test('a server that its CA does not vouch for is not talked to, unless the kubeconfig says so', async (t) => {
  const server = await whoServer(t);
  const none = { 'certificate-authority-data': undefined };
  const cases: [Partial<ContextConfig['cluster']>, RegExp | undefined][] = [
    [none, /self|unable to (get|verify)/i],
    [{ 'tls-server-name': 'another.example' }, /altnames|does not match/i],
    [{ 'tls-server-name': 'cluster.example' }, undefined],
    [{ ...none, 'insecure-skip-tls-verify': true }, undefined],
  ];
  for (const [cluster, error] of cases) {
    const upstream = opened(t, server.context({ token: 'secret' }, cluster));
    if (error) {
      await assert.rejects(ask(upstream), error);
      await assert.rejects(upstream.connect(), { code: 'unreachable', message: error });
    } else {
      assert.equal((await ask(upstream)).auth, 'Bearer secret');
      (await upstream.connect()).destroy();
    }
  }
  assert.equal(server.seen.length, 2);
});

test('what the environment says to Node of servers’ certificates counts for nothing', async (t) => {
  uncheckedByNode(t);
  const server = await whoServer(t);
  const none = { 'certificate-authority-data': undefined };
  const upstream = opened(t, server.context({ token: 'secret' }, none));
  await assert.rejects(ask(upstream), /self|unable to (get|verify)/i);
  await assert.rejects(upstream.connect(), { code: 'unreachable' });
  assert.deepEqual(server.seen, []);
  const trusting = opened(
    t,
    server.context({ token: 'secret' }, { ...none, 'insecure-skip-tls-verify': true }),
  );
  assert.equal((await ask(trusting)).auth, 'Bearer secret');
});

/** A CONNECT proxy that counts what went through it. */
async function startProxy(t: TestContext, login?: string) {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createServer();
  proxy.on('connect', (request, client: Socket) => {
    sockets.add(client);
    client.on('error', () => undefined);
    if (login && request.headers['proxy-authorization'] !== `Basic ${b64(login)}`) {
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    tunnels.push(request.url ?? '');
    const [host = '', port] = (request.url ?? '').split(':');
    const server = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    sockets.add(server);
    server.on('error', () => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return { host: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
}

test('proxy-url is the way for requests and for raw connections, with its login', async (t) => {
  const server = await whoServer(t);
  const proxy = await startProxy(t, 'aiko:pass word');
  const cluster = { 'proxy-url': `http://aiko:pass%20word@${proxy.host}` };
  const upstream = opened(t, server.context({ token: 'x' }, cluster));
  assert.equal((await ask(upstream)).auth, 'Bearer x');
  const socket = await upstream.connect();
  socket.write('GET /raw HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const part of socket) text += part;
  assert.match(text, /^HTTP\/1.1 200/);
  assert.deepEqual(server.seen, ['GET /version', 'GET /raw']);
  assert.deepEqual(proxy.tunnels, [server.url.slice(8), server.url.slice(8)]);

  const refused = opened(
    t,
    server.context({ token: 'x' }, { 'proxy-url': `http://aiko:wrong@${proxy.host}` }),
  );
  await assert.rejects(refused.connect(), { code: 'unreachable', message: /407/ });
  await assert.rejects(ask(refused));
});

test('a cluster without a usable address is named', () => {
  const context = {
    name: 'prod',
    clusterName: 'c',
    cluster: { extensions: [] },
    user: {},
    file: 'f',
    userFolder: '/',
  };
  for (const server of [undefined, '', 'https://', 'ftp://x']) {
    const given = { ...context, cluster: { server, extensions: [] } } as unknown as ContextConfig;
    assert.throws(() => openUpstream(given, { env: {} }), { code: 'bad-file', message: /prod/ });
  }
});

test('nobody listens: unreachable, for raw connections too', async (t) => {
  const server = await whoServer(t);
  const context = server.context({});
  await server.close();
  t.mock.method(server, 'close', async () => undefined);
  const upstream = opened(t, context);
  await assert.rejects(upstream.connect(), { code: 'unreachable', message: /ECONNREFUSED/ });
});

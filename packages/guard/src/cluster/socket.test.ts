import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openSocket } from './socket.ts';
import { startServer } from './testing/server.ts';

/** A server that does with its connections what the test says. */
async function listening(t: TestContext, serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
const read = async (socket: Socket): Promise<string> => {
  const [part] = await once(socket, 'data');
  socket.destroy();
  return String(part);
};
const proxyThatSays = (t: TestContext, answer: string, asked: string[] = []) =>
  listening(t, (socket) => {
    socket.once('data', (part) => {
      asked.push(String(part));
      socket.write(answer);
    });
  });

test('a plain connection is the server’s own', async (t) => {
  const port = await listening(t, (socket) => socket.write('hello'));
  assert.equal(await read(await openSocket(new URL(`http://127.0.0.1:${port}`), {}, undefined)), 'hello');
});

test('TLS is done, with the CA that the caller names; without it the server is not trusted', async (t) => {
  const server = await startServer((_request, response) => response.json(200, {}));
  t.after(() => server.close());
  const url = new URL(server.url);
  const { cluster } = server.context({});
  const data = cluster['certificate-authority-data'];
  const ca = data === undefined ? undefined : Buffer.from(data, 'base64').toString();
  const socket = await openSocket(url, ca === undefined ? { rejectUnauthorized: false } : { ca }, undefined);
  socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.match(await read(socket), /^HTTP\/1\.1 200/);
  await assert.rejects(openSocket(url, {}, undefined), { code: 'unreachable' });
});

test('through a proxy: who is asked for, and with which login; what comes after its head is kept', async (t) => {
  const asked: string[] = [];
  const port = await proxyThatSays(t, 'HTTP/1.1 200 yes\r\nVia: x\r\n\r\nhello', asked);
  const proxy = (login: string) => new URL(`http://${login}127.0.0.1:${port}`);
  assert.equal(await read(await openSocket(new URL('http://api.example:6443'), {}, proxy(''))), 'hello');
  assert.equal(asked[0], 'CONNECT api.example:6443 HTTP/1.1\r\nHost: api.example:6443\r\n\r\n');
  (await openSocket(new URL('http://[::1]'), {}, proxy('aiko:pass%20word@'))).destroy();
  assert.match(asked[1] ?? '', /^CONNECT \[::1\]:80 HTTP\/1\.1\r\n/);
  const login = Buffer.from('aiko:pass word').toString('base64');
  assert.match(asked[1] ?? '', new RegExp(`\r\nProxy-Authorization: Basic ${login}\r\n`));
});

test('a proxy that refuses, hangs up, or speaks no HTTP, is told', async (t) => {
  const url = new URL('http://api.example');
  const through = async (serve: (socket: Socket) => void) =>
    openSocket(url, {}, new URL(`http://127.0.0.1:${await listening(t, serve)}`));
  const says = (text: string) => (socket: Socket) => {
    socket.once('data', () => socket.write(text));
  };
  await assert.rejects(through(says('HTTP/1.1 407 login\r\n\r\n')), {
    code: 'unreachable',
    message: /407 login/,
  });
  await assert.rejects(through(says('x'.repeat(70_000))), /no HTTP/);
  await assert.rejects(
    through((socket) => {
      socket.once('data', () => socket.end());
    }),
    /hung up/,
  );
  await assert.rejects(openSocket(url, {}, new URL('socks5://127.0.0.1:1')), /SOCKS/);
});

test('nobody there: unreachable, with the address', async () => {
  await assert.rejects(openSocket(new URL('http://127.0.0.1:1'), {}, undefined), {
    code: 'unreachable',
    message: /The cluster at 127\.0\.0\.1:1 can't be reached: .*ECONNREFUSED/,
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as listening, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import { mayUpgrade, plainAnswer, protocolOf, tunnel } from './upgrade.ts';
import type { DoorUpstream } from './upstream.ts';

test('of all protocols two, by one name', () => {
  const asked = (upgrade?: string) => protocolOf({ headers: upgrade === undefined ? {} : { upgrade } });
  assert.deepEqual(
    [asked('websocket'), asked(' WebSocket '), asked('SPDY/3.1'), asked('spdy/3.1')],
    ['websocket', 'websocket', 'SPDY/3.1', 'SPDY/3.1'],
  );
  for (const other of [undefined, '', 'h2c', 'websocket, h2c', 'spdy/3', 'constructor'])
    assert.equal(asked(other), undefined, other);
});

test('only what has use for a tunnel may become one', () => {
  const may = (path: string, query = '') => mayUpgrade(parseRequestPath(path), query);
  const pod = '/api/v1/namespaces/shop/pods/a';
  for (const sub of ['exec', 'attach', 'portforward', 'proxy', 'proxy/x'])
    assert.equal(may(`${pod}/${sub}`), true, sub);
  for (const sub of ['eviction', 'executor', 'log']) assert.equal(may(`${pod}/${sub}`), false, sub);
  for (const query of ['watch=1', 'watch=true', 'watch=TRUE'])
    assert.equal(may('/api/v1/pods', query), true, query);
  for (const query of ['', 'watch=0', 'watch=trueish', 'follow=1'])
    assert.equal(may('/api/v1/pods', query), false, query);
  assert.equal(may('/version', 'watch=1'), false);
});

test('a refusal on a bare socket is whole', () => {
  const [head = '', body = ''] = plainAnswer(403, 'n\u00f6').split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 403 Refused\r\n/);
  assert.match(head, new RegExp(`Content-Length: ${Buffer.byteLength(body)}\r\n`));
  assert.deepEqual(JSON.parse(body), {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: 'n\u00f6',
    code: 403,
  });
});

const open: (Server | ReturnType<typeof createServer>)[] = [];
after(() => {
  for (const server of open) server.close();
});
const portOf = async (server: Server): Promise<number> => {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
};

/** A client, the door's tunnel, and a server that does with its connection what the test says. */
async function tunnelled(serve: (socket: Socket) => void, head = '') {
  const port = await portOf(listening(serve));
  const upstream = {
    url: new URL(`http://127.0.0.1:${port}/base`),
    headers: async () => ({ Authorization: 'Bearer theirs' }),
    connect: async () => connect({ host: '127.0.0.1', port }),
  } as Partial<DoorUpstream> as DoorUpstream;
  const door = createServer();
  door.on('upgrade', (request: IncomingMessage, socket, first) => {
    void tunnel(request, socket, first, upstream, { path: '/api/x', query: 'a=b', protocol: 'websocket' });
  });
  const client = connect({ host: '127.0.0.1', port: await portOf(door) });
  client.write(
    `GET /x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer mine\r\nX-Own: b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${head}`,
  );
  let got = '';
  client.on('data', (part) => {
    got += part;
  });
  const until = async (what: RegExp) => {
    while (!what.test(got)) await once(client, 'data');
    return got;
  };
  return { client, until, text: () => got };
}
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

test('the head is written anew, with the cluster’s credentials; then bytes go both ways', async () => {
  let asked = '';
  const { client, until } = await tunnelled((socket) => {
    socket.on('data', (part) => {
      asked += part;
      if (asked.endsWith('\r\n\r\n')) socket.write(`${SWITCH}hello`);
      else if (asked.endsWith('ping')) socket.write('pong');
    });
  });
  await until(/hello/);
  client.write('ping');
  await until(/pong/);
  assert.match(asked, /^GET \/base\/api\/x\?a=b HTTP\/1\.1\r\n/);
  assert.match(asked, /\r\nX-Own: b\r\n/);
  assert.match(asked, /\r\nAuthorization: Bearer theirs\r\n/);
  assert.doesNotMatch(asked, /mine/);
  assert.equal(asked.match(/Upgrade: websocket/g)?.length, 1);
  client.destroy();
});

test('what the client sent with its head goes on once the server has switched, and not before', async () => {
  let before = '';
  let later = '';
  const { client, until } = await tunnelled((socket) => {
    socket.once('data', (part) => {
      before = String(part);
      socket.on('data', (more) => {
        later += more;
        socket.write('seen');
      });
      socket.write(SWITCH.slice(0, 20));
      setImmediate(() => socket.write(SWITCH.slice(20)));
    });
  }, 'first');
  await until(/seen/);
  assert.equal(before.endsWith('\r\n\r\n'), true);
  assert.equal(later, 'first');
  client.destroy();
});

test('a server that refuses says its one answer, and hears nothing more', async () => {
  for (const split of [false, true]) {
    let heard = '';
    const body = '{"no":1}';
    const { client, text } = await tunnelled((socket) => {
      socket.once('data', () => {
        socket.on('data', (part) => {
          heard += part;
        });
        const head = `HTTP/1.1 403 Forbidden\r\nContent-Length: ${body.length}\r\n\r\n`;
        socket.write(split ? head : head + body);
        if (split) setImmediate(() => socket.write(body));
      });
    }, 'DELETE /x HTTP/1.1\r\n\r\n');
    await once(client, 'close');
    assert.match(text(), /^HTTP\/1\.1 403 .*\{"no":1\}$/s);
    assert.equal(heard, '');
  }
});

test('either side that goes takes the other along; so does a head that never ends', async () => {
  let server: Socket | undefined;
  const one = await tunnelled((socket) => {
    server = socket;
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(SWITCH));
  });
  await one.until(/101/);
  one.client.destroy();
  assert.ok(server);
  if (!server.destroyed) await once(server.resume(), 'close');
  const two = await tunnelled((socket) => {
    socket.once('data', () => socket.destroy());
  });
  await once(two.client, 'close');
  const endless = await tunnelled((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write('x'.repeat(70_000)));
  });
  endless.client.on('error', () => undefined);
  await once(endless.client, 'close');
  assert.equal(endless.text(), '');
});

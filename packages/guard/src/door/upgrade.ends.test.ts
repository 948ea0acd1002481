import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { tunnel } from './upgrade.ts';
import type { DoorUpstream } from './upstream.ts';

// The tunnel between two ends in memory: each piece comes when the test says so.

class End extends Duplex {
  got = '';
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.got += chunk.toString('latin1');
    done();
  }
}

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';
const refused = (length: number) => `HTTP/1.1 403 Forbidden\r\nContent-Length: ${length}\r\n\r\n`;

function scene(head = '') {
  const [client, server] = [new End(), new End()];
  const connected = Promise.withResolvers<void>();
  const request = { method: 'GET', rawHeaders: ['Host', 'a', 'X-Own', 'b'] } as Partial<IncomingMessage>;
  const upstream = {
    url: new URL('http://cluster/base'),
    headers: async () => ({ Authorization: 'Bearer theirs' }),
    async connect() {
      await connected.promise;
      return server as unknown as Socket;
    },
  } as Partial<DoorUpstream> as DoorUpstream;
  const at = { path: '/api/x', query: '', protocol: 'websocket' };
  const done = tunnel(request as IncomingMessage, client, Buffer.from(head), upstream, at);
  return {
    client,
    server,
    connect: async () => {
      connected.resolve();
      await done;
      const sent = server.got;
      server.got = '';
      return sent;
    },
    /** The server says this, in these pieces. */
    async say(...pieces: string[]) {
      for (const piece of pieces) {
        server.push(piece, 'latin1');
        await turn();
      }
    },
    gone: () => [client.destroyed, server.destroyed],
  };
}

test('the head that goes out is whole, and has nothing in it that nobody said', async () => {
  const { connect } = scene();
  const lines = (await connect()).split('\r\n');
  assert.deepEqual(lines.slice(0, 1).concat(lines.slice(-2)), ['GET /base/api/x HTTP/1.1', '', '']);
  assert.deepEqual(lines.slice(1, -2).toSorted(), [
    ...['Authorization: Bearer theirs', 'Connection: Upgrade', 'Host: cluster'],
    ...['Upgrade: websocket', 'X-Own: b'],
  ]);
});

test('an answer in pieces is told whole, and once; what comes after it goes both ways as it is', async () => {
  for (const head of ['', '!']) {
    const { client, server, connect, say, gone } = scene(head);
    await connect();
    await say(SWITCH.slice(0, 20));
    assert.deepEqual([client.got, server.got, gone()], ['', '', [false, false]]);
    await say(SWITCH.slice(20));
    assert.deepEqual([client.got, server.got], [SWITCH, head]);
    await say('one', 'two');
    client.push('three');
    await turn();
    assert.deepEqual([client.got, server.got], [`${SWITCH}onetwo`, `${head}three`]);
  }
});

test('a head that does not end is too long at 64 KiB, and ends both', async () => {
  const { connect, say, gone } = scene();
  await connect();
  await say('x'.repeat(64 * 1024));
  assert.deepEqual(gone(), [false, false]);
  await say('x');
  assert.deepEqual(gone(), [true, true]);
});

for (const pieces of [
  [refused(4), '{no}'],
  [`${refused(4)}{n`, 'o}'],
  [refused(4), '{', 'no', '}'],
  [`${refused(4)}{no`, '}'],
  [`${refused(4)}{no}`],
  [refused(0)],
])
  test(`a refusal of ${pieces.length} pieces is over with its last byte: ${pieces.at(-1)?.length}`, async () => {
    const { client, server, connect, say, gone } = scene('DELETE /x HTTP/1.1\r\n\r\n');
    await connect();
    for (const [n, piece] of pieces.entries()) {
      assert.deepEqual([client.writableEnded, gone()], [false, [false, false]], `before piece ${n}`);
      await say(piece);
    }
    assert.equal(client.got, pieces.join(''));
    assert.deepEqual([client.writableEnded, server.destroyed, server.got], [true, true, '']);
  });

test('one that does not say how long it is goes on to its end, ten seconds at most, and hears nothing', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { client, server, connect, say, gone } = scene();
  await connect();
  await say('HTTP/1.1 400 Bad Request\r\n\r\n', 'why', ' not');
  client.push('DELETE /x HTTP/1.1\r\n\r\n');
  await turn();
  assert.deepEqual([client.got.endsWith('why not'), server.got, client.readableLength], [true, '', 0]);
  t.mock.timers.tick(9_999);
  assert.deepEqual(gone(), [false, false]);
  t.mock.timers.tick(1);
  assert.deepEqual(gone(), [true, true]);
});

for (const [what, end] of [
  ['goes', (one: End) => one.destroy()],
  ['breaks', (one: End) => one.emit('error', new Error('reset'))],
] as const)
  for (const which of ['client', 'server'] as const)
    test(`a ${which} that ${what} takes the other along`, async () => {
      const both = scene();
      await both.connect();
      await both.say(SWITCH);
      end(both[which]);
      await turn();
      assert.deepEqual(both.gone(), [true, true]);
    });

test('a client that has gone while the cluster was asked for leaves no connection, and asks nothing', async () => {
  for (const end of [(one: End) => one.destroy(), (one: End) => one.emit('error', new Error('reset'))]) {
    const { client, connect, gone } = scene();
    end(client);
    await turn();
    assert.deepEqual([await connect(), gone()], ['', [true, true]]);
  }
});

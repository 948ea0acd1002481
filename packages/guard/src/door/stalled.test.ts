import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import type { Instruction } from '../request.ts';
import { testCertificate } from '../testing/door-certificate.ts';
import { recordingUpstream } from '../testing/recording-upstream.ts';
import { type Door, openDoor } from './door.ts';
import { tokenTable } from './tokens.ts';

// Whoever has a good token of one context, and sends what never ends, is in the way of that context alone, and not for long.

const MiB = 1024 * 1024;
/** Far longer than a whole run of this file, and shorter than what a body is given when nobody says otherwise. */
const PATIENCE = 20_000;

let upstream: Awaited<ReturnType<typeof recordingUpstream>>;
let certificate: Awaited<ReturnType<typeof testCertificate>>;
/** Every door in front of one cluster; what `held` has in its path is judged for ever. */
async function doorWith(limits: Parameters<typeof openDoor>[0]['limits']): Promise<Door> {
  const tokens = tokenTable();
  for (const context of ['one', 'two'])
    tokens.add(`secret-${context}`, { id: context, context, person: 'aiko' });
  let id = 0;
  return openDoor({
    port: 0,
    tls: certificate,
    tokens,
    upstreamFor: async () => upstream.upstream,
    handler: {
      judge: ({ path }) =>
        path.includes('held')
          ? new Promise(() => undefined)
          : Promise.resolve({ do: 'forward', warnings: [] } satisfies Instruction),
      settled: () => undefined,
      gone: () => undefined,
      left: () => undefined,
      noticed: () => undefined,
      watchesCreates: () => false,
    },
    requestId: () => `req-${++id}`,
    limits,
  });
}
before(async () => {
  upstream = await recordingUpstream();
  certificate = await testCertificate();
});
after(() => upstream.close());

/** Sends a head and some of a body, and nothing more. `answer` resolves to the status line when one comes. */
function begin(door: Door, context: string, head: string[], body = 'x', path = '/api/v1/pods/a') {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: door.port, ca: certificate.cert });
  socket.on('error', () => undefined);
  const answer = new Promise<number>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
      if (status) resolve(Number(status));
    });
    socket.on('close', () => resolve(0));
  });
  const lines = [
    `DELETE ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${door.port}`,
    `Authorization: Bearer secret-${context}`,
    ...head,
  ];
  // Once it has been heard, the request is in.
  const sent = new Promise<void>((resolve) => {
    socket.once('secureConnect', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, () => resolve()));
  });
  return { socket, answer, sent };
}
const whole = async (door: Door, context: string, size = 2): Promise<number> => {
  const { socket, answer } = begin(door, context, [`Content-Length: ${size}`], '{}'.padEnd(size));
  const status = await answer;
  socket.destroy();
  return status;
};

const stalls: [string, string[], number][] = [
  ['small bodies', ['Content-Length: 65536'], 400],
  ['large bodies', ['Content-Length: 3000000'], 60],
  ['bodies of unknown length', ['Transfer-Encoding: chunked'], 60],
];
for (const [what, head, count] of stalls) {
  test(`${count} ${what} that never come stop nobody's deletes in another context`, async () => {
    const door = await doorWith({ bodyTime: 600_000, room: { patience: PATIENCE } });
    const body = head[0]?.startsWith('Transfer') ? '1\r\nx\r\n' : 'x';
    const all = Array.from({ length: count }, () => begin(door, 'one', head, body));
    await Promise.all(all.map(({ sent }) => sent));
    const started = performance.now();
    assert.equal(await whole(door, 'two'), 200, 'a small one');
    // Larger than what is left over between bodies that fill the room.
    assert.equal(await whole(door, 'two', 3_140_000), 200, 'a large one');
    assert.ok(performance.now() - started < PATIENCE, 'it had to wait for them');
    for (const { socket } of all) socket.destroy();
    await door.close();
  });
}

test('what is held, or sent to a cluster that never answers, keeps its place in its own context only', async () => {
  const door = await doorWith({ room: { patience: PATIENCE } });
  const all = Array.from({ length: 40 }, () =>
    begin(door, 'one', [`Content-Length: ${2 * MiB}`], 'x'.repeat(2 * MiB), '/api/v1/pods/held'),
  );
  await Promise.all(all.map(({ sent }) => sent));
  const started = performance.now();
  assert.equal(await whole(door, 'two', 100_000), 200);
  assert.equal(await whole(door, 'two'), 200);
  assert.ok(performance.now() - started < PATIENCE);
  for (const { socket } of all) socket.destroy();
  await door.close();
});

test('a body that does not come in time, or drips, is told so: nothing was judged or sent, and its place is free', async () => {
  const door = await doorWith({ bodyTime: 300, room: { small: 0, ownSmall: 100, patience: PATIENCE } });
  const silent = begin(door, 'one', ['Content-Length: 100']);
  const status = await silent.answer;
  assert.equal(status, 408);
  const dripping = begin(door, 'one', ['Content-Length: 100']);
  const drip = setInterval(() => dripping.socket.write('x'), 50);
  assert.equal(await dripping.answer, 408);
  clearInterval(drip);
  assert.equal(await whole(door, 'one', 100), 200);
  assert.deepEqual(
    upstream.got.filter(({ method }) => method !== 'DELETE'),
    [],
  );
  for (const { socket } of [silent, dripping]) socket.destroy();
  await door.close();
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { after, before, test } from 'node:test';
import { testCertificate } from '../testing/door-certificate.ts';
import { recordingUpstream } from '../testing/recording-upstream.ts';
import { type Door, openDoor } from './door.ts';
import { bodyRoom } from './room.ts';
import { tokenTable } from './tokens.ts';

let upstream: Awaited<ReturnType<typeof recordingUpstream>>;
let door: Door;
let cert: string;
before(async () => {
  upstream = await recordingUpstream((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"type":"ADDED"}\n');
  });
  const certificate = await testCertificate();
  cert = certificate.cert;
  const tokens = tokenTable();
  for (const id of ['one', 'two']) tokens.add(`secret-${id}`, { id, context: 'prod', person: 'aiko' });
  door = await openDoor({
    port: 0,
    tls: certificate,
    tokens,
    upstreamFor: async () => upstream.upstream,
    brain: {
      judge: () => new Promise(() => undefined),
      settled: () => undefined,
      gone: () => undefined,
      left: () => undefined,
      noticed: () => undefined,
      watchesCreates: () => false,
    },
    requestId: () => 'req-1',
  });
});
after(() => upstream.close());

async function watch(token: string): Promise<{ response: IncomingMessage; end: Promise<string> }> {
  const call = get({
    host: '127.0.0.1',
    servername: 'localhost',
    port: door.port,
    path: '/api/v1/pods?watch=true',
    ca: cert,
    headers: { authorization: `Bearer ${token}` },
    agent: new Agent({ keepAlive: true }),
  });
  call.on('error', () => undefined);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const end = new Promise<string>((resolve) => {
    response.on('end', () => resolve('in order')).on('error', () => resolve('cut'));
  });
  response.resume();
  return { response, end };
}

test('what a token has opened ends with the token, and nothing else does', async () => {
  const [one, two] = [await watch('secret-one'), await watch('secret-two')];
  door.cut({ id: 'one', context: 'another' });
  door.cut({ id: 'one', context: 'prod' });
  assert.equal(await one.end, 'cut');
  assert.equal(two.response.complete, false);
  two.response.destroy();
});

test('at the end a watch, which has none of its own, is ended in order, as its client expects of a server', async () => {
  const { end } = await watch('secret-one');
  await door.drain(5_000);
  assert.equal(await end, 'in order');
});

test('bodies get room one after another, small ones not behind large ones; what is not needed is given back', async () => {
  const room = bodyRoom({ large: 4_000_000, small: 100, ownLarge: 0, ownSmall: 0, patience: 60_000 });
  const never = () => undefined;
  const first = await room.enter('prod', 3_000_000, never);
  assert.ok(first);
  let leave: () => void = () => undefined;
  const gone = room.enter('prod', undefined, (way) => {
    leave = way;
  });
  const second = room.enter('prod', 1_000_001, never);
  assert.ok(await room.enter('prod', 90, never), 'a small body waits for large ones');
  leave();
  assert.equal(await gone, undefined);
  first.needs(2_900_000);
  const now = await second;
  assert.ok(now);
  now.leave();
  first.leave();
  const all = await Promise.all([room.enter('prod', 2_000_000, never), room.enter('prod', 2_000_000, never)]);
  assert.equal(all.filter(Boolean).length, 2, 'room was lost');
  const short = bodyRoom({ large: 10, small: 10, ownSmall: 0, patience: 1, queue: 1 });
  assert.ok(await short.enter('prod', 10, never));
  assert.equal(await short.enter('prod', 1, never), undefined, 'more than there is room for');
});

test('what one context’s bodies take is in no other one’s way; each gets back what it had', async () => {
  const room = bodyRoom({ large: 0, small: 10, ownSmall: 10, ownLarge: 0, patience: 60_000 });
  const never = () => undefined;
  const [own, shared] = [await room.enter('one', 10, never), await room.enter('one', 10, never)];
  assert.ok(own && shared);
  let later = false;
  const third = room.enter('one', 1, never).then((place) => {
    later = true;
    return place;
  });
  const other = await room.enter('two', 10, never);
  assert.ok(other, 'it waits for the other context');
  // What is given back is that context's own again, and no other one's.
  other.leave();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(later, false);
  shared.leave();
  (await third)?.leave();
  own.leave();
  for (const context of ['one', 'two'])
    assert.ok(await room.enter(context, 10, never), `room of ${context} was lost`);
});

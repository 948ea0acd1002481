import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { after, before, test } from 'node:test';
import { testCertificate } from '../testing/door-certificate.ts';
import { recordingUpstream } from '../testing/recording-upstream.ts';
import { type Door, openDoor } from './door.ts';
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
    handler: {
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

import assert from 'node:assert/strict';
import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { forward } from './forward.ts';
import { bytes, door, json, outcomes, POD, STATUS, says, through, upstream } from './testing/forwarded.ts';

test('an answer that breaks off breaks off for the client too, and says nothing for certain', async () => {
  says.answers = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"any":"th', () => response.destroy());
  };
  const { cut, outcome } = await through(bytes('{}'), { method: 'DELETE' });
  assert.deepEqual([cut, outcome], [true, { status: 200, said: 'unknown' }]);
  const streamed = await through({});
  assert.deepEqual([streamed.cut, streamed.outcome], [true, { status: 200, said: 'unknown' }]);
});

test('a cluster that is not there: the client is told so, and that nothing was sent where that is certain', async () => {
  const url = new URL('http://127.0.0.1:1');
  const away = await through(bytes('{}'), { method: 'DELETE' }, { url });
  assert.equal(away.status, 502);
  assert.match(away.text, /127\.0\.0\.1:1 did not answer/);
  assert.ok('notSent' in (away.outcome as object), JSON.stringify(away.outcome));
  says.answers = (_, response) => response.destroy();
  const broken = await through(bytes('{}'), { method: 'DELETE' });
  assert.equal(broken.status, 502);
  assert.ok('failed' in (broken.outcome as object), JSON.stringify(broken.outcome));
  let tries = 0;
  const refusedThenAway = {
    rejected: () => true,
    headers: async () => {
      if (++tries > 1) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
      return {};
    },
  };
  says.answers = json(401, STATUS(401, 'Unauthorized'));
  const second = await through(bytes('{}'), { method: 'DELETE' }, refusedThenAway);
  assert.deepEqual(second.outcome, { failed: 'gone' });
});

test('a client that goes ends what is only streamed; what was judged is followed to its end', async () => {
  for (const judged of [false, true]) {
    outcomes.length = 0;
    let arrived: (response: ServerResponse) => void = () => undefined;
    const asked = new Promise<ServerResponse>((done) => {
      arrived = done;
    });
    says.answers = (_, response) => arrived(response);
    says.way = (request, response) =>
      forward(request, response, upstream.upstream, {
        path: '/',
        query: '',
        body: judged ? { bytes: Buffer.from('{}') } : request,
        warnings: [],
      });
    const { port } = door.address() as AddressInfo;
    const client = get({ host: '127.0.0.1', port });
    client.on('error', () => undefined);
    const answering = await asked;
    client.destroy();
    if (judged) {
      // The door has seen that it went before the cluster answers.
      await new Promise((done) => setTimeout(done, 20));
      json(200, POD)({} as IncomingMessage, answering);
    }
    while (outcomes.length === 0) await new Promise((done) => setImmediate(done));
    assert.deepEqual(
      outcomes[0],
      judged ? { status: 200, said: 'yes' } : { failed: 'the client went before the cluster answered' },
    );
  }
});

test('an answer without an end can be ended in order', async () => {
  says.answers = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"type":"ADDED"}\n');
  };
  const found = await through({
    endless: (finish) => {
      setTimeout(finish, 10);
    },
  });
  assert.deepEqual([found.cut, found.text.length <= 17], [false, true]);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as call, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Outcome } from '../request.ts';
import { recordingUpstream } from '../testing/recording-upstream.ts';
import { forward } from './forward.ts';
import type { DoorUpstream } from './upstream.ts';

type What = Parameters<typeof forward>[3];
let answers: (request: IncomingMessage, response: ServerResponse) => void;
let upstream: Awaited<ReturnType<typeof recordingUpstream>>;
let way: (request: IncomingMessage, response: ServerResponse) => Promise<Outcome>;
const outcomes: (Outcome | Error)[] = [];
const door = createServer((request, response) => {
  way(request, response).then(
    (outcome) => outcomes.push(outcome),
    (error: Error) => outcomes.push(error),
  );
});
before(async () => {
  upstream = await recordingUpstream((request, response) => answers(request, response));
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
});
after(async () => {
  door.closeAllConnections();
  door.close();
  await upstream.close();
});

/** Through `forward`, with that instruction; what the client got, what the cluster got, and the outcome. */
async function through(
  what: Partial<What> | ((request: IncomingMessage) => Partial<What>),
  send: { method?: string; body?: string; headers?: Record<string, string | number> } = {},
  at: Partial<DoorUpstream> = {},
) {
  outcomes.length = 0;
  upstream.got.length = 0;
  way = (request, response) =>
    forward(request, response, { ...upstream.upstream, ...at } as DoorUpstream, {
      path: '/api/v1/pods',
      query: '',
      body: request,
      warnings: [],
      ...(typeof what === 'function' ? what(request) : what),
    });
  const { port } = door.address() as AddressInfo;
  const { method = 'GET', body, headers = {} } = send;
  const asked = call({ host: '127.0.0.1', port, method, headers });
  asked.end(body);
  // A connection that is cut may take an answer's beginning along.
  const [response] = (await once(asked, 'response').catch(() => [asked])) as [IncomingMessage];
  let text = '';
  let cut = false;
  response.on('data', (part) => {
    text += part;
  });
  if (response === (asked as unknown)) cut = true;
  else
    await new Promise<void>((done) => {
      response.on('end', done).on('error', () => {
        cut = true;
        done();
      });
    });
  while (outcomes.length === 0) await new Promise((done) => setImmediate(done));
  return { response, status: response.statusCode, text, cut, outcome: outcomes[0], got: upstream.got };
}
const json =
  (status: number, object: object, more: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...more });
    response.end(JSON.stringify(object));
  };
const POD = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p' } };
const STATUS = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  code,
  reason,
  message: 'x',
});
const bytes = (text: string, type?: string) => ({
  body: { bytes: Buffer.from(text), ...(type ? { type } : {}) },
});

test('what is streamed goes on with its body, and comes back with its headers', async () => {
  answers = json(200, POD, { 'x-theirs': 'a' });
  const { status, response, text, outcome, got } = await through(
    { path: '/api/v1/x', query: 'a=b', warnings: ['mind'] },
    { method: 'POST', body: 'hello', headers: { 'x-own': 'b' } },
  );
  assert.deepEqual([status, JSON.parse(text), outcome], [200, POD, { status: 200, said: 'unknown' }]);
  assert.deepEqual([response.headers['x-theirs'], response.headers.warning], ['a', '299 - "mind"']);
  const [one] = got;
  assert.deepEqual(
    [one?.method, one?.url, one?.body, one?.headers['x-own']],
    ['POST', '/api/v1/x?a=b', 'hello', 'b'],
  );
  assert.equal(one?.headers.authorization, 'Bearer the-cluster-token');
});

test('a body is sent only where one was announced', async () => {
  answers = json(200, POD);
  const none = (await through({})).got[0];
  assert.deepEqual(
    [none?.headers['content-length'], none?.headers['transfer-encoding']],
    [undefined, undefined],
  );
  const chunked = (
    await through({}, { method: 'PUT', body: 'x', headers: { 'transfer-encoding': 'chunked' } })
  ).got[0];
  assert.equal(chunked?.body, 'x');
});

test('bytes in its place go out with their own length and type; what the client said of its own is dropped', async () => {
  answers = json(200, POD);
  const headers = { 'content-type': 'a/b', 'content-encoding': 'gzip', 'content-length': 5, 'x-own': 'c' };
  const replaced = await through(bytes('{}', 'application/json'), {
    method: 'DELETE',
    body: 'hello',
    headers,
  });
  const got = replaced.got[0];
  assert.deepEqual(
    [
      got?.body,
      got?.headers['content-type'],
      got?.headers['content-encoding'],
      got?.headers['content-length'],
      got?.headers['x-own'],
    ],
    ['{}', 'application/json', undefined, '2', 'c'],
  );
  assert.deepEqual(replaced.outcome, { status: 200, said: 'yes' });
  const asCame = (await through(bytes('hello'), { method: 'POST', body: 'hello', headers })).got[0];
  assert.deepEqual(
    [asCame?.headers['content-encoding'], asCame?.headers['content-length'], asCame?.body],
    ['gzip', '5', 'hello'],
  );
  const empty = (await through(bytes(''), { method: 'DELETE' })).got[0];
  assert.deepEqual([empty?.body, empty?.headers['transfer-encoding']], ['', undefined]);
});

test('what was judged is told as the cluster said it, with a certain yes, no, or neither', async () => {
  for (const [status, object, said] of [
    [200, POD, 'yes'],
    [409, STATUS(409, 'Conflict'), 'no'],
    [409, { any: 'thing' }, 'unknown'],
    [503, STATUS(503, 'ServiceUnavailable'), 'unknown'],
  ] as const) {
    answers = json(status, object);
    const found = await through({ ...bytes('{}'), warnings: ['mind'] }, { method: 'DELETE' });
    assert.deepEqual(
      [found.status, JSON.parse(found.text), found.outcome],
      [status, object, { status, said }],
    );
    assert.equal(found.response.headers.warning, '299 - "mind"');
  }
});

test('a long answer to what was judged is streamed on to its end', async () => {
  const long = { ...POD, data: 'x'.repeat(3_000_000) };
  answers = json(200, long);
  const { text, outcome } = await through(bytes('{}'), { method: 'DELETE' });
  assert.deepEqual(JSON.parse(text), long);
  assert.equal((outcome as { status: number }).status, 200);
});

test('an answer that breaks off breaks off for the client too, and says nothing for certain', async () => {
  answers = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    response.write('{"any":"th', () => response.destroy());
  };
  const { cut, outcome } = await through(bytes('{}'), { method: 'DELETE' });
  assert.deepEqual([cut, outcome], [true, { status: 200, said: 'unknown' }]);
  const streamed = await through({});
  assert.deepEqual([streamed.cut, streamed.outcome], [true, { status: 200, said: 'unknown' }]);
});

test('a certain conflict may be kept from the client, and nothing else may', async () => {
  const untold = async (status: number, object: object, untoldConflict = true) => {
    answers = json(status, object);
    const seen: Outcome[] = [];
    way = async (request, response) => {
      const outcome = await forward(request, response, upstream.upstream, {
        path: '/',
        query: '',
        ...(bytes('{}') as { body: { bytes: Uint8Array } }),
        warnings: [],
        ...(untoldConflict ? { untoldConflict } : {}),
      });
      seen.push(outcome);
      if (!response.headersSent) response.writeHead(299).end();
      return outcome;
    };
    const { port } = door.address() as AddressInfo;
    const [response] = (await once(get({ host: '127.0.0.1', port }), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return [response.statusCode, seen[0]];
  };
  assert.deepEqual(await untold(409, STATUS(409, 'Conflict')), [
    299,
    { status: 409, said: 'no', untold: true },
  ]);
  assert.deepEqual(await untold(409, STATUS(409, 'Conflict'), false), [409, { status: 409, said: 'no' }]);
  assert.deepEqual(await untold(409, {}), [409, { status: 409, said: 'unknown' }]);
  assert.deepEqual(await untold(404, STATUS(404, 'NotFound')), [404, { status: 404, said: 'no' }]);
});

test('credentials that the cluster refuses are asked for once more, where the body can be sent again', async () => {
  let tries = 0;
  const refusing = (times: number) => {
    tries = 0;
    answers = (request, response) =>
      (++tries > times ? json(200, POD) : json(401, STATUS(401, 'Unauthorized')))(request, response);
  };
  const better = { rejected: () => true };
  refusing(1);
  assert.equal((await through(bytes('{}'), { method: 'DELETE' }, better)).status, 200);
  assert.equal(tries, 2);
  refusing(1);
  assert.equal((await through({}, {}, better)).status, 200, 'there is no body');
  refusing(2);
  assert.equal((await through({}, {}, better)).status, 401);
  assert.equal(tries, 2, 'once');
  refusing(1);
  assert.equal((await through({}, { method: 'POST', body: 'x' }, better)).status, 401, 'its body has gone');
  refusing(1);
  assert.equal((await through({}, {})).status, 401, 'there are no better ones');
});

test('a cluster that is not there: the client is told so, and that nothing was sent where that is certain', async () => {
  const url = new URL('http://127.0.0.1:1');
  const away = await through(bytes('{}'), { method: 'DELETE' }, { url });
  assert.equal(away.status, 502);
  assert.match(away.text, /127\.0\.0\.1:1 did not answer/);
  assert.ok('notSent' in (away.outcome as object), JSON.stringify(away.outcome));
  answers = (_, response) => response.destroy();
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
  answers = json(401, STATUS(401, 'Unauthorized'));
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
    answers = (_, response) => arrived(response);
    way = (request, response) =>
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
  answers = (_, response) => {
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

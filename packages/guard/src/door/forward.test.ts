import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { Outcome } from '../request.ts';
import { forward } from './forward.ts';
import { bytes, door, json, POD, STATUS, says, through, upstream } from './testing/forwarded.ts';

test('what is streamed goes on with its body, and comes back with its headers', async () => {
  says.answers = json(200, POD, { 'x-theirs': 'a' });
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
  says.answers = json(200, POD);
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
  says.answers = json(200, POD);
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
    says.answers = json(status, object);
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
  says.answers = json(200, long);
  const { text, outcome } = await through(bytes('{}'), { method: 'DELETE' });
  assert.deepEqual(JSON.parse(text), long);
  assert.equal((outcome as { status: number }).status, 200);
});

test('a certain conflict may be kept from the client, and nothing else may', async () => {
  const untold = async (status: number, object: object, untoldConflict = true) => {
    says.answers = json(status, object);
    const seen: Outcome[] = [];
    says.way = async (request, response) => {
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
    says.answers = (request, response) =>
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

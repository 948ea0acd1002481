import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { guardClient } from './client.ts';
import { makeSecret, secretOf } from './socket.ts';
import { ASKER, askerOf } from './witness.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-client-'));
after(() => rmSync(root, { recursive: true }));

interface Heard {
  method: string | undefined;
  path: string | undefined;
  authorization: string | undefined;
  body: unknown;
  /** The process that asks, as it is found while the answer is waited for. */
  asker: number | undefined;
}

/** A guard that answers each request so; what it heard is kept. */
async function aGuard(t: TestContext, answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const socket = join(mkdtempSync(join(root, 'g-')), 'guard.sock');
  makeSecret(socket);
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString();
    const { method, url, headers } = request;
    const asker = askerOf(headers[ASKER] as string | undefined, (url ?? '') + text)?.pid;
    const body = text === '' ? undefined : JSON.parse(text);
    heard.push({ method, path: url, authorization: headers.authorization, body, asker });
    answer(response, request);
  }).listen(socket);
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { socket, heard, server, bearer: `Bearer ${readFileSync(secretOf(socket), 'utf8')}` };
}
const json =
  (value: unknown, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status).end(JSON.stringify(value));
const hold = { code: 'BCDFG', actId: 'act-1', radius: { state: 'complete' } };

test('each call is one request, with the secret and what this process is found by', async (t) => {
  const { socket, heard, bearer } = await aGuard(t, (response, { url }) =>
    json(url === '/v1/holds?closed=true' ? [hold] : hold)(response),
  );
  const guard = guardClient(socket);
  assert.deepEqual(await guard.holds(), [hold]);
  assert.deepEqual(await guard.hold('BCDFG'), hold);
  assert.deepEqual(await guard.answer('BCDFG', { as: 'as-sent', withoutNet: 'kafka' }), hold);
  const by = userInfo().username;
  assert.deepEqual(heard, [
    {
      method: 'GET',
      path: '/v1/holds?closed=true',
      authorization: bearer,
      body: undefined,
      asker: undefined,
    },
    { method: 'GET', path: '/v1/holds/BCDFG', authorization: bearer, body: undefined, asker: undefined },
    {
      method: 'POST',
      path: '/v1/holds/BCDFG/answer',
      authorization: bearer,
      body: { as: 'as-sent', withoutNet: 'kafka', by },
      asker: process.pid,
    },
  ]);
});

test('a code that is none never becomes a path', async (t) => {
  const { socket, heard } = await aGuard(t, json(hold));
  const guard = guardClient(socket);
  for (const code of ['', '.', '..', 'a/b', 'a%2Fb', 'a b', 'a?b', 'é']) {
    const told = {
      code: 'not-found',
      message: `Nothing is held under the code ${/^\S+$/.test(code) ? code : JSON.stringify(code)}.`,
    };
    await assert.rejects(guard.hold(code), told, code);
    await assert.rejects(guard.answer(code, { as: 'denied' }), told, code);
  }
  assert.equal(heard.length, 0);
  await guard.hold('a-1');
  assert.equal(heard[0]?.path, '/v1/holds/a-1');
});

test('the status is read with its schema, and what is no status is none', async (t) => {
  const status = {
    version: '1',
    pid: 1,
    port: 2,
    startedAt: 3,
    contexts: [],
    held: 4,
    journal: null,
    unsettled: 0,
    policy: { file: null, error: null },
    softened: [],
  };
  let answer: unknown = status;
  const { socket, heard } = await aGuard(t, (response) => json(answer)(response));
  const read = await guardClient(socket).status();
  assert.deepEqual([read.held, read.ending, heard[0]?.path], [4, null, '/v1/status']);
  answer = { ...status, held: 'many' };
  await assert.rejects(guardClient(socket).status(), { name: 'ZodError' });
});

test('a fault of the guard is an error of the same words', async (t) => {
  const fault = { code: 'conflict', message: 'It was answered already.', next: 'toolcrib held' };
  const { socket } = await aGuard(t, json(fault, 409));
  for (const call of [
    () => guardClient(socket).hold('BCDFG'),
    () => guardClient(socket).run({}),
    () => guardClient(socket).answer('BCDFG', { as: 'denied' }),
  ]) {
    await assert.rejects(call(), { name: 'ToolcribError', ...fault });
  }
});

test('a guard that is not there is to be started, one that is silent is busy or stuck', async (t) => {
  const { socket, server } = await aGuard(t, () => undefined);
  const silent = { code: 'not-running', message: /no answer within 0\.05 s/ };
  await assert.rejects(guardClient(socket, 50).hold('A'), { ...silent, next: /busy or stuck/ });
  await assert.rejects(guardClient(socket, 50).run({}), silent);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  const gone = {
    code: 'not-running',
    message: /it was stopped|it has ended/,
    next: 'Start it: toolcrib guard start',
  };
  await assert.rejects(guardClient(socket).hold('A'), gone);
  await assert.rejects(guardClient(socket).run({}), gone);
  rmSync(secretOf(socket));
  await assert.rejects(guardClient(socket).hold('A'), { code: 'not-running', message: /never started/ });
});

test('a run has its tokens as soon as they are told, for as long as the connection stands', async (t) => {
  const tokens = { id: 'run-0123456789ab', tokens: { prod: 'a token' }, meanings: { prod: 'm' } };
  const text = `${JSON.stringify(tokens)}\n`;
  const { socket, heard, bearer } = await aGuard(t, (response) => {
    response.writeHead(200);
    // In parts: it is whole with its line's end.
    response.write(text.slice(0, 20));
    setImmediate(() => response.write(text.slice(20)));
  });
  const run = await guardClient(socket).run({ agent: true });
  assert.deepEqual({ id: run.id, tokens: run.tokens, meanings: run.meanings }, tokens);
  assert.deepEqual(heard, [
    {
      method: 'POST',
      path: '/v1/runs',
      authorization: bearer,
      body: { agent: true, person: userInfo().username },
      asker: process.pid,
    },
  ]);
  let gone = false;
  void run.gone.then(() => {
    gone = true;
  });
  await new Promise(setImmediate);
  assert.equal(gone, false);
  await run.end();
  assert.equal(gone, true);
});

test('a run ends with a guard that ends', async (t) => {
  let open: ServerResponse | undefined;
  const { socket } = await aGuard(t, (response) => {
    open = response;
    response.writeHead(200).write('{"id":"run-1","tokens":{},"meanings":{}}\n');
  });
  const run = await guardClient(socket).run({});
  open?.destroy();
  await run.gone;
});

test('an answer to a run that can not be read, and a connection that closes, are no run', async (t) => {
  let answer = (response: ServerResponse): void => void response.writeHead(200).write('{ half\n');
  const { socket } = await aGuard(t, (response) => answer(response));
  await assert.rejects(guardClient(socket).run({}), { code: 'not-running', message: /can not be read/ });
  answer = (response) => void response.destroy();
  await assert.rejects(guardClient(socket).run({}), { code: 'not-running' });
  answer = (response) => void response.writeHead(200).end('{"id":');
  await assert.rejects(guardClient(socket).run({}), {
    code: 'not-running',
    message: /closed the connection/,
  });
});

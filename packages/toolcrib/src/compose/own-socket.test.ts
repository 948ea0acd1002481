import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { apiRoutes } from '../faces/api/server.ts';
import { asked, deps, hold, told } from '../faces/api/testing/answered.ts';
import { guardClient } from '../laptop/api/client.ts';
import { authorizationFor, secretOf } from '../laptop/api/socket.ts';
import { serveOnSocket } from './own-socket.ts';

const serve = (path: string) => serveOnSocket(path, apiRoutes(deps).fetch);

describe('over the socket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tc-api-'));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'guard.sock');

  it('only its person can open it; errors come back as they were; a dead guard is told from a slow one', async () => {
    const server = await serve(path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const client = guardClient(path);
    assert.deepEqual(await client.holds(), [hold]);
    await assert.rejects(client.hold('none'), { code: 'not-found', next: /toolcrib held/ });
    await assert.rejects(client.status(), { code: 'not-running', message: 'The guard is starting.' });
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(client.holds(), { code: 'not-running', next: /guard start/ });
  });

  it('a request without a body, or with one of no stated length, is answered as any other', async () => {
    const server = await serve(path);
    const authorization = authorizationFor(path);
    const ask = (method: string, to: string, body?: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { authorization, ...(body === undefined ? {} : { 'transfer-encoding': 'chunked' }) };
        const call = request({ socketPath: path, method, path: to, headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        call.on('error', reject);
        call.removeHeader('content-length');
        call.end(body);
      });
    assert.equal(await ask('DELETE', '/v1/acts'), 404);
    assert.equal(await ask('POST', '/v1/holds/none/deny'), 404);
    assert.equal(await ask('POST', '/v1/holds/none/deny', '{}'), 404);
    await new Promise((resolve) => server.close(resolve));
  });

  it('the tokens of a run end with the connection that asked for them', async () => {
    const server = await serve(path);
    const run = await guardClient(path).run({});
    assert.deepEqual([run.id, run.tokens.prod], ['run-1', 'a token']);
    assert.deepEqual(told, []);
    await run.end();
    for (let i = 0; told.length === 0 && i < 500; i++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(told.splice(0), ['revoke run-1']);
    await new Promise((resolve) => server.close(resolve));
  });

  it('who does not know the secret is told nothing, and can do nothing', async () => {
    asked.length = 0;
    const server = await serve(path);
    assert.equal(statSync(secretOf(path)).mode & 0o777, 0o600);
    const status = (headers: Record<string, string>, method = 'GET', to = '/v1/holds') =>
      new Promise<number | undefined>((resolve, reject) => {
        const call = request({ socketPath: path, path: to, method, headers, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        call.on('error', reject);
        call.end(method === 'POST' ? JSON.stringify({ as: 'as-sent', by: 'mallory' }) : undefined);
      });
    for (const headers of [
      {},
      { authorization: '' },
      { authorization: 'Bearer ' },
      { authorization: 'Bearer x' },
    ] as Record<string, string>[])
      for (const [method, to] of [
        ['GET', '/v1/holds'],
        ['GET', '/v1/status'],
        ['POST', '/v1/holds/BCDFG/answer'],
        ['POST', '/v1/runs'],
        ['POST', '/v1/stop'],
        ['GET', '/v1/openapi.json'],
        ['POST', '/v1/acts/act-1/undo'],
      ] as const)
        assert.equal(await status(headers, method, to), 401, `${method} ${to}`);
    assert.deepEqual([asked, told], [[], []]);
    assert.equal(await status({ authorization: `Bearer ${readFileSync(secretOf(path), 'utf8')}` }), 200);
    // Each guard has a new one.
    const before = readFileSync(secretOf(path), 'utf8');
    await new Promise((resolve) => server.close(resolve));
    const next = await serve(path);
    assert.equal(await status({ authorization: `Bearer ${before}` }), 401);
    await new Promise((resolve) => next.close(resolve));
  });

  it('a long path is no reason to lie anywhere else', async () => {
    const deep = join(folder, 'deep/'.repeat(30));
    mkdirSync(deep, { recursive: true, mode: 0o700 });
    const long = join(deep, 'guard.sock');
    assert.ok(long.length > 108);
    const server = await serve(long);
    assert.ok(lstatSync(long).isSocket());
    assert.equal(lstatSync(long).mode & 0o777, 0o600);
    assert.deepEqual(await guardClient(long).holds(), [hold]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('nobody is believed, and told no secret, where others could put a socket of theirs', async () => {
    const server = await serve(path);
    const client = guardClient(path);
    for (const mode of [0o777, 0o722]) {
      chmodSync(folder, mode);
      await assert.rejects(client.holds(), { code: 'bad-file', message: /can be written by others/ });
      await assert.rejects(serve(path), { code: 'bad-file' });
    }
    chmodSync(folder, 0o700);
    // The same of what stands above it: who may rename that may exchange all below.
    const shared = join(folder, 'shared');
    mkdirSync(join(shared, 'mine'), { recursive: true, mode: 0o700 });
    chmodSync(shared, 0o777);
    await assert.rejects(serve(join(shared, 'mine', 'guard.sock')), { code: 'bad-file' });
    // A group that somebody else is in, or of which nobody knows.
    chmodSync(shared, 0o770);
    if (process.getuid?.() === 0) {
      chownSync(shared, 0, 65_533);
      await assert.rejects(serve(join(shared, 'mine', 'guard.sock')), { code: 'bad-file' });
    }
    chmodSync(secretOf(path), 0o644);
    await assert.rejects(client.holds(), { code: 'bad-file', message: /read or written by others/ });
    chmodSync(secretOf(path), 0o600);
    assert.deepEqual(await client.holds(), [hold]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('another person’s folder, file or link is not used', {
    skip: process.getuid?.() !== 0 && 'only root can give things away',
  }, async () => {
    const server = await serve(path);
    const client = guardClient(path);
    chownSync(secretOf(path), 65_534, 65_534);
    await assert.rejects(client.holds(), { code: 'bad-file' });
    chownSync(secretOf(path), 0, 0);
    chownSync(folder, 65_534, 65_534);
    await assert.rejects(client.holds(), { code: 'bad-file', message: /belongs to somebody else/ });
    chownSync(folder, 0, 0);
    const theirs = join(folder, 'link');
    symlinkSync(folder, theirs);
    lchownSync(theirs, 65_534, 65_534);
    await assert.rejects(guardClient(join(theirs, 'guard.sock')).holds(), { code: 'bad-file' });
    assert.deepEqual(await client.holds(), [hold]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('one that is there and says nothing need not be started', async () => {
    const silent = createServer(() => undefined).listen(path);
    await once(silent, 'listening');
    await assert.rejects(guardClient(path, 50).holds(), {
      code: 'not-running',
      message: /no answer within 0\.05 s/,
      next: /busy or stuck/,
    });
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('takes the place of a socket that a killed guard left', async () => {
    const first = await serve(path);
    const second = await serve(path);
    assert.deepEqual(await guardClient(path).holds(), [hold]);
    for (const server of [first, second]) await new Promise((resolve) => server.close(resolve));
  });
});

it('a word that is no code is held nowhere: it is not taken for another path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-codes-'));
  after(() => rmSync(folder, { recursive: true }));
  const socket = join(folder, 'socket');
  const server = await serve(socket);
  try {
    const client = guardClient(socket);
    for (const word of ['', '.', '..', '../status', 'a b', '%', '?', 'ä'])
      for (const call of [client.hold(word), client.answer(word, { as: 'denied' })])
        await assert.rejects(
          call,
          { code: 'not-found', message: /Nothing is held under the code/ },
          JSON.stringify(word),
        );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

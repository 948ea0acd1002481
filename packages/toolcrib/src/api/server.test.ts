import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Hold, ToolcribError } from '../model/index.ts';
import { guardClient } from './client.ts';
import type { AnswerBody } from './schema.ts';
import { type ApiDeps, apiRoutes, serveApi } from './server.ts';

const answers: [string, AnswerBody][] = [];
const told: string[] = [];
const hold = { code: 'BCDFG', actId: 'act-1' } as Hold;
const deps: ApiDeps = {
  status: () =>
    Promise.reject(new ToolcribError('not-running', 'The guard is starting.', { next: 'Ask again.' })),
  holds: () => [hold],
  hold: (code) => (code === 'BCDFG' ? hold : undefined),
  async answer(code, body) {
    answers.push([code, body]);
    if (code !== 'BCDFG') throw new ToolcribError('conflict', 'It was answered already.');
    return hold;
  },
  mint: ({ person }) => ({ id: 'run-1', tokens: { prod: `token of ${person}` } }),
  revoke: (id) => told.push(`revoke ${id}`),
  stop: () => told.push('stop'),
};

const app = apiRoutes(deps);
async function ask(method: string, path: string, body?: unknown) {
  const answer = await app.request(path, {
    method,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

describe('routes', () => {
  it('a code is read in either case; an unknown one is 404 and says what next', async () => {
    assert.equal((await ask('GET', '/v1/holds/bcdfg')).status, 200);
    const none = await ask('GET', '/v1/holds/none');
    assert.equal(none.status, 404);
    assert.match(none.body.next, /toolcrib held/);
  });

  it('an answer must be one of three, by somebody, with nothing else in it', async () => {
    answers.length = 0;
    for (const body of [
      { as: 'yes', by: 'aiko' },
      { as: 'as-sent', by: '' },
      { as: 'as-sent' },
      { as: 'as-sent', by: 'aiko', force: true },
      { as: 'as-sent', by: 'aiko', withoutNet: true },
      'no JSON',
    ]) {
      assert.equal((await ask('POST', '/v1/holds/BCDFG/answer', body)).status, 400, JSON.stringify(body));
    }
    assert.deepEqual(answers, []);
    assert.equal((await ask('POST', '/v1/holds/bcdfg/answer', { as: 'denied', by: 'aiko' })).status, 200);
    assert.deepEqual(answers, [['BCDFG', { as: 'denied', by: 'aiko' }]]);
    const twice = await ask('POST', '/v1/holds/XXXXX/answer', { as: 'denied', by: 'aiko' });
    assert.deepEqual([twice.status, twice.body.code], [409, 'conflict']);
  });

  it('tokens are minted for somebody, and taken back', async () => {
    assert.equal((await ask('POST', '/v1/tokens', { person: '' })).status, 400);
    const { body } = await ask('POST', '/v1/tokens', { person: 'aiko', agent: true });
    assert.equal(body.tokens.prod, 'token of aiko');
    assert.equal((await ask('DELETE', '/v1/tokens/run-1')).status, 204);
    assert.equal((await ask('POST', '/v1/stop')).status, 202);
    assert.deepEqual(told, ['revoke run-1', 'stop']);
  });

  it('what is not there is 404, and a GET changes nothing', async () => {
    for (const path of ['/', '/v1/stop', '/v1/tokens/run-1', '/v1/holds/BCDFG/answer'])
      assert.equal((await app.request(path)).status, 404, path);
  });
});

describe('over the socket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tc-api-'));
  after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'guard.sock');

  it('only its person can open it; errors come back as they were; a dead guard is told from a slow one', async () => {
    const server = await serveApi(deps, path);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const client = guardClient(path);
    assert.deepEqual(await client.holds(), [hold]);
    await assert.rejects(client.hold('none'), { code: 'not-found', next: /toolcrib held/ });
    await assert.rejects(client.status(), { code: 'not-running', message: 'The guard is starting.' });
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(client.holds(), { code: 'not-running', next: /guard start/ });
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
    const first = await serveApi(deps, path);
    const second = await serveApi(deps, path);
    assert.deepEqual(await guardClient(path).holds(), [hold]);
    for (const server of [first, second]) await new Promise((resolve) => server.close(resolve));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apiRoutes } from './server.ts';
import { asked, deps, minted, told } from './testing/answered.ts';

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
  it('an unknown code is 404, and says what next', async () => {
    assert.equal((await ask('GET', '/v1/holds/BCDFG')).status, 200);
    const none = await ask('GET', '/v1/holds/none');
    assert.equal(none.status, 404);
    assert.match(none.body.next, /toolcrib held/);
  });

  it('each operation is asked by what stands in path, query and body, and by nothing else', async () => {
    asked.length = 0;
    await ask('GET', '/v1/holds?closed=true');
    await ask('GET', '/v1/acts?limit=3&context=12');
    await ask('GET', '/v1/radius?what=deploy%2Fweb&scale=0');
    await ask('POST', '/v1/holds/BCDFG/approve', { as: 'as-sent' });
    await ask('POST', '/v1/holds/BCDFG/deny');
    await ask('POST', '/v1/acts/act-1/undo', { sameCluster: true });
    await ask('POST', '/v1/acts/act-1/finish');
    assert.deepEqual(asked, [
      ['held', { closed: true }],
      ['log', { limit: 3, context: '12' }],
      ['radius', { what: 'deploy/web', cascade: 'background', scale: 0 }],
      ['approve', { code: 'BCDFG', as: 'as-sent' }],
      ['deny', { code: 'BCDFG' }],
      ['undo', { act: 'act-1', sameCluster: true }],
      ['finish', { act: 'act-1' }],
    ]);
    asked.length = 0;
    for (const [method, path, body] of [
      ['GET', '/v1/acts?limit=many'],
      ['GET', '/v1/acts?limit='],
      ['GET', '/v1/acts?limit=1001'],
      ['GET', '/v1/holds?closed=perhaps'],
      ['GET', '/v1/holds?all=true'],
      ['POST', '/v1/holds/BCDFG/approve', {}],
      ['POST', '/v1/holds/BCDFG/approve', [1]],
      ['POST', '/v1/holds/BCDFG/approve', { as: 'as-sent', by: 'ben' }],
    ] as const)
      assert.equal((await ask(method, path, body)).status, 400, path);
    await ask('POST', '/v1/holds/BCDFG/deny', { code: 'OTHER' });
    assert.deepEqual(asked, [['deny', { code: 'BCDFG' }]], 'the path says which one');
  });

  it('tells what is told on the way as lines, where those are accepted, and the end as the last one', async () => {
    const lines = async (act: string) => {
      const headers = { accept: 'application/x-ndjson' };
      const answer = await app.request(`/v1/acts/${act}/undo`, { method: 'POST', headers });
      return (await answer.text())
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    };
    assert.deepEqual(await lines('act-1'), [
      { event: { type: 'waits', text: 'a moment' } },
      { value: { id: 'undo-1' } },
    ]);
    assert.deepEqual(await lines('act-2'), [{ fault: { code: 'unreachable', message: 'No cluster.' } }]);
    assert.equal((await ask('POST', '/v1/acts/act-2/undo')).status, 502);
  });

  it('its own document is there to be asked for', async () => {
    const { status, body } = await ask('GET', '/v1/openapi.json');
    assert.equal(status, 200);
    assert.match(body.openapi, /^3\./);
    assert.ok('/v1/holds' in body.paths);
  });

  it('an answer must be one of three, with nothing else in it', async () => {
    asked.length = 0;
    for (const body of [
      { as: 'yes' },
      {},
      { as: 'as-sent', force: true },
      { as: 'as-sent', withoutNet: true },
      'no JSON',
    ]) {
      assert.equal((await ask('POST', '/v1/holds/BCDFG/answer', body)).status, 400, JSON.stringify(body));
    }
    assert.deepEqual(asked, []);
    assert.equal((await ask('POST', '/v1/holds/BCDFG/answer', { as: 'denied' })).status, 200);
    assert.deepEqual(asked, [['deny', { code: 'BCDFG' }]]);
    const twice = await ask('POST', '/v1/holds/XXXXX/answer', { as: 'denied' });
    assert.deepEqual([twice.status, twice.body.code], [409, 'conflict']);
    const ours = await ask('POST', '/v1/holds/BREAK/answer', { as: 'denied' });
    assert.deepEqual([ours.status, ours.body.code], [500, 'internal'], 'no fault of who asked');
  });

  it('a name in a body is nobody’s: who asks is who the connection says', async () => {
    asked.length = 0;
    const said = { as: 'as-sent', by: 'somebody else' };
    assert.equal((await ask('POST', '/v1/holds/BCDFG/answer', said)).status, 200);
    assert.deepEqual(asked, [['approve', { code: 'BCDFG', as: 'as-sent' }]]);
    const run = { agent: true, person: 'somebody else' };
    await (await app.request('/v1/runs', { method: 'POST', body: JSON.stringify(run) })).body?.cancel();
    assert.deepEqual([minted.splice(0), told.splice(0)], [[{ agent: true }], ['revoke run-1']]);
  });

  it('a body that is larger than anything asked here is a 413 of its own code, whether its length is told or not', async () => {
    asked.length = 0;
    const large = JSON.stringify({ as: 'as-sent', withoutNet: 'x'.repeat(1 << 20) });
    const parts = () =>
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < large.length; at += 1 << 16)
            controller.enqueue(new TextEncoder().encode(large.slice(at, at + (1 << 16))));
          controller.close();
        },
      });
    for (const path of ['/v1/holds/BCDFG/approve', '/v1/holds/BCDFG/answer', '/v1/runs', '/v1/stop'])
      for (const init of [
        { body: large, headers: { 'content-length': String(large.length) } },
        { body: parts(), duplex: 'half' },
      ] as RequestInit[]) {
        const answer = await app.request(path, { method: 'POST', ...init });
        const told = (await answer.json()) as { code: string; message: string };
        assert.deepEqual([answer.status, told.code], [413, 'too-large'], path);
        assert.match(told.message, /larger than 1048576 bytes/);
      }
    assert.deepEqual([asked, minted], [[], []]);
    const small = JSON.stringify({ as: 'as-sent', withoutNet: 'x'.repeat((1 << 20) - 100) });
    assert.equal((await ask('POST', '/v1/holds/BCDFG/approve', small)).status, 200);
  });

  it('a run has only tokens that could be ours', async () => {
    const again = { id: 'run-0123456789ab', tokens: { prod: 'x'.repeat(43) }, meanings: { prod: 'here' } };
    for (const body of [
      { again: { ...again, id: '../../etc' } },
      { again: { ...again, tokens: { prod: 'short' } } },
      { again: { id: again.id, tokens: again.tokens } },
    ])
      assert.equal((await ask('POST', '/v1/runs', body)).status, 400, JSON.stringify(body));
  });

  it('what is not there is 404, and a GET changes nothing', async () => {
    for (const path of [
      '/',
      '/v1/stop',
      '/v1/runs',
      '/v1/holds/BCDFG/answer',
      '/v1/holds/BCDFG/deny',
      '/v1/acts/act-1/undo',
    ])
      assert.equal((await app.request(path)).status, 404, path);
  });
});

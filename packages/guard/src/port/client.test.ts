import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asked } from '../testing/way.ts';
import type { Channel } from './client.ts';

import { FORWARD, pair, turns } from './testing/pair.ts';

describe('a request that was judged before it came', () => {
  const body = new Uint8Array();
  const headers = { 'kubectl-session': 's1' };
  const like = { ...asked('DELETE', '/a', { body, headers, clientPort: 7 }) };
  const give = (worker: Channel, path = '/b') => {
    const passes = [{ id: `of${path}`, path, instruction: { do: 'forward' as const, warnings: ['w'] } }];
    const given = { actId: 'act-1', first: 'first', like, rules: '', until: 10 ** 15, passes };
    worker.postMessage({ type: 'passes', given });
  };

  it('goes at once, and its outcome is told with those of its moment, before whatever is told next', async () => {
    const judged: string[] = [];
    const { clock, client, worker, settled, recalled } = pair(async ({ path }) => {
      judged.push(path);
      return FORWARD;
    });
    give(worker);
    await turns();
    const answer = await client.judge(asked('DELETE', '/b', { body, headers }));
    assert.deepEqual(answer, { do: 'forward', warnings: ['w'], judgedAs: 'of/b' });
    client.settled('first', { status: 200, said: 'yes' });
    client.settled('of/b', { status: 200, said: 'yes' });
    await turns();
    assert.deepEqual([judged, settled.length, client.underWay()], [[], 0, ['of/b']]);
    clock.move(250);
    await turns();
    assert.deepEqual(
      settled.map(([id]) => id),
      ['first', 'of/b'],
    );
    assert.deepEqual(client.underWay(), []);
    // The second time it is judged like any other.
    assert.deepEqual(await client.judge(asked('DELETE', '/b', { body, headers })), FORWARD);
    worker.postMessage({ type: 'recall', call: 3, actId: 'act-1' });
    await turns();
    assert.deepEqual(recalled, [[3, ['of/b']]]);
  });

  it('is judged once its session has listed again; a look at one object is no list', async () => {
    const { client, worker } = pair(async () => FORWARD);
    give(worker, '/b');
    await turns();
    const noticed = { context: like.context, session: 's1', query: '' };
    client.noticed({ ...noticed, path: '/api/v1/namespaces/shop/configmaps/one' });
    assert.deepEqual(await client.judge(asked('DELETE', '/b', { body, headers })), {
      ...FORWARD,
      warnings: ['w'],
      judgedAs: 'of/b',
    });
    give(worker, '/c');
    await turns();
    client.noticed({ ...noticed, path: '/api/v1/namespaces/shop/secrets' });
    assert.deepEqual(await client.judge(asked('DELETE', '/c', { body, headers })), FORWARD);
  });

  it('what was recalled is judged; what was taken before that and is not settled is told', async () => {
    const { client, worker, settled, recalled, left } = pair(async () => FORWARD);
    give(worker);
    await turns();
    client.left(8);
    client.left(7);
    await client.judge(asked('DELETE', '/b', { body, headers }));
    worker.postMessage({ type: 'recall', call: 1, actId: 'act-1' });
    await turns();
    assert.deepEqual([recalled, settled, left], [[[1, ['of/b']]], [], ['act-1']]);
    give(worker, '/c');
    worker.postMessage({ type: 'recall', call: 2, actId: 'act-1' });
    await turns();
    assert.deepEqual(await client.judge(asked('DELETE', '/c', { body, headers })), FORWARD);
    client.settled('of/b', { failed: 'gone' });
    client.left(9);
    await turns();
    assert.deepEqual(settled, [['of/b', { failed: 'gone' }]]);
  });
});

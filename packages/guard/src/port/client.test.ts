import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Instruction } from '../request.ts';
import { asked } from '../testing/way.ts';
import { type Channel, judgeClient } from './client.ts';
import { FORWARD, pair, textOf, turns } from './testing/pair.ts';

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

describe('what waits for its judgement', () => {
  it('does not run while a person is asked, nor once it has begun to change something', async () => {
    const person = Promise.withResolvers<void>();
    const acting = Promise.withResolvers<void>();
    let post: (message: unknown) => void = () => undefined;
    const { clock, client, worker, sent } = pair(async ({ id }, way) => {
      post({ type: 'waiting', id, code: 'BCDFG' });
      await person.promise;
      post({ type: 'waiting', id });
      await way.delete({} as never, { name: 'thing' }, {} as never);
      await acting.promise;
      return FORWARD;
    });
    post = worker.postMessage;
    const answer = client.judge(asked('DELETE', '/thing'));
    await turns();
    clock.move(60_000);
    await turns();
    person.resolve();
    await turns();
    clock.move(60_000);
    await turns();
    acting.resolve();
    assert.equal(textOf(await answer), 'forward');
    assert.deepEqual(sent, ['DELETE']);
    assert.equal(client.underWay().length, 1);
  });

  it('a thread that ends says of each request what is true', async () => {
    const never = new Promise<Instruction>(() => undefined);
    const { client, worker } = pair(async ({ id, path }, way) => {
      if (path === '/acts') await way.delete({} as never, { name: 'thing' }, {} as never);
      if (path === '/waits') worker.postMessage({ type: 'waiting', id, code: 'BCDFG' });
      return never;
    });
    const answers = ['/thinks', '/acts', '/waits'].map((path) => client.judge(asked('DELETE', path)));
    await turns();
    client.end('the guard got stuck');
    const [thinks, acts, waits] = (await Promise.all(answers)).map(textOf);
    assert.match(thinks, /nothing was sent/);
    assert.match(acts, /in the middle.*toolcrib log/s);
    assert.doesNotMatch(acts, /nothing/);
    assert.match(waits, /nothing was sent.*toolcrib held BCDFG/s);
    assert.match(textOf(await client.judge(asked('DELETE', '/later'))), /nothing was sent/);
    await client.close();
  });

  it('nothing is told of outcomes where there are none', async () => {
    const { clock } = pair(async () => FORWARD);
    const posted: { type: string }[] = [];
    const channel: Channel = {
      postMessage: (message) => void posted.push(message as { type: string }),
      on: () => undefined,
    };
    const client = judgeClient(channel, { clock });
    client.gone('x');
    client.left(4711);
    client.stopping();
    client.ping(1);
    assert.deepEqual(
      posted.map(({ type }) => type),
      ['gone', 'stopping', 'ping'],
    );
    client.end('it was stopped');
    client.gone('y');
    assert.equal(posted.length, 3, 'there is nobody to tell');
    await client.close();
    assert.match(textOf(await client.judge(asked('DELETE', '/thing'))), /nothing was sent/);
  });
});

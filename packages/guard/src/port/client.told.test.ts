import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asked } from '../testing/way.ts';
import { judgeClient } from './client.ts';
import type { FromJudge, ToJudge } from './messages.ts';
import { FORWARD, handClock, textOf } from './testing/pair.ts';

// What is posted to a worker, and when: the other end is this test.

const LIMIT = 1_000;
const body = new Uint8Array();
const REFUSED = { do: 'answer' as const, status: 403, body: '{}', type: 'application/json', warnings: [] };
const LET_GO = { do: 'forward' as const, warnings: [] };
const YES = { status: 200, said: 'yes' } as const;

function scene() {
  const posted: ToJudge[] = [];
  let hear: (message: FromJudge) => void = () => undefined;
  const clock = handClock();
  const client = judgeClient(
    {
      postMessage: (message) => void posted.push(message as ToJudge),
      on: (_event, listener) => {
        hear = listener as typeof hear;
      },
    },
    { clock, limit: LIMIT },
  );
  const types = () => posted.map(({ type }) => type);
  /** A pass for each of these paths. */
  const give = (...paths: string[]) => {
    const like = asked('DELETE', '/a', { body });
    const passes = paths.map((path) => ({ id: `of${path}`, path, instruction: LET_GO }));
    hear({ type: 'passes', given: { actId: 'act-1', first: 'first', like, rules: '', until: 1e15, passes } });
  };
  return { posted, types, clock, client, give, hear: (message: FromJudge) => hear(message) };
}

test('a judgement is given up after its limit, unless it was answered, began to act, or a person is asked', async () => {
  const { posted, clock, client, hear } = scene();
  const gaveUp = () => posted.flatMap((one) => (one.type === 'give-up' ? [one.id] : []));
  const ids = ['slow', 'done', 'acts', 'waits', 'again', 'both'];
  const answers = ids.map((id) => client.judge({ ...asked('DELETE', `/${id}`), id }));
  hear({ type: 'instruction', id: 'done', instruction: FORWARD });
  hear({ type: 'acting', id: 'acts' });
  for (const id of ['waits', 'again', 'both', 'done']) hear({ type: 'waiting', id, code: 'BCDFG' });
  hear({ type: 'acting', id: 'both' });
  clock.move(LIMIT / 2);
  for (const id of ['again', 'both', 'done']) hear({ type: 'waiting', id });
  clock.move(LIMIT / 2);
  assert.deepEqual(gaveUp(), ['slow']);
  clock.move(LIMIT);
  assert.deepEqual(gaveUp(), ['slow', 'again']);
  hear({ type: 'given-up', id: 'slow' });
  assert.match(textOf(await (answers[0] as (typeof answers)[0])), /within 1 s, so nothing was sent/);
});

test('what a worker says of a request that is not there changes nothing', () => {
  const { types, client, hear } = scene();
  hear({ type: 'acting', id: 'none' });
  hear({ type: 'waiting', id: 'none', code: 'BCDFG' });
  hear({ type: 'given-up', id: 'none' });
  assert.deepEqual([types(), client.underWay()], [[], []]);
});

test('only what is to be sent is under way, until it is reported', async () => {
  const { posted, client, hear } = scene();
  const sent = { ...asked('DELETE', '/a'), id: 'sent' };
  const answers = [
    client.judge(sent),
    client.judge({ ...sent, id: 'refused' }),
    client.judge({ ...sent, id: 'fails' }),
  ];
  hear({ type: 'instruction', id: 'sent', instruction: FORWARD });
  hear({ type: 'instruction', id: 'refused', instruction: REFUSED });
  hear({ type: 'failed', id: 'fails', message: 'it broke' });
  assert.deepEqual(await answers[0], FORWARD);
  assert.deepEqual(await answers[1], REFUSED);
  await assert.rejects(answers[2] as Promise<unknown>, /^Error: it broke$/);
  assert.deepEqual(client.underWay(), ['sent']);
  client.settled('sent', YES);
  assert.deepEqual([client.underWay(), posted.at(-1)], [[], { type: 'settled', id: 'sent', outcome: YES }]);
});

test('outcomes of passes are told once, before what comes next, or a quarter of a second after the first of them', async () => {
  const { posted, types, clock, client, give } = scene();
  give('/b', '/c');
  for (const path of ['/b', '/c']) await client.judge(asked('DELETE', path, { body }));
  client.settled('of/b', YES);
  assert.deepEqual([types(), client.untold()], [[], [{ id: 'of/b', outcome: YES }]]);
  clock.move(100);
  client.gone('x');
  assert.deepEqual(types(), ['passed', 'gone']);
  client.settled('of/c', YES);
  clock.move(249);
  assert.deepEqual(types(), ['passed', 'gone']);
  clock.move(1);
  assert.deepEqual(posted.slice(2), [{ type: 'passed', all: [{ id: 'of/c', outcome: YES }] }]);
  assert.deepEqual(client.untold(), []);
  clock.move(1_000);
  client.left(4711);
  assert.equal(posted.length, 3);
});

test('what a session reads is told', () => {
  const { posted, client } = scene();
  const read = { context: 'prod', session: 's1', path: '/api/v1/namespaces/shop/pods', query: '' };
  client.noticed(read);
  assert.deepEqual(posted, [{ type: 'noticed', read }]);
});

test('it closes once the worker says so, or has ended', async () => {
  for (const ends of [true, false]) {
    const { types, client, hear } = scene();
    let closed = false;
    const closing = client.close().then(() => {
      closed = true;
    });
    await Promise.resolve();
    assert.deepEqual([types(), closed], [['close'], false]);
    if (ends) client.end('it was stopped');
    else hear({ type: 'closed' });
    await closing;
    if (ends) await client.close();
  }
});

test('of what was not judged yet it is said that nothing was sent, and no code', async () => {
  const { client } = scene();
  const answer = client.judge(asked('DELETE', '/a'));
  client.end('the guard got stuck');
  assert.match(textOf(await answer), /the guard got stuck before this was judged: nothing was sent/);
});

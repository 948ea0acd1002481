import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayArriveMs } from '@toolcrib/model';
import { aSoften } from '../journal/testing/records.ts';
import { loneLease } from '../testing/lease.ts';
import { asked } from '../testing/way.ts';
import { createWatches, requestHandler } from './request-handler.ts';
import { AT, NOW, opened } from './testing/thinking.ts';

const SENT = 60_000 + mayArriveMs();

test('what is let go has until its lease ends to leave; without a word it counts as unanswered in the end', async (t) => {
  const { thinking, hand, journal, deps } = await opened(t);
  const request = asked('DELETE', AT);
  const instruction = await thinking.judge(request);
  assert.equal(instruction.do, 'forward');
  assert.deepEqual(instruction.do === 'forward' && instruction.lease, {
    guard: loneLease.guard(),
    until: 77,
  });
  await hand.pass(SENT - 1);
  assert.equal(deps.onTheWay.count(), 1);
  await hand.pass(1, () => deps.onTheWay.count() === 0);
  await thinking.close();
  const [stored] = await journal.requests({ state: 'unsettled' });
  assert.equal(stored?.id, request.id);
  assert.equal(stored?.unsure?.why, 'no answer came (none within 135 s)');
});

test('once its end is known nobody is patient with it any more', async (t) => {
  for (const how of ['settled', 'passed', 'closed'] as const) {
    const { thinking, hand, handedOver } = await opened(t);
    await handedOver();
    const before = hand.waiting();
    thinking.late('unknown', 'prod');
    assert.equal(hand.waiting(), before);
    thinking.late('req-1', 'prod');
    assert.equal(hand.waiting(), before + 1);
    const outcome = { status: 200, said: 'yes' } as const;
    if (how === 'settled') thinking.settled('req-1', outcome);
    if (how === 'passed') thinking.passed([{ id: 'req-1', outcome }]);
    if (how === 'closed') await thinking.close();
    assert.equal(hand.waiting(), before, how);
    await thinking.close();
  }
});

test('a guard that stood still lets nothing go: it was not sent, and the client is told to send it again', async (t) => {
  const { thinking, standStill, journal } = await opened(t);
  standStill();
  const told = await thinking.judge(asked('DELETE', AT));
  assert.equal(told.do === 'answer' && told.status, 503);
  await thinking.close();
  const [act] = await journal.acts({ context: 'prod', since: NOW });
  const [request] = await journal.requests({ actId: act?.id ?? '' });
  assert.equal(request?.state, 'not-sent');
  assert.match(request?.note ?? '', /stood still/);
});

test('what goes on untouched nobody follows, and no lease ends it', async (t) => {
  const { thinking, standStill, hand } = await opened(t);
  standStill();
  const before = hand.waiting();
  const told = await thinking.judge(asked('POST', '/api/v1/namespaces/shop/configmaps'));
  assert.deepEqual([told.do, 'lease' in told, hand.waiting()], ['forward', false, before]);
});

test('a client that leaves: the desk is told, and while its request is judged that is known', async (t) => {
  const { thinking, deps } = await opened(t);
  const gone: string[] = [];
  const other = requestHandler({ ...deps, desk: { ...deps.desk, gone: (id) => void gone.push(id) } });
  other.gone('req-1');
  assert.deepEqual([gone, deps.onTheWay.hasClientLeft('req-1')], [['req-1'], true]);
  // Judged, it is forgotten.
  await thinking.judge(asked('DELETE', AT, { id: 'req-1' }));
  assert.equal(deps.onTheWay.hasClientLeft('req-1'), false);
  await thinking.close();
});

test('what an act has at the door is taken back when its client leaves, and all of it at the end', async (t) => {
  const { deps } = await opened(t);
  const back: string[] = [];
  let closed = 0;
  const ahead = {
    ...deps.ahead,
    recall: async (id: string) => void back.push(id),
    recallAll: async () => void back.push('all'),
  };
  const desk = { ...deps.desk, close: () => void closed++ };
  const thinking = requestHandler({ ...deps, ahead, desk });
  thinking.left(['act-1', 'act-2']);
  await thinking.close();
  assert.deepEqual([back, closed], [['act-1', 'act-2', 'all'], 1]);
});

test('a list of a session is remembered, and begins a look', async (t) => {
  const { thinking, deps } = await opened(t);
  const headers = { 'kubectl-command': 'kubectl delete' };
  thinking.noticed({
    context: 'prod',
    session: 's1',
    path: '/api/v1/namespaces/shop/configmaps',
    query: '',
    headers,
  });
  assert.equal(deps.sessions.of('prod', 's1').length, 1);
  assert.ok(deps.early.take('prod', 's1'));
});

test('creates are judged where softened acts wait, by the type of their owner', () => {
  const core = { ...aSoften().owner, apiVersion: 'v1', namespace: 'shop' };
  const whole = { ...core, namespace: undefined };
  assert.deepEqual(
    createWatches(
      [aSoften(), aSoften({ owner: core }), aSoften({ owner: whole })],
      ({ owner }) => `the-${owner.apiVersion}`,
    ),
    ['["prod","apps","the-apps/v1","shop"]', '["prod","","the-v1","shop"]', '["prod","","the-v1",""]'],
  );
});

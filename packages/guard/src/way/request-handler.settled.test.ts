import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayArriveMs } from '@toolcrib/model';
import { aSoften } from '../journal/testing/records.ts';
import type { Outcome } from '../request.ts';
import { requestHandler } from './request-handler.ts';
import { NOW, opened } from './testing/thinking.ts';

for (const [what, outcome, ends, took, forgotten] of [
  ['a yes', { status: 200, said: 'yes' }, ['answered', 200, undefined], true, []],
  ['a no', { status: 403, said: 'no' }, ['answered', 403, undefined], false, ['req-1']],
  [
    'never sent',
    { notSent: 'its client had gone' },
    ['not-sent', undefined, 'its client had gone'],
    false,
    ['req-1'],
  ],
  [
    'not told to its client',
    { status: 409, said: 'no', untold: true },
    ['answered', 409, 'it had changed since it was seen, so it was judged anew, and nobody was told of this'],
    false,
    ['req-1'],
  ],
] as [string, Outcome, unknown[], boolean, string[]][])
  test(`a certain end is written down: ${what}`, async (t) => {
    const { handedOver, end, told, deps } = await opened(t);
    await handedOver();
    const now = await end(outcome);
    assert.deepEqual([now?.state, now?.status, now?.note], ends);
    assert.deepEqual(told('went'), [['req-1', took]]);
    assert.deepEqual(told('forgotten'), forgotten);
    assert.deepEqual([told('look later'), deps.onTheWay.count()], [[], 0]);
  });

for (const [what, outcome, status, why] of [
  [
    'an answer that is neither',
    { status: 504, said: 'unknown' },
    504,
    'the answer was 504, which is neither a certain yes nor a certain no',
  ],
  ['no answer', { failed: 'the connection broke' }, undefined, 'no answer came (the connection broke)'],
] as [string, Outcome, number | undefined, string][])
  test(`${what}: nobody knows, and the cluster is asked in time`, async (t) => {
    const { handedOver, end, told } = await opened(t);
    await handedOver();
    const now = await end(outcome);
    assert.deepEqual([now?.state, now?.status], ['unsettled', status]);
    assert.deepEqual(now?.unsure, { why, until: NOW + mayArriveMs() });
    assert.equal(told('look later').length, 1);
    assert.deepEqual([told('went'), told('forgotten')], [[['req-1', false]], []]);
  });

test('an end that can not be written down is logged, and the request stays kept', async (t) => {
  const { handedOver, deps, told, stored } = await opened(t);
  await handedOver();
  const saveRequest = async () => {
    throw new Error('locked');
  };
  const thinking = requestHandler({ ...deps, journal: { ...deps.journal, saveRequest } });
  thinking.settled('req-1', { status: 200, said: 'yes' });
  await thinking.close();
  assert.deepEqual(
    [told('logged'), (await stored())?.state],
    [['an outcome could not be written down'], 'kept'],
  );
});

test('a claim whose volumes were retained is settled once its request is written down', async (t) => {
  const { handedOver, end, journal, deps, told } = await opened(t);
  await handedOver();
  const record = aSoften({ how: 'retain-first', volumes: [] });
  await journal.saveSoften(record);
  deps.onTheWay.ifDeleted('req-1', record);
  await end({ status: 200, said: 'yes' });
  assert.equal((await journal.softenings({ actId: 'act-000001' }))[0]?.state, 'softened');
  assert.equal(told('notified').length, 1);
});

test('a create in a window: what it takes over is written down, and what it ends is finished, once the cluster said yes', async (t) => {
  for (const [outcome, done] of [
    [{ status: 201, said: 'yes' }, true],
    [{ status: 409, said: 'no' }, false],
    [{ failed: 'broken' }, false],
  ] as [Outcome, boolean][]) {
    const { deps, journal, told } = await opened(t);
    const finished: unknown[] = [];
    const adopted = [aSoften({ state: 'undone' })];
    const ends = [aSoften({ requestId: 'req-2' }), aSoften({ requestId: 'req-3' })];
    deps.onTheWay.ifCreated('req-9', { adopted, ends });
    const finish: typeof deps.finish = async ({ requestId }, why) => {
      finished.push([requestId, why]);
      if (requestId === 'req-2') throw new Error('it is away.');
    };
    const thinking = requestHandler({ ...deps, finish });
    thinking.settled('req-9', outcome);
    await thinking.close();
    const why = 'created again with another selector';
    const both = [
      ['req-2', why],
      ['req-3', why],
    ];
    assert.deepEqual(finished, done ? both : []);
    assert.deepEqual(
      (await journal.softenings({ actId: 'act-000001' })).map(({ state }) => state),
      done ? ['undone'] : [],
    );
    const text =
      'It was created again, and what was left still runs beside it: it is away. Again: toolcrib finish act-000001';
    const news = { kind: 'failed', title: 'Not finished: StatefulSet shop/kafka', text };
    assert.deepEqual(told('notified'), done ? [news] : []);
  }
});

test('what passed is written down in one transaction; what nobody knows of it one by one', async (t) => {
  const { deps, handedOver, stored, told } = await opened(t);
  for (const id of ['req-1', 'req-2', 'req-3', 'req-4']) await handedOver({ id });
  const moments: (string[] | undefined)[] = [];
  const together: typeof deps.journal.together = (moment) => {
    moments.push(moment.requests?.map(({ id }) => id));
    return deps.journal.together(moment);
  };
  const thinking = requestHandler({ ...deps, journal: { ...deps.journal, together } });
  thinking.passed([
    { id: 'req-1', outcome: { status: 200, said: 'yes' } },
    { id: 'req-2', outcome: { status: 504, said: 'unknown' } },
    { id: 'req-3', outcome: { status: 404, said: 'no' } },
    { id: 'req-4', outcome: { failed: 'broken' } },
    { id: 'never-seen', outcome: { status: 200, said: 'yes' } },
  ]);
  await thinking.close();
  assert.deepEqual(moments, [['req-1', 'req-3']]);
  const states = await Promise.all(['req-1', 'req-2', 'req-3', 'req-4'].map((id) => stored(id)));
  assert.deepEqual(
    states.map((one) => one?.state),
    ['answered', 'unsettled', 'answered', 'unsettled'],
  );
  assert.deepEqual(told('went').slice(0, 2), [
    ['req-1', true],
    ['req-3', false],
  ]);
  assert.deepEqual([told('logged'), deps.onTheWay.count()], [[], 0]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import { anAct, aRequest } from '../journal/testing/records.ts';
import type { PassesGiven } from '../port/passes.ts';
import { handClock } from '../testing/hand-clock.ts';
import { ahead } from './ahead.ts';
import type { LiveAct } from './live-act.ts';
import { onTheWay } from './on-the-way.ts';

const liveOf = (id = 'act-1'): LiveAct => ({ act: anAct({ id, soFar: 1 }), expected: new Map() });
const records = (...ids: string[]): RequestRecord[] => ids.map((id) => aRequest({ id, state: 'kept' }));

/** @param taken which passes the door has let through by the time that they are asked back */
function opened(taken: string[] = []) {
  const time = handClock(1_000);
  const ways = onTheWay();
  const forgotten: string[][] = [];
  const late: string[] = [];
  const asked: string[] = [];
  const given: PassesGiven[] = [];
  const all = ahead(
    {
      journal: { together: async ({ forget = [] }) => void forgotten.push([...forget]) },
      clock: time.clock,
      onTheWay: ways,
      log: () => undefined,
    },
    {
      give: (one) => void given.push(one),
      recall: async (actId) => {
        asked.push(actId);
        return taken;
      },
    },
    (id, context) => void late.push(`${id} in ${context}`),
  );
  const give = (live: LiveAct, ...ids: string[]) =>
    all.begin(live, { actId: live.act.id, until: 6_000 } as PassesGiven, records(...ids));
  return { all, give, time, ways, forgotten, late, asked, given };
}

test('what is given is on its way; what the door has not let through is forgotten once it is asked back', async () => {
  const { all, give, ways, forgotten, late, given } = opened(['b']);
  const live = liveOf();
  give(live, 'a', 'b', 'c');
  assert.equal(given.length, 1);
  assert.equal(ways.count(), 3);
  await all.recall('act-1');
  assert.deepEqual(forgotten, [['a', 'c']]);
  // Of what it has let through an outcome is still to come, and it counts as sent.
  assert.deepEqual(late, ['b in prod']);
  assert.ok(ways.of('b') && !ways.of('a') && !ways.of('c'));
  assert.equal(live.act.soFar, 2);
});

test('whoever judges takes back first what the act has, and only one judges at a time', async () => {
  const { all, give, asked } = opened();
  const live = liveOf();
  give(live, 'a');
  const over = await all.judging(live);
  assert.deepEqual(asked, ['act-1']);
  assert.equal(all.mayBegin(live), true);
  const second = await all.judging(live);
  assert.equal(all.mayBegin(live), false);
  second();
  assert.equal(all.mayBegin(live), true);
  give(live, 'b');
  // It has passes.
  assert.equal(all.mayBegin(live), false);
  assert.equal(all.mayBegin(liveOf('act-2')), true);
  over();
});

test('what was looked at before everything was taken back is good for nothing', async () => {
  const { all, time } = opened();
  await time.pass(1_000);
  await all.recallAll();
  assert.equal(all.mayBegin(liveOf(), 2_000), false);
  assert.equal(all.mayBegin(liveOf(), 2_001), true);
});

test('everything is taken back, of every act', async () => {
  const { all, give, asked, ways } = opened();
  give(liveOf('act-1'), 'a');
  give(liveOf('act-2'), 'b');
  await all.recallAll();
  assert.deepEqual(asked.sort(), ['act-1', 'act-2']);
  assert.equal(ways.count(), 0);
});

test('an outcome counts for the act of its pass, and with the last one nothing is left to take back', async () => {
  const { all, give, asked } = opened();
  const live = liveOf();
  give(live, 'a', 'b');
  assert.equal(all.settled('x'), undefined);
  assert.equal(all.settled('a'), live);
  assert.deepEqual([live.act.soFar, live.act.lastAt, asked.length], [2, 1_000, 0]);
  assert.equal(all.settled('b'), live);
  assert.deepEqual([live.act.soFar, asked.length], [3, 1]);
  assert.equal(all.settled('a'), undefined);
});

test('a pass that nobody took ends with its time, and not before', async () => {
  const { give, time, forgotten } = opened();
  give(liveOf(), 'a');
  await time.pass(4_999);
  assert.deepEqual(forgotten, []);
  await time.pass(1, () => forgotten.length > 0);
  assert.deepEqual(forgotten, [['a']]);
});

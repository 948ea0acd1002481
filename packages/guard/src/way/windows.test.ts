import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, type SoftenRecord, ToolcribError } from '@toolcrib/model';
import { aSoften } from '../journal/testing/records.ts';
import { state, windows } from './windows.ts';

/** Time stands still until it is moved. */
function stillClock() {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock: Clock = {
    now: () => now,
    after(delay, run) {
      const timer = { at: now + delay, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    clock,
    async to(time: number) {
      now = time;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.run();
      }
      for (let i = 0; i < 20; i++) await turn();
    },
  };
}

function watched(
  records: SoftenRecord[],
  finish: (actId: string) => Promise<void> = async () => {},
  damage?: ToolcribError,
) {
  const time = stillClock();
  const finished: string[] = [];
  const published: string[][] = [];
  const told: string[] = [];
  let resumed = 0;
  const open = windows({
    journal: {
      async softenings(_query, _newer, damaged) {
        if (damage && !damaged) throw damage;
        if (damage) damaged?.(damage);
        return records.filter((one) => one.state === 'softened');
      },
    },
    clock: time.clock,
    isOurs: () => true,
    damaged: ({ message }) => void told.push(message),
    windowMs: () => 1_000_000,
    finish: async ({ actId }) => {
      finished.push(actId);
      await finish(actId);
    },
    resume: async () => {
      resumed++;
    },
    publish: (keys) => published.push(keys),
    log: () => {},
  });
  return { ...time, open, finished, published, told, resumed: () => resumed };
}

const softened = (more: Partial<SoftenRecord>): SoftenRecord =>
  aSoften({ state: 'softened', finishAfter: 5_000, ...more });

test('the windows are published without waiting for a finish that hangs', async () => {
  const { open, to, published, finished } = watched(
    [softened({ finishAfter: 0 })],
    () => new Promise<void>(() => {}),
  );
  await to(0);
  assert.deepEqual(finished, ['act-000001']);
  await open.publish();
  assert.equal(published.length, 1);
  assert.match(published[0]?.[0] ?? '', /statefulsets.*shop/);
  open.close();
});

test('a cluster that is away keeps no other’s acts waiting, and nothing is finished twice', async () => {
  const { open, to, finished } = watched(
    [
      softened({ actId: 'a', context: 'away' }),
      softened({ actId: 'b', context: 'away' }),
      softened({ actId: 'c', context: 'prod' }),
    ],
    (actId) => (actId === 'a' ? new Promise<void>(() => {}) : Promise.resolve()),
  );
  await to(4_999);
  assert.deepEqual(finished, []);
  await to(7_000);
  assert.deepEqual(finished, ['a', 'c']);
  await to(20_000);
  assert.deepEqual(finished, ['a', 'c'], 'the round is still under way');
  open.close();
});

test('kept data is never finished by itself, never overdue, and its creates are not watched', async () => {
  const record = softened({ how: 'retain-first' });
  const { open, to, finished, published } = watched([record]);
  await to(50_000_000);
  await open.publish();
  assert.deepEqual([finished, published], [[], []]);
  assert.equal(state(record, 50_000_000, 1_000), 'by-hand');
  open.close();
});

test('waiting, due, overdue', () => {
  const record = softened({});
  const at = (now: number) => state(record, now, 1_000);
  assert.deepEqual([at(4_999), at(5_000), at(5_999), at(6_000)], ['waiting', 'due', 'due', 'overdue']);
});

test('what was cut off is looked after again and again, until it is closed', async () => {
  const { open, to, resumed } = watched([]);
  await to(0);
  assert.equal(resumed(), 1);
  await to(10_000);
  assert.equal(resumed(), 2);
  open.close();
  await to(30_000);
  assert.equal(resumed(), 2);
});

test('one that is damaged is told, and the windows of the others are watched and finished', async () => {
  const damage = new ToolcribError('damaged', 'the softening of act-9');
  const { to, finished, published, told, open } = watched([softened({})], undefined, damage);
  await to(5_000);
  assert.deepEqual([published.length, published[0]?.length, finished], [1, 1, ['act-000001']]);
  assert.deepEqual([...new Set(told)], [damage.message]);
  open.close();
});

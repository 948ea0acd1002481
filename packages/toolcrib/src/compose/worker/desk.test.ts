import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import { loneLease } from '@toolcrib/guard/testing/lease.ts';
import type { Hold } from '@toolcrib/model';
import { lookingAgain, ownDesk, untimed } from './desk.ts';

const clock = { now: () => 10_000, after: () => () => undefined };
const hold = (code: string): Hold =>
  aHold({ code, requestId: `request-${code}`, createdAt: 10_000, expiresAt: 60_000, state: 'open' });

function desk(before: Hold[] = [], saveHold: (hold: Hold) => Promise<void> = async () => undefined) {
  const [kept, told]: [string[], string[]] = [[], []];
  const own = ownDesk(
    {
      journal: {
        saveHold(one) {
          kept.push(one.code);
          return saveHold(one);
        },
        hold: async () => undefined,
      },
      lease: loneLease,
    },
    clock,
    before,
    ({ code }) => told.push(code),
  );
  return { own, kept, told };
}

test('what its forerunner had lies there again', () => {
  const { own } = desk([hold('AAAAA')]);
  assert.equal(own.get('AAAAA')?.code, 'AAAAA');
});

test('a new hold is written down and told, also where it can’t be written', async () => {
  for (const save of [async () => undefined, () => Promise.reject(new Error('disk full'))]) {
    const { own, kept, told } = desk([], save);
    void own.place(hold('BBBBB'), 1_000);
    assert.deepEqual(told, ['BBBBB']);
    await turn();
    assert.deepEqual(kept, ['BBBBB']);
    assert.equal(own.get('BBBBB')?.state, 'open');
    own.close();
  }
});

test('while a person is asked no time limit runs: from the asking to whatever ends it', async () => {
  const { own } = desk([hold('CCCCC')]);
  const told: unknown[] = [];
  const timed = untimed(own, (one) => told.push(one));
  const placed = timed.place(hold('DDDDD'), 1_000);
  assert.deepEqual(told.splice(0), [{ id: 'request-DDDDD', code: 'DDDDD' }]);
  const waits = timed.waitOn('CCCCC', 'request-2', 1_000);
  assert.deepEqual(told.splice(0), [{ id: 'request-2', code: 'CCCCC' }]);
  own.close();
  await Promise.all([placed, waits]);
  assert.deepEqual(told.map((one) => JSON.stringify(one)).sort(), [
    '{"id":"request-2"}',
    '{"id":"request-DDDDD"}',
  ]);
});

test('its holds are looked for again and again, each look once the one before has ended, until it is stopped', async () => {
  const timers: (() => void)[] = [];
  let cancelled = 0;
  let looks = 0;
  const end: (() => void)[] = [];
  const stop = lookingAgain(
    {
      look() {
        looks++;
        return new Promise((resolve) => end.push(resolve));
      },
    },
    {
      now: () => 0,
      after(delay, run) {
        assert.equal(delay, 1_000);
        timers.push(run);
        return () => void cancelled++;
      },
    },
  );
  timers[0]?.();
  assert.deepEqual([looks, timers.length], [1, 1]);
  end[0]?.();
  await turn();
  assert.equal(timers.length, 2);
  timers[1]?.();
  stop();
  end[1]?.();
  await turn();
  assert.deepEqual([looks, timers.length, cancelled], [2, 2, 1]);
});

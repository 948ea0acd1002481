import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@toolcrib/sandbox';
import { handClock } from './hand-clock.ts';
import { restingClock } from './resting-clock.ts';

/** What became of a rest so far, and the hand that moves its clock. */
function resting() {
  const { clock, pass } = handClock(0);
  const { clock: known, rest } = restingClock(clock as Clock);
  let over = false;
  return {
    known,
    pass,
    over: () => over,
    rest: (ms: number) => {
      void rest(ms).then(() => {
        over = true;
      });
      return pass(0);
    },
  };
}

test('at rest at once where nothing is due in that time', async () => {
  const { known, rest, over, pass } = resting();
  known.after(1001, () => undefined);
  const cancel = known.after(10, () => undefined);
  cancel();
  await rest(1000);
  await pass(0, over);
  assert.ok(over());
});

test('what is due is waited for, and what comes of it, in the order in which it comes', async () => {
  const { known, rest, over, pass } = resting();
  const ran: string[] = [];
  known.after(300, () => {
    ran.push('first');
    known.after(400, () => ran.push('second'));
  });
  await rest(1000);
  assert.equal(over(), false);
  await pass(300);
  assert.deepEqual([ran, over()], [['first'], false]);
  await pass(400, over);
  assert.deepEqual(ran, ['first', 'second']);
});

test('what goes on for ever is waited for no longer than the time that was given', async () => {
  const { known, rest, over, pass } = resting();
  let ticks = 0;
  const tick = (): void => {
    ticks++;
    known.after(100, tick);
  };
  known.after(100, tick);
  await rest(1000);
  for (let i = 0; i < 10; i++) {
    assert.equal(over(), false, `after ${ticks}`);
    await pass(100);
  }
  await pass(100, over);
  assert.ok(ticks >= 10);
});

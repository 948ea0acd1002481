import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { keepLease } from './keep-lease.ts';
import type { LeaseNews } from './lease.ts';

// What a lease asks of its journal, call by call; what it comes to among several guards is in the test beside this one.
const LIFE = 30_000;
let now = 0;
let timers: { at: number; run: () => void; cancelled: boolean }[] = [];
let calls: string[] = [];
let told: LeaseNews[] = [];
let logged: string[] = [];
let lives: boolean | Error = true;
let ends: Error | undefined;
let lease: ReturnType<typeof keepLease>;
let ids = 0;

function keeping(predecessor?: string) {
  return keepLease({
    journal: {
      renewLease: async (guard: string, until: number) => {
        calls.push(`renew ${guard} ${until}`);
        if (lives instanceof Error) throw lives;
        const alive = lives;
        lives = true;
        return alive;
      },
      endLease: async (guard: string) => {
        calls.push(`end ${guard}`);
        if (ends) throw ends;
      },
      takeOver: async (guard: string, before: number) => {
        calls.push(`take over ${guard} ${before}`);
        return ['gone'];
      },
    },
    clock: {
      now: () => now,
      after(delay, run) {
        const timer = { at: now + delay, run, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
    newId: () => `g${++ids}`,
    predecessor,
    life: LIFE,
    told: (news) => void told.push(news),
    log: (line) => void logged.push(line),
  });
}
beforeEach(() => {
  [now, ids] = [1_000_000, 0];
  [timers, calls, told, logged] = [[], [], [], []];
  lives = true;
  ends = undefined;
  lease = keeping();
});
/** Runs what is due next. */
async function next(): Promise<void> {
  const timer = timers.pop();
  assert.ok(timer && !timer.cancelled);
  now = timer.at;
  timer.run();
  for (let i = 0; i < 10; i++) await turn();
}

test('each beat renews for a life, takes over what ended a third of one ago, and comes again after a third', async () => {
  await lease.begin();
  assert.deepEqual(calls, [`renew g1 ${1_000_000 + LIFE}`, `take over g1 ${1_000_000 - LIFE / 3}`]);
  assert.deepEqual(told, [{ guard: 'g1', until: 1_000_000 + LIFE, inherited: ['gone'] }]);
  assert.deepEqual(
    timers.map(({ at }) => at),
    [1_000_000 + LIFE / 3],
  );
  await next();
  assert.equal(calls.length, 4);
  assert.deepEqual([told.length, timers.length, logged], [2, 1, []]);
});

test('one that was ended goes on as another, and renews that', async () => {
  lives = false;
  await lease.begin();
  assert.deepEqual(calls.slice(0, 3), [
    `renew g1 ${1_000_000 + LIFE}`,
    `renew g2 ${1_000_000 + LIFE}`,
    `take over g2 ${1_000_000 - LIFE / 3}`,
  ]);
  assert.equal(logged.length, 1);
});

test('its forerunner is ended once, before anything else', async () => {
  lease = keeping('before');
  await lease.begin();
  await next();
  assert.deepEqual(
    calls.filter((call) => call.startsWith('end')),
    ['end before'],
  );
  assert.equal(calls[0], 'end before');
});

test('a failure is said once, and once more after it was well in between', async () => {
  const full = new Error('the disk is full');
  lives = full;
  await lease.begin();
  await next();
  assert.equal(logged.length, 1);
  assert.equal(told.length, 2, 'told all the same');
  lives = true;
  await next();
  lives = full;
  await next();
  assert.equal(logged.length, 2);
});

test('closed, it is ended, its timer is cancelled, and nothing follows; that it can’t be ended is said', async () => {
  await lease.begin();
  const [timer] = timers;
  await lease.close();
  assert.equal(timer?.cancelled, true);
  assert.equal(calls.at(-1), 'end g1');
  const before = calls.length;
  timer?.run();
  await turn();
  assert.deepEqual([calls.length, timers.length], [before, 1]);
  ends = new Error('the disk is full');
  await keeping().close();
  assert.deepEqual(logged, ['the guard’s lease could not be ended']);
});

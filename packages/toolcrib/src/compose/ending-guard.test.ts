import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endingGuard } from './ending-guard.ts';

/** A guard that tells in which order its parts end. @param underWay requests that its door has */
function ending(underWay: number, drain = 1_000) {
  const order: string[] = [];
  const drained = Promise.withResolvers<void>();
  const told: { requests: number; until: number }[] = [];
  const note = (what: string) => async () => void order.push(what);
  const close = endingGuard(
    {
      unwatch: () => void order.push('unwatch'),
      judging: { stopping: () => void order.push('stopping'), close: note('judging') },
      door: {
        underWay: () => underWay,
        drain: async (limit) => {
          order.push(`drain ${limit}`);
          await drained.promise;
        },
        close: note('door'),
      },
      keeper: { ending: (waits) => void told.push(waits), close: note('keeper') },
      rest: note('rest'),
    },
    drain,
  );
  return { close, order, told, drained: () => drained.resolve() };
}

const BEFORE = ['unwatch', 'stopping', 'drain 1000'];
const AFTER = ['door', 'judging', 'keeper', 'rest'];

test('what is under way comes to its end first, then the door, what judges, the keeper and the rest', async () => {
  const { close, order, drained } = ending(0);
  const closed = close();
  assert.deepEqual(order, BEFORE);
  drained();
  await closed;
  assert.deepEqual(order, [...BEFORE, ...AFTER]);
});

test('asked a second time it waits for nothing more, and ends once', async () => {
  const { close, order } = ending(2);
  const [first, second] = [close(), close()];
  assert.equal(first, second);
  await first;
  assert.deepEqual(order, [...BEFORE, ...AFTER]);
});

test('the keeper is told how many are under way and until when, as long as it waits', async () => {
  const { close, told, drained } = ending(3);
  const began = Date.now();
  const closed = close();
  assert.equal(told.length, 1);
  assert.equal(told[0]?.requests, 3);
  const until = told[0]?.until ?? 0;
  assert.ok(until >= began + 1_000 && until <= Date.now() + 1_000, String(until - began));
  while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(told[1]?.until, until);
  drained();
  await closed;
});

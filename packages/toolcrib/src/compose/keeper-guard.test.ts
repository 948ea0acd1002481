import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import { unknownCode } from '../laptop/api/schema.ts';
import { keeperGuard } from './keeper-guard.ts';

// What the guard says of a code that neither its own desks nor those of others can answer.

/** @param remembered what can still be looked at, by code */
function guardOf(remembered: Record<string, Hold>, own: Hold[] = []) {
  type Deps = Parameters<typeof keeperGuard>[1];
  const nothing = { get: () => undefined, list: () => [] };
  const deps = {
    held: { ...nothing, list: () => own },
    others: {
      ...nothing,
      closed: async (code: string) => remembered[code],
      answer: async (code: string) => Promise.reject(unknownCode(code)),
    },
    running: { all: () => [] },
    clock: { now: () => 5_000 },
  };
  return keeperGuard({ person: 'ben', pid: process.pid }, deps as unknown as Deps);
}

test('a code that can be looked at and not be answered is told as what it is, however it was typed', async () => {
  const hold = aHold({ code: 'BCDFG', state: 'expired', createdAt: 1_000, expiresAt: 61_000 });
  const guard = guardOf({ BCDFG: hold });
  assert.equal((await guard.hold('bcdfg')).code, 'BCDFG');
  for (const as of ['as-sent', 'denied'] as const)
    await assert.rejects(guard.answer('bcdfg', { as }), {
      code: 'conflict',
      message: /^BCDFG can’t be answered any more: the guard that held it \(since .*\) has ended\.$/,
    });
});

const unknownNext = { code: 'not-found', message: /Nothing is held under the code/ };

test('a code that nobody knows is that to both', async () => {
  const guard = guardOf({});
  const unknown = { code: 'not-found', message: /Nothing is held under the code NONEE/ };
  await assert.rejects(guard.hold('NONEE'), unknown);
  await assert.rejects(guard.answer('NONEE', { as: 'as-sent' }), unknown);
});

test('one letter too many leads to the code that waits, and never to one that can’t be answered', async () => {
  const open = { ...unknownNext, next: /^Did you mean BCDFG\? toolcrib held lists what is/ };
  const waits = guardOf({}, [aHold({ code: 'BCDFG', state: 'open' })]);
  await assert.rejects(waits.hold('bcdff'), open);
  await assert.rejects(waits.answer('BCDF', { as: 'as-sent' }), open);
  const used = guardOf({}, [aHold({ code: 'BCDFG', state: 'used' })]);
  await assert.rejects(used.hold('bcdff'), { ...unknownNext, next: /^toolcrib held lists what is/ });
});

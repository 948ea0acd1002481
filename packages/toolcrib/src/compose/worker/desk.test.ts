import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import { ownDesk, untimed } from './desk.ts';

const clock = { now: () => 10_000, after: () => () => undefined };
const hold = (code: string): Hold =>
  aHold({ code, requestId: `request-${code}`, createdAt: 10_000, expiresAt: 60_000, state: 'open' });

function desk(before: Hold[] = [], saveHold: (hold: Hold) => Promise<void> = async () => undefined) {
  const [kept, told]: [string[], string[]] = [[], []];
  const own = ownDesk(
    {
      saveHold(one) {
        kept.push(one.code);
        return saveHold(one);
      },
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
    assert.deepEqual([kept, told], [['BBBBB'], ['BBBBB']]);
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aHold, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import { waitedFor } from './waited.ts';

/** As guards of every version write it. */
const NOTE = 'held; nobody has said yes yet';
const refused = (more: Parameters<typeof aRequest>[0] = {}) =>
  aRequest({ id: 'req-1', state: 'refused', note: NOTE, at: 2_000, ...more });
const hold = (more: Partial<Hold>) => aHold({ code: 'ABCDE', createdAt: 1_000, expiresAt: 61_000, ...more });
const noteOf = (holds: Hold[], now = 5_000, more: Parameters<typeof aRequest>[0] = {}) =>
  waitedFor([refused(more)], holds, now)[0]?.note;
const answer = { as: 'as-sent', by: 'ben', at: 3_000 } as const;

test('what became of a hold is told of the request that was refused meanwhile', () => {
  const table: [Partial<Hold>, number, string][] = [
    [{ state: 'open' }, 5_000, 'held as ABCDE; nobody has said yes yet'],
    [{ state: 'open' }, 61_000, 'held as ABCDE; nobody said yes in time'],
    [{ state: 'expired' }, 5_000, 'held as ABCDE; nobody said yes in time'],
    [{ state: 'denied', denied: { by: 'ben', at: 3_000 } }, 5_000, 'held as ABCDE; ben said no afterwards'],
    [
      { state: 'denied', answer, denied: { by: 'cho', at: 4_000 } },
      5_000,
      'held as ABCDE; cho said no afterwards',
    ],
    [{ state: 'denied' }, 5_000, 'held as ABCDE; somebody said no afterwards'],
    [
      { state: 'approved', answer },
      5_000,
      'held as ABCDE; ben said yes afterwards, and it was not sent again yet',
    ],
    [
      { state: 'approved', answer },
      61_000,
      'held as ABCDE; ben said yes afterwards, and it was not sent again in time',
    ],
    [
      { state: 'expired', answer },
      5_000,
      'held as ABCDE; ben said yes afterwards, and it was not sent again in time',
    ],
    [{ state: 'used', answer }, 61_000, 'held as ABCDE; ben said yes afterwards, and it was sent again'],
    [{ state: 'void' }, 5_000, 'held as ABCDE; that counts no more'],
    [{ state: 'void', answer }, 5_000, 'held as ABCDE; ben said yes afterwards, which counts for nothing'],
  ];
  const went = { note: 'the client went while it was held' };
  for (const [more, now, expected] of table) {
    assert.equal(noteOf([hold(more)], now), expected);
    // The usual case: somebody stopped it, or its time was over before the hold's.
    const gone = expected.replace(/^held/, went.note);
    assert.equal(noteOf([hold(more)], now, went), gone);
  }
  assert.equal(noteOf([], 5_000, went), went.note);
});

test('a hold that is not known here says nothing of a yes; another request’s is not taken for its own', () => {
  assert.equal(noteOf([]), 'held; nobody said yes while its client waited');
  const other = aRequest().effect as { target: object };
  const effect = { ...other, target: { ...other.target, name: 'zookeeper' } } as unknown as Hold['effect'];
  assert.equal(
    noteOf([hold({ requestId: 'req-2', state: 'used', answer, effect })]),
    'held; nobody said yes while its client waited',
  );
});

test('sent again under the same code it has the same hold: the last that was there before it', () => {
  const holds = [
    hold({ code: 'FIRST', requestId: 'req-0', createdAt: 500, state: 'expired' }),
    hold({ code: 'LATER', requestId: 'req-0', createdAt: 3_000, state: 'used', answer }),
    hold({ requestId: 'req-0', createdAt: 1_500, state: 'used', answer }),
  ];
  assert.equal(noteOf(holds), 'held as ABCDE; ben said yes afterwards, and it was sent again');
});

test('what was written of any other request stays', () => {
  const used = [hold({ state: 'used', answer })];
  assert.equal(noteOf(used, 5_000, { note: 'ben said no' }), 'ben said no');
  assert.equal(noteOf(used, 5_000, { state: 'answered' }), NOTE);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import { whyOver } from './over.ts';

const at = (hours: number, minutes: number) => new Date(2026, 10, 30, hours, minutes, 5).getTime();
const of = (more: Partial<Hold>, now = at(3, 5)) => {
  const error = whyOver(aHold({ code: 'BCDFG', createdAt: at(3, 0), expiresAt: at(3, 10), ...more }), now);
  return error && [error.code, error.message, error.next];
};
const answer = { as: 'softened', by: 'ben', at: at(3, 1) } as const;
const AGAIN = 'Send the request again: it is held under a new code.';

test('one that is open and in its time is not over', () => {
  assert.equal(of({ state: 'open' }), undefined);
  assert.equal(of({ state: 'open' }, at(3, 10) - 1), undefined);
});

test('of each other one it is said what was answered, by whom, since when, and what to do', () => {
  const table: [Partial<Hold>, number, string, string][] = [
    [
      { state: 'open' },
      at(3, 10),
      'The time of BCDFG is over: it was held at 03:00:05, and could be answered until 03:10:05.',
      AGAIN,
    ],
    [
      { state: 'approved', answer },
      at(3, 5),
      'BCDFG was answered already: yes, softened, by ben at 03:01:05.',
      'It is good until 03:10:05: send the same request again. To take it back: toolcrib deny BCDFG',
    ],
    [
      { state: 'approved', answer },
      at(3, 10),
      'BCDFG was answered already (yes, softened, by ben at 03:01:05), and that was good until 03:10:05.',
      AGAIN,
    ],
    [
      { state: 'used', answer },
      at(3, 5),
      'BCDFG was answered already (yes, softened, by ben at 03:01:05), and that yes was used.',
      'What became of it: toolcrib log act-000001',
    ],
    [
      { state: 'used', answer, usedIn: 'act-2' },
      at(3, 5),
      'BCDFG was answered already (yes, softened, by ben at 03:01:05), and that yes was used.',
      'What became of it: toolcrib log act-2',
    ],
    [
      { state: 'denied', denied: { by: 'cho', at: at(3, 2) } },
      at(3, 5),
      'BCDFG was answered already: no, by cho at 03:02:05.',
      AGAIN,
    ],
    [{ state: 'denied' }, at(3, 5), 'BCDFG was answered already: no.', AGAIN],
    [{ state: 'void' }, at(3, 5), 'BCDFG counts no more.', AGAIN],
    [
      { state: 'void', answer },
      at(3, 5),
      'BCDFG counts no more: its yes (softened, by ben at 03:01:05) counts for nothing.',
      AGAIN,
    ],
    [
      { state: 'expired', answer },
      at(3, 5),
      'BCDFG was answered already (yes, softened, by ben at 03:01:05), but the guard that held it has ended.',
      AGAIN,
    ],
    [
      { state: 'expired' },
      at(3, 5),
      'BCDFG can’t be answered any more: the guard that held it (since 03:00:05) has ended.',
      AGAIN,
    ],
  ];
  for (const [more, now, message, next] of table)
    assert.deepEqual(of(more, now), ['conflict', message, next]);
});

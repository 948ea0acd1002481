import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { outcomeText } from './log.ts';
import { dated, dateTime } from './terminal.ts';

test('other programs get points in time as RFC 3339, people with their distance from UTC', () => {
  const value = { at: 1_764_511_385_000, act: [{ startedAt: 0, soFar: 3 }], note: undefined, count: 5 };
  assert.deepEqual(dated(value), {
    at: '2025-11-30T14:03:05.000Z',
    act: [{ startedAt: '1970-01-01T00:00:00.000Z', soFar: 3 }],
    count: 5,
  });
  assert.match(dateTime(value.at), /^2025-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
});

test('what became of an act is one or two words, and where it is to be looked for', () => {
  const told = (...outcome: Parameters<typeof outcomeText>) =>
    stripVTControlCharacters(outcomeText(...outcome));
  assert.equal(told({ word: 'carried out', tone: 'plain' }), 'carried out');
  assert.equal(told({ word: 'under way', tone: 'mild', more: '2 of 60' }), 'under way, 2 of 60');
  assert.equal(told({ word: 'refused', tone: 'plain', more: 'see act-1' }), 'refused, see act-1');
});

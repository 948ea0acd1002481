import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latestDue, parseSchedule } from './schedule.ts';

test('schedules are read as cron reads them; what can’t be read says so', () => {
  const at = Date.parse('2026-11-02T10:00:30Z');
  const next = (text: string, zone?: string) =>
    new Date(parseSchedule(text, zone).next(at) ?? 0).toISOString();
  assert.equal(next('*/15 * * * *'), '2026-11-02T10:15:00.000Z');
  assert.equal(next('@hourly'), '2026-11-02T11:00:00.000Z');
  assert.equal(next('0 3 * * *', 'Europe/Berlin'), '2026-11-03T02:00:00.000Z');
  assert.equal(next('@every 90s'), '2026-11-02T10:02:00.000Z');
  assert.equal(next('0 0 13 * 5'), '2026-11-06T00:00:00.000Z', 'day of month or day of week');
  for (const bad of ['', 'soon', '* * * *', '61 * * * *', '0 0 * * * *', '@never']) {
    assert.throws(() => parseSchedule(bad), Error, bad);
  }
});

test('a schedule that was missed for long is not counted through', () => {
  const schedule = parseSchedule('* * * * *');
  const until = Date.parse('2026-11-02T10:00:30Z');
  const { at, tooMany } = latestDue(schedule, Date.parse('2020-01-01T00:00:00Z'), until);
  assert.equal(at, Date.parse('2026-11-02T10:00:00Z'));
  assert.equal(tooMany, true);
});

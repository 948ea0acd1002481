import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, formatLabels, formatSelector, humanDuration } from './column.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

test('a duration is told as kubectl tells it: in two units where the first is small', () => {
  // The cases of apimachinery's TestHumanDuration, and those at its borders.
  const cases: [number, string][] = [
    [-3 * SECOND, '<invalid>'],
    [-2 * SECOND, '<invalid>'],
    [-1.9 * SECOND, '0s'],
    [-1 * SECOND, '0s'],
    [0, '0s'],
    [SECOND, '1s'],
    [70 * SECOND, '70s'],
    [119 * SECOND, '119s'],
    [120 * SECOND, '2m'],
    [190 * SECOND, '3m10s'],
    [10 * MINUTE - SECOND, '9m59s'],
    [10 * MINUTE + SECOND, '10m'],
    [70 * MINUTE, '70m'],
    [180 * MINUTE - SECOND, '179m'],
    [3 * HOUR, '3h'],
    [3 * HOUR + 5 * MINUTE, '3h5m'],
    [8 * HOUR - MINUTE, '7h59m'],
    [8 * HOUR + 5 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [48 * HOUR, '2d'],
    [49 * HOUR, '2d1h'],
    [8 * DAY - HOUR, '7d23h'],
    [8 * DAY + HOUR, '8d'],
    [2 * YEAR - DAY, '729d'],
    [2 * YEAR, '2y'],
    [2 * YEAR + DAY, '2y1d'],
    [8 * YEAR - DAY, '7y364d'],
    [8 * YEAR + 3 * DAY, '8y'],
    [9 * YEAR + 1 * DAY, '9y'],
  ];
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text, String(ms));
});

test('the age counts from a time, and is unknown without one', () => {
  const now = Date.parse('2026-11-02T10:05:00Z');
  assert.equal(age('2026-11-02T10:00:00Z', now), '5m');
  assert.equal(age(undefined, now), '<unknown>');
  assert.equal(age('', now), '<unknown>');
});

test('labels stand in the order of their keys', () => {
  assert.equal(formatLabels({ b: '2', a: '1', c: '' }), 'a=1,b=2,c=');
  assert.equal(formatLabels({}), '<none>');
  assert.equal(formatLabels(undefined), '<none>');
});

test('a selector is written as it would be asked for', () => {
  assert.equal(formatSelector(undefined), '<none>');
  assert.equal(formatSelector({}), '<none>');
  assert.equal(formatSelector({ matchLabels: { b: '2', a: '1' } }), 'a=1,b=2');
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['web', 'api'] },
    { key: 'env', operator: 'NotIn', values: ['dev'] },
    { key: 'x', operator: 'Exists' },
    { key: 'y', operator: 'DoesNotExist' },
  ];
  assert.equal(
    formatSelector({ matchLabels: { app: 'a' }, matchExpressions }),
    '!y,app=a,env notin (dev),tier in (api,web),x',
  );
  assert.deepEqual(matchExpressions[0]?.values, ['web', 'api']);
});

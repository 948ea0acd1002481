import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signaturesDoubt, timesDoubt } from './doubts.ts';
import type { Packument } from './schema.ts';

const doubt = (...times: string[]) => {
  const versions = times.map((_, index) => `1.${index}.0`);
  return timesDoubt({
    name: 'tool',
    'dist-tags': {},
    versions: Object.fromEntries(versions.map((version) => [version, { dist: {} }])),
    time: {
      created: '2020-01-01',
      modified: '2026-01-01',
      ...Object.fromEntries(versions.map((version, index) => [version, times[index]])),
    },
  } as Packument);
};

const packument = (time: Packument['time'], versions = Object.keys(time ?? {})) =>
  ({
    name: 'tool',
    'dist-tags': {},
    versions: Object.fromEntries(versions.map((version) => [version, { dist: {} }])),
    time: time && { created: '2020-01-01', modified: '2026-01-01', ...time },
  }) as Packument;
/** Of versions with their times, in seconds after the first of January 2020. */
const ofSeconds = (times: Record<string, number>) =>
  timesDoubt(
    packument(
      Object.fromEntries(
        Object.entries(times).map(([version, at]) => [
          version,
          new Date(Date.UTC(2020, 0, 1) + at * 1000).toISOString(),
        ]),
      ),
    ),
  );
const DAY = 86_400;

test('without times there is nothing to believe', () => {
  const none = 'the registry gives no times of publication';
  assert.equal(timesDoubt(packument(undefined, ['1.0.0'])), none);
  assert.equal(timesDoubt(packument({}, ['1.0.0'])), none);
  assert.equal(timesDoubt(packument({ '1.0.0': 'soon' })), none);
  assert.equal(timesDoubt(packument({ latest: '2021-01-01' })), none, 'no version');
  const { time, ...rest } = packument({ '1.0.0': '2021-01-01' });
  assert.equal(timesDoubt({ ...rest, time }), null);
  for (const missing of ['created', 'modified'])
    assert.match(
      timesDoubt({ ...rest, time: { ...time, [missing]: undefined } }) ?? '',
      /^the registry’s times have no "created" or "modified"/,
    );
});

test('versions of one line come one after the other', () => {
  assert.equal(
    ofSeconds({ '1.0.2': DAY, '1.0.0': 9 * DAY, '1.0.1': 5 * DAY, '1.1.0': 20 * DAY }),
    "the registry's times are not those of publication: 2 of 2 versions are older than the one before them (a mirror rewrites them)",
  );
  assert.equal(ofSeconds({ '1.0.0': 9 * DAY, '1.0.1': 5 * DAY }), null, 'one may be a slip');
  assert.equal(ofSeconds({ '1.2.0': 9 * DAY, '1.1.0': 5 * DAY, '2.0.0': DAY }), null, 'of other lines');
  assert.equal(
    ofSeconds({ '1.0.0': 9 * DAY, '1.0.1-a': 5 * DAY, '1.0.1-b': DAY, '1.0.1': 12 * DAY }),
    null,
    'prereleases are out of line',
  );
  // 2 of 40 are a twentieth, 2 of 39 are more.
  const line = (count: number) => {
    const times = Object.fromEntries(Array.from({ length: count }, (_, at) => [`1.0.${at}`, at * DAY]));
    return ofSeconds({ ...times, '1.0.4': 2.5 * DAY, '1.0.8': 6.5 * DAY });
  };
  assert.equal(line(41), null);
  assert.match(line(40) ?? '', /: 2 of 39 versions are older/);
});

test('more than half of all in one run, half a minute each, is a copy', () => {
  const rush = (...seconds: number[]) =>
    ofSeconds(Object.fromEntries(seconds.map((at, index) => [`1.${index}.0`, at])));
  const far = [400, 800].map((days) => days * DAY);
  assert.match(rush(0, 30, 60, ...far) ?? '', /: 3 of 5 versions came within 1 minutes/);
  assert.equal(rush(0, 30, 61, ...far), null);
  assert.match(rush(...far, 5, 60, 30) ?? '', /: 3 of 5 versions came within 1 minutes/, 'in any order');
  assert.match(rush(0, ...far, 800 * DAY + 30, 800 * DAY + 60) ?? '', /: 3 of 5 /, 'at the end');
  assert.match(rush(0, 30, 61) ?? 'none', /none/);
  assert.equal(rush(5), null);
  assert.equal(rush(5, 9), null, 'two are no run');
  const within = (last: number) => rush(...Array.from({ length: 9 }, (_, at) => at * 3600), last);
  assert.match(within(DAY - 1) ?? '', /: all 10 versions came within a day of the first/);
  assert.equal(within(DAY), null);
  const nine = rush(...Array.from({ length: 9 }, (_, at) => at * 3600));
  assert.equal(nine, null, 'nine are few');
});

test('a registry that hands no signature on says nothing by that', () => {
  const signed = (...counts: (number | undefined)[]) =>
    signaturesDoubt({
      ...packument({}),
      versions: Object.fromEntries(
        counts.map((count, index) => [
          `1.0.${index}`,
          { dist: { signatures: count === undefined ? undefined : Array(count).fill({ keyid: 'x' }) } },
        ]),
      ),
    } as Packument);
  assert.equal(signed(undefined, 1), null);
  assert.equal(
    signed(undefined, 0),
    'the registry gives no signature for any of 2 versions: a mirror strips them, or it has none',
  );
});

test('times that a mirror wrote are not believed, though they are in order', () => {
  assert.equal(doubt('2020-01-01', '2021-01-01', '2022-01-01'), null);
  assert.match(doubt('2024-05-01', '2024-05-01', '2024-05-01', '2026-01-01') ?? '', /3 of 4 versions bear/);
  const every = (count: number, milliseconds: number) =>
    Array.from({ length: count }, (_, index) =>
      new Date(Date.UTC(2020, 0, 1) + index * milliseconds).toISOString(),
    );
  assert.match(doubt(...every(60, 150)) ?? '', /31 of 60 versions came within 1 minutes/);
  assert.match(doubt(...every(12, 300_000)) ?? '', /all 12 versions came within a day/);
  assert.match(doubt('2019-01-01', ...every(6, 5_000), '2024-01-01') ?? '', /5 of 8 versions came within/);
  // What people do: a hasty beginning, lines that are patched at once, a nightly build.
  assert.equal(doubt(...every(4, 240_000)), null);
  assert.equal(
    doubt(...every(5, 1_000), ...Array.from({ length: 6 }, (_, year) => `${2021 + year}-01-01`)),
    null,
  );
  assert.equal(doubt(...every(400, 86_400_000)), null);
  assert.equal(
    doubt(
      ...Array.from({ length: 90 }, (_, index) =>
        new Date(Date.UTC(2020, Math.floor(index / 3), 1) + (index % 3) * 9_000).toISOString(),
      ),
    ),
    null,
  );
  assert.match(doubt('1985-10-26T08:15:00Z') ?? '', /older than npm itself/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timesDoubt } from './doubts.ts';
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

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
  assert.match(doubt('1985-10-26T08:15:00Z') ?? '', /older than npm itself/);
});

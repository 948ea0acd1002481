import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { takenBy } from './as-clients.ts';
import { config, patient } from './testing/patient.ts';

test('a list is taken apart as clients of today and of then take it', () => {
  const { home } = patient({}, { a: config('https://a.example'), b: config('https://b.example') });
  const files = [join(home, 'a'), join(home, 'b')];
  assert.equal(takenBy('today', files)?.server, 'https://a.example');
  assert.equal(takenBy('old', files)?.server, 'https://b.example');
  for (const age of ['today', 'old'] as const) {
    assert.equal(takenBy(age, files.slice(0, 1))?.server, 'https://a.example');
    // Only tokens of ours are ever used.
    assert.equal(takenBy(age, files)?.token, undefined);
    assert.equal(takenBy(age, []), undefined);
  }
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchPlace } from './scratch-place.ts';

test('tests lie in memory where there is room and scripts run there, else where temporary files lie', (t) => {
  const { TMPDIR: chosen, TMP, TEMP } = process.env;
  delete process.env.TMP;
  delete process.env.TEMP;
  const plain = chosen ?? '/tmp';
  const folder = mkdtempSync(join(plain, 'memory-'));
  t.after(() => {
    Object.assign(process.env, {
      ...(chosen === undefined ? {} : { TMPDIR: chosen }),
      ...(TMP === undefined ? {} : { TMP }),
      ...(TEMP === undefined ? {} : { TEMP }),
    });
    rmSync(folder, { recursive: true });
  });
  process.env.TMPDIR = '/nowhere-at-all';
  assert.equal(scratchPlace(folder, 1), '/nowhere-at-all', 'who has chosen a place has it');
  delete process.env.TMPDIR;
  const [old, young] = ['tct-old', 'tct-young'].map((name) => join(folder, name)) as [string, string];
  for (const one of [old, young]) mkdirSync(one);
  utimesSync(old, 0, 0);
  assert.equal(scratchPlace(folder, 1), folder);
  assert.deepEqual(
    readdirSync(folder),
    ['tct-young'],
    'what was tried is gone, and what an ended run has left',
  );
  assert.equal(scratchPlace(folder, Number.MAX_SAFE_INTEGER), tmpdir(), 'too little room');
  assert.equal(scratchPlace(join(folder, 'none'), 1), tmpdir(), 'no such folder');
  // Whose folder it is does not matter to root; /proc takes no file of anybody.
  assert.equal(scratchPlace('/proc', 1), tmpdir(), 'nothing can be made there');
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratchPlace } from './scratch-place.ts';

test('tests lie in memory where there is room and scripts run there, else where temporary files lie', (t) => {
  const chosen = process.env.TMPDIR;
  const plain = chosen ?? '/tmp';
  const folder = mkdtempSync(join(plain, 'memory-'));
  t.after(() => {
    if (chosen !== undefined) process.env.TMPDIR = chosen;
    rmSync(folder, { recursive: true });
  });
  process.env.TMPDIR = '/nowhere-at-all';
  assert.equal(scratchPlace(folder, 1), '/nowhere-at-all', 'who has chosen a place has it');
  delete process.env.TMPDIR;
  assert.equal(scratchPlace(folder, 1), folder);
  assert.deepEqual(readdirSync(folder), [], 'what was tried is gone');
  assert.equal(scratchPlace(folder, Number.MAX_SAFE_INTEGER), tmpdir(), 'too little room');
  assert.equal(scratchPlace(join(folder, 'none'), 1), tmpdir(), 'no such folder');
  // Whose folder it is does not matter to root; /proc takes no file of anybody.
  assert.equal(scratchPlace('/proc', 1), tmpdir(), 'nothing can be made there');
});

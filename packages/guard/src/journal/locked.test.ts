import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openJournal, reopeningJournal } from './index.ts';
import { anAct, aRequest, aSnapshot } from './testing/records.ts';

// A journal that another process holds (a backup, a database browser): nothing stands still for it.

const clock = { now: () => Date.now(), after: () => () => undefined };
const key = randomBytes(32);
const root = mkdtempSync(join(tmpdir(), 'toolcrib-locked-'));
after(() => rmSync(root, { recursive: true, force: true }));

function lock(folder: string): () => void {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  database.exec('BEGIN IMMEDIATE');
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

test('a write waits without stopping the thread, reads go on, and it goes once the file is free', async () => {
  const folder = mkdtempSync(join(root, 'j-'));
  const journal = openJournal({ folder, key, clock });
  await journal.saveAct(anAct());
  const free = lock(folder);
  let kept = false;
  const keeping = journal.keep(aSnapshot(), aRequest()).then(() => {
    kept = true;
  });
  let longest = 0;
  for (let i = 0; i < 20; i++) {
    const before = performance.now();
    await pause(10);
    longest = Math.max(longest, performance.now() - before);
    assert.equal((await journal.acts()).length, 1);
  }
  assert.ok(longest < 2000, `the thread stood still for ${longest} ms`);
  assert.equal(kept, false);
  free();
  await keeping;
  assert.ok(await journal.snapshot(aSnapshot().id));
  await journal.close();
});

test('another process opens it, and reads', async () => {
  const folder = mkdtempSync(join(root, 'j-'));
  const journal = openJournal({ folder, key, clock });
  await journal.saveAct(anAct());
  const free = lock(folder);
  const before = performance.now();
  const other = openJournal({ folder, key, clock });
  assert.equal((await other.acts()).length, 1);
  assert.ok(performance.now() - before < 1000, 'opening does not write');
  free();
  await other.saveAct(anAct({ id: 'act-2' }));
  assert.equal((await journal.acts()).length, 2);
  await other.close();
  await journal.close();
});

test('held for too long: refused with what to do, the rest at once; the open journal stays open', async () => {
  const folder = mkdtempSync(join(root, 'j-'));
  let opened = 0;
  const journal = reopeningJournal(() => {
    opened++;
    return openJournal({ folder, key, clock, patience: { longest: 500, known: 60_000 } });
  });
  await journal.saveAct(anAct());
  const free = lock(folder);
  await assert.rejects(journal.probe(), { code: 'journal', message: /is held by another process/ });
  const before = performance.now();
  for (let i = 0; i < 5; i++) await assert.rejects(journal.saveAct(anAct({ id: `a-${i}` })));
  assert.ok(performance.now() - before < 2000, 'each would have waited for itself');
  free();
  await journal.saveAct(anAct({ id: 'b' }));
  assert.equal(opened, 1);
  await journal.close();
});

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { openJournal } from './index.ts';
import { anAct } from './testing/records.ts';

// What the journal is besides a place for records: a file, its key, and what is told of it.

const { closeSync, mkdtempSync, openSync, readdirSync, rmSync } = fs;
const root = mkdtempSync(join(tmpdir(), 'toolcrib-sqlite-'));
after(() => rmSync(root, { recursive: true }));
const clock = { now: () => 1_234, after: () => () => undefined };
const [key, other] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
const open = (folder: string, by = key) => openJournal({ folder, key: by, clock });
const aFolder = () => mkdtempSync(join(root, 'j-'));

/** Asks the file itself. */
function asked(folder: string, sql: string): unknown {
  const database = new DatabaseSync(join(folder, 'journal.db'), { readOnly: true });
  try {
    return Object.values(database.prepare(sql).get() ?? {})[0];
  } finally {
    database.close();
  }
}

test('it opens with the key it was made with and with no other, and no file stays open', async () => {
  const next = () => {
    const file = openSync(root, 'r');
    closeSync(file);
    return file;
  };
  const folder = aFolder();
  await open(folder).close();
  const before = next();
  assert.throws(() => open(folder, other), { code: 'wrong-key', message: /made with another key/ });
  await turn();
  assert.equal(next(), before);
  const again = open(folder);
  await again.saveAct(anAct({ id: 'a1' }));
  assert.equal((await again.act('a1'))?.id, 'a1');
  await again.close();
});

test('it opens while another process writes', async () => {
  const folder = aFolder();
  await open(folder).close();
  const writer = new DatabaseSync(join(folder, 'journal.db'));
  writer.exec('BEGIN IMMEDIATE');
  await open(folder).close();
  writer.exec('ROLLBACK');
  writer.close();
});

test('whether it can be written is tried in its file and in its folder, where nothing stays', async (t) => {
  const folder = aFolder();
  const journal = open(folder);
  await journal.probe();
  assert.equal(asked(folder, "SELECT value FROM meta WHERE name = 'probed'"), '1234');
  assert.deepEqual(
    readdirSync(folder).filter((name) => !name.startsWith('journal.db')),
    [],
  );
  t.mock.method(fs, 'writeFileSync', () => {
    throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  });
  syncBuiltinESMExports();
  try {
    await assert.rejects(journal.probe(), { code: 'journal', message: /can’t be written: EROFS/ });
  } finally {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  }
  await journal.close();
});

test('it says how much is kept in it, and how surely; what is over long ago is dropped', async () => {
  const journal = open(aFolder());
  await journal.saveAct(anAct({ id: 'a1', startedAt: 1, lastAt: 1 }));
  assert.deepEqual(await journal.holdings(), { acts: 1, snapshots: 0, snapshotBytes: 0, unfinished: 0 });
  assert.deepEqual(journal.durability(), { journalMode: 'wal', synchronous: 2 });
  assert.deepEqual(await journal.prune(2), { acts: 1, snapshots: 0 });
  assert.equal(await journal.act('a1'), undefined);
  await journal.close();
});

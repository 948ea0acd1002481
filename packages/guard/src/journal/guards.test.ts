import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openJournal } from './index.ts';
import { MIGRATIONS } from './migrations.ts';
import { leaseContract } from './testing/leases.ts';
import { aHold, anAct, aRequest } from './testing/records.ts';

const clock = { now: () => Date.now(), after: () => () => undefined };
const key = Buffer.alloc(32, 7);

leaseContract('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-leases-'));
  return {
    open: async () => openJournal({ folder, key, clock }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});

test('a journal from before there were guards: what is in it waits for the first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-leases-'));
  try {
    const before = new DatabaseSync(join(folder, 'journal.db'));
    before.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
    before.close();
    const journal = openJournal({ folder, key, clock });
    await journal.saveHold(aHold());
    await journal.renewLease('a', 10);
    await journal.renewLease('b', 10);
    assert.deepEqual([await journal.takeOver('a', 0), await journal.takeOver('b', 0)], [[''], []]);
    await journal.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('who has no lease takes nothing over', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-leases-'));
  const journal = openJournal({ folder, key, clock });
  try {
    await journal.renewLease('gone', 10);
    await journal.renewLease('ended', 10);
    await journal.endLease('ended');
    for (const guard of ['ended', 'never'])
      await assert.rejects(journal.takeOver(guard, 1_000), {
        code: 'conflict',
        message: /has no lease any more/,
      });
    assert.equal(await journal.renewLease('gone', 20), true);
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
});

test('guards that have ended are forgotten once nothing of theirs is left to look after', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-leases-'));
  const journal = openJournal({ folder, key, clock });
  try {
    for (const guard of ['done', 'open', 'damaged', 'lives']) {
      await journal.renewLease(guard, 10);
      await journal.saveAct(anAct({ id: guard, startedAt: 1, lastAt: 1 }));
      const state = guard === 'done' ? 'refused' : 'held';
      await journal.saveRequest(aRequest({ id: guard, actId: guard, guard, state }));
    }
    for (const guard of ['done', 'open', 'damaged']) await journal.endLease(guard);
    await journal.renewLease('heir', 1_000);
    const database = new DatabaseSync(join(folder, 'journal.db'));
    database.prepare("UPDATE requests SET body = '{' WHERE id = 'damaged'").run();
    await journal.prune(10);
    assert.deepEqual(await journal.takeOver('heir', 0), ['', 'damaged', 'done', 'open'], 'not yet so old');
    await journal.prune(11);
    assert.deepEqual(await journal.takeOver('heir', 0), ['', 'open']);
    assert.equal(await journal.renewLease('lives', 20), true);
    // Its heir is forgotten before it: whoever comes next has it.
    await journal.endLease('heir');
    database.prepare("DELETE FROM guards WHERE id = 'heir'").run();
    database.close();
    assert.deepEqual(await journal.takeOver('lives', 0), ['', 'open']);
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openJournal } from '@toolcrib/guard/journal';
import { anAct, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { ownJournal, unfinishedContexts } from './own-journal.ts';

test('what a newer toolcrib left over is not taken for ours, and what we left over is found beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-own-'));
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
  try {
    for (const [id, context] of [
      ['act-of-ours', 'prod'],
      ['act-of-tomorrow', 'stage'],
      ['act-with-one', 'test'],
    ] as const) {
      await journal.saveAct(anAct({ id, context }));
      await journal.saveRequest(aRequest({ id: `req-${id}`, actId: id, state: 'unsettled' }));
      await journal.saveSoften(aSoften({ actId: id, context, requestId: `req-${id}` }));
    }
    const database = new DatabaseSync(join(folder, 'journal.db'));
    const form = JSON.stringify({ format: 99 });
    database.prepare("UPDATE acts SET body = ? WHERE id = 'act-of-tomorrow'").run(form);
    for (const table of ['requests', 'softenings'])
      database.prepare(`UPDATE ${table} SET body = ? WHERE act_id = 'act-with-one'`).run(form);
    database.exec("DELETE FROM softenings WHERE act_id = 'act-of-tomorrow'");
    database.close();
    assert.deepEqual(await unfinishedContexts(journal, 'any', () => true), ['prod']);
    for (const [context, wanted] of [
      ['prod', ['req-act-of-ours']],
      ['stage', []],
      ['test', []],
    ] as const) {
      const own = ownJournal(journal, context, new Set());
      const ids = (await own.requests({ state: 'unsettled' })).map(({ id }) => id);
      assert.deepEqual(ids, wanted, context);
    }
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
});

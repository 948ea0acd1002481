import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openJournal } from '@toolcrib/guard/journal';
import { anAct, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import type { ToolcribError } from '@toolcrib/model';
import { ownJournal, unfinishedContexts } from './own-journal.ts';

const fails = ({ message }: ToolcribError) => assert.fail(message);

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
    assert.deepEqual(await unfinishedContexts(journal, 'any', () => true, fails), ['prod']);
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

test('what is damaged is told, and what else is left over is found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-own-'));
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
  try {
    for (const context of ['prod', 'stage', 'lost', 'no-act']) {
      await journal.saveAct(anAct({ id: context, context }));
      await journal.saveRequest(aRequest({ id: `req-${context}`, actId: context, state: 'unsettled' }));
      await journal.saveSoften(aSoften({ actId: context, context, requestId: `req-${context}` }));
    }
    const database = new DatabaseSync(journal.file);
    database.exec("UPDATE requests SET body = '{' WHERE act_id IN ('prod', 'lost')");
    database.exec("UPDATE softenings SET body = '{' WHERE act_id IN ('stage', 'lost')");
    database.exec(
      "UPDATE acts SET body = '{' WHERE id = 'no-act'; DELETE FROM softenings WHERE act_id = 'no-act'",
    );
    database.close();
    const told: string[] = [];
    const found = await unfinishedContexts(
      journal,
      'any',
      () => true,
      ({ message }) => told.push(message),
    );
    assert.deepEqual([found.sort(), told.length], [['prod', 'stage'], 5]);
    await assert.rejects(ownJournal(journal, 'prod', new Set()).requests({ state: 'unsettled' }), {
      code: 'damaged',
    });
    const own = ownJournal(journal, 'stage', new Set());
    assert.equal((await own.requests({ state: 'unsettled' }, undefined, () => undefined)).length, 1);
    assert.equal((await own.softenings({}, undefined, () => undefined)).length, 0);
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { openJournal } from './index.ts';
import { CASES, caseOf, kinds } from './testing/kinds.ts';
import { anAct } from './testing/records.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-retention-'));
after(() => rmSync(root, { recursive: true }));
const clock = { now: () => 0, after: () => () => undefined };
const open = () => openJournal({ folder: mkdtempSync(join(root, 'j-')), key: Buffer.alloc(32, 7), clock });

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  assert.equal(database.prepare(sql).run().changes, 1, sql);
  database.close();
}

test('an act of which a newer toolcrib wrote any record stays, whole; one with a damaged record goes', async () => {
  const journal = open();
  const over = async (actId: string) => {
    await CASES.snapshot.save(journal, CASES.snapshot.one(actId));
    for (const kind of kinds)
      if (kind !== 'snapshot') await caseOf(kind).save(journal, caseOf(kind).one(actId));
  };
  const ids = kinds.map((_, n) => `act-${n}`);
  for (const id of [...ids, 'act-8', 'act-9']) await over(id);
  for (const [n, kind] of kinds.entries()) {
    const { table } = CASES[kind];
    const act = kind === 'act' ? 'id' : 'act_id';
    const to = kind === 'snapshot' ? 'format = 99' : `body = '{"format":99}'`;
    change(journal.file, `UPDATE ${table} SET ${to} WHERE ${act} = 'act-${n}'`);
  }
  change(journal.file, "UPDATE undos SET body = '{' WHERE act_id = 'act-9'");
  assert.deepEqual(await journal.prune(1_000_000), { acts: 2, snapshots: 2 });
  const file = new DatabaseSync(journal.file, { readOnly: true });
  for (const { table } of kinds.map((kind) => CASES[kind])) {
    const column = table === 'acts' ? 'id' : 'act_id';
    const left = file.prepare(`SELECT ${column} AS id FROM ${table} ORDER BY 1`).all();
    assert.deepEqual(
      left.map(({ id }) => id),
      ids,
      table,
    );
  }
  file.close();
  await journal.close();
});

test('what was dropped once says nothing of a later act of the same name', async () => {
  const journal = open();
  const act = (lastAt: number) => journal.saveAct(anAct({ id: 'a1', startedAt: 1, lastAt }));
  await act(1);
  assert.equal((await journal.prune(100)).acts, 1);
  await act(500);
  assert.equal((await journal.prune(100)).acts, 0);
  assert.equal((await journal.act('a1'))?.id, 'a1');
  await journal.close();
});

test('a guard that ended long ago, and left nothing, is forgotten with them', async () => {
  const journal = open();
  for (const guard of ['old', 'lives']) await journal.renewLease(guard, 10);
  await journal.endLease('old');
  await journal.prune(11);
  const file = new DatabaseSync(journal.file, { readOnly: true });
  const left = file.prepare("SELECT id FROM guards WHERE id <> ''").all();
  file.close();
  assert.deepEqual(
    left.map(({ id }) => id),
    ['lives'],
  );
  await journal.close();
});

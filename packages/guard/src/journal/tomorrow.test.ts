import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import type { RecordKind, ToolcribError } from '@toolcrib/model';
import { openJournal } from './index.ts';
import { seal } from './seal.ts';
import { CASES, caseOf, kinds } from './testing/kinds.ts';

const clock = { now: () => Date.now(), after: () => () => undefined };
const key = randomBytes(32);
const root = mkdtempSync(join(tmpdir(), 'toolcrib-tomorrow-'));
after(() => rmSync(root, { recursive: true }));

const open = (folder: string) => openJournal({ folder, key, clock });

/** A journal with a whole act each of these ids. */
async function filled(...acts: string[]): Promise<string> {
  const folder = mkdtempSync(join(root, 'j-'));
  const journal = open(folder);
  for (const actId of acts) {
    await CASES.snapshot.save(journal, CASES.snapshot.one(actId));
    for (const kind of kinds)
      if (kind !== 'snapshot') await caseOf(kind).save(journal, caseOf(kind).one(actId));
  }
  await journal.close();
  return folder;
}

function change(folder: string, sql: string, ...values: SQLInputValue[]): void {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  assert.equal(database.prepare(sql).run(...values).changes, 1, sql);
  database.close();
}

/** Writes into an act's row of a kind, past the journal. */
function write(folder: string, kind: RecordKind, actId: string, body: object, format = 1): void {
  const { table, column, one } = caseOf(kind);
  const id = String(column === 'act_id' ? actId : (one(actId) as Record<string, unknown>)[column]);
  if (kind === 'snapshot') {
    const sealed = seal(Buffer.from(JSON.stringify(body)), key, { snapshotId: id, actId });
    change(folder, 'UPDATE snapshots SET sealed = ?, format = ? WHERE id = ?', sealed, format, id);
  } else {
    change(folder, `UPDATE ${table} SET body = ? WHERE ${column} = ?`, JSON.stringify(body), id);
  }
}

/** As a later version may write it: in a form of which nothing is known here. */
function writeFormat(folder: string, kind: RecordKind, actId: string): void {
  write(folder, kind, actId, { format: 99, all: ['is', 'another'] }, 99);
}

const isNewer = (error: unknown): boolean => {
  const { code, message, next } = error as ToolcribError;
  return (
    code === 'newer' && /written by a newer toolcrib/.test(message) && /[Uu]pdate toolcrib/.test(next ?? '')
  );
};

test('every table that holds records has its kind', async () => {
  const database = new DatabaseSync(join(await filled(), 'journal.db'));
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  database.close();
  assert.deepEqual(
    tables.map(({ name }) => String(name)).sort(),
    [...kinds.map((kind) => CASES[kind].table), 'guards', 'meta'].sort(),
  );
});

for (const kind of kinds) {
  const it = caseOf(kind);

  describe(`a record of the kind ${kind}`, () => {
    test('is refused when written where it could not be read back, as a fault of toolcrib’s own', async () => {
      const folder = await filled('act-1');
      const journal = open(folder);
      try {
        const [wrong, where] = it.wrong(it.one('act-2'));
        await assert.rejects(it.save(journal, wrong), (error: ToolcribError) => {
          assert.equal(error.code, 'fault', String(error));
          assert.match(error.message, where);
          assert.match(error.message, /-2|CODE2/);
          assert.match(error.next ?? '', /report/);
          return true;
        });
        assert.deepEqual(await journal.requests({ actId: 'act-2' }), []);
        assert.deepEqual(await journal.snapshotsOf('act-2'), []);
        assert.deepEqual(await it.read(journal, 'act-1'), await it.read(open(folder), 'act-1'));
      } finally {
        await journal.close();
      }
    });

    test('says its format, which nobody sees who reads it', async () => {
      const folder = await filled('act-1');
      const journal = open(folder);
      const [record] = await it.read(journal, 'act-1');
      await journal.close();
      assert.equal(record && 'format' in record, false);
      const database = new DatabaseSync(join(folder, 'journal.db'));
      const row = database.prepare(`SELECT * FROM ${it.table}`).get() as { format?: number; body?: string };
      database.close();
      assert.equal(row.format ?? JSON.parse(row.body ?? '').format, 1);
    });

    for (const [what, make] of [
      ['in another form', writeFormat],
      [
        'with a word that is not known yet',
        (folder: string, _kind: RecordKind, actId: string) =>
          write(folder, kind, actId, it.later?.(it.one(actId)) as object),
      ],
    ] as const) {
      if (make !== writeFormat && !it.later) continue;

      test(`of tomorrow, ${what}: told as such, and in the way of nothing else`, async () => {
        const folder = await filled('act-1', 'act-2');
        make(folder, kind, 'act-2');
        const journal = open(folder);
        try {
          await assert.rejects(it.read(journal, 'act-2'), isNewer);
          for (const other of kinds) {
            assert.equal((await caseOf(other).read(journal, 'act-1')).length, 1, other);
            if (other === kind) continue;
            assert.equal((await caseOf(other).read(journal, 'act-2')).length, 1, other);
          }
          const left: string[] = [];
          const told = (error: ToolcribError) => left.push(error.code);
          const lists = {
            act: await journal.acts({}, told),
            request: await journal.requests({ state: 'answered' }, told),
            hold: await journal.holds({}, told),
            softening: await journal.softenings({}, told),
            undo: await journal.undos('act-2', told),
            snapshot: [1],
          };
          assert.equal(lists[kind].length, kind === 'undo' ? 0 : 1);
          assert.deepEqual(left, kind === 'snapshot' ? [] : ['newer']);
          assert.equal(
            (await journal.acts()).length,
            kind === 'act' ? 1 : 2,
            'passed over without a word, too',
          );
        } finally {
          await journal.close();
        }
      });

      test(`of tomorrow, ${what}: stays as it is, whatever is saved and dropped`, async () => {
        const folder = await filled('act-1', 'act-2');
        make(folder, kind, 'act-2');
        const bytes = () => {
          const database = new DatabaseSync(join(folder, 'journal.db'));
          const rows = database.prepare(`SELECT * FROM ${it.table}`).all() as Record<string, unknown>[];
          database.close();
          return rows.filter((row) => /2$/.test(String(row.act_id ?? row.id)));
        };
        const before = bytes();
        const journal = open(folder);
        try {
          if (kind !== 'snapshot') await assert.rejects(it.save(journal, it.one('act-2')), isNewer);
          assert.deepEqual(await journal.askUndo('act-2', 5), []);
          assert.deepEqual(bytes(), before);
          const sealedWord = kind === 'snapshot' && make !== writeFormat;
          // What is sealed is not opened for it: such a word is for a later format.
          const acts = sealedWord ? 2 : 1;
          assert.deepEqual(await journal.prune(Number.MAX_SAFE_INTEGER), { acts, snapshots: acts });
          if (!sealedWord) assert.deepEqual(bytes(), before);
        } finally {
          await journal.close();
        }
      });
    }
  });
}

test('what no version can have written is damaged, also beside a word that is not known', async () => {
  const folder = await filled('act-1');
  const bodies = [
    { ...CASES.request.one('act-1'), effect: { verb: 'prune' }, at: 'yesterday' },
    { ...CASES.request.one('act-1'), effect: { verb: 7 } },
    { ...CASES.request.one('act-1'), effect: { verb: '\u0000\u0001' } },
    { ...CASES.request.one('act-1'), ahead: 'yes' },
    { ...CASES.request.one('act-1'), format: '99' },
    { ...CASES.request.one('act-1'), format: 1.5 },
  ];
  const journal = open(folder);
  for (const body of bodies) {
    write(folder, 'request', 'act-1', body);
    await assert.rejects(journal.requests({}), { code: 'damaged' }, JSON.stringify(body));
  }
  await journal.close();
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import fc from 'fast-check';
import { openJournal } from './index.ts';
import { aHold, anAct, anUndo, aRequest, aSnapshot, aSoften } from './testing/records.ts';

const clock = { now: () => Date.now(), after: () => () => undefined };
const key = randomBytes(32);
const root = mkdtempSync(join(tmpdir(), 'toolcrib-damage-'));
after(() => rmSync(root, { recursive: true }));

/** A journal with two acts, each with all that can belong to one. */
async function filled(): Promise<string> {
  const folder = mkdtempSync(join(root, 'j-'));
  const journal = openJournal({ folder, key, clock });
  for (const n of ['1', '2']) {
    const actId = `act-${n}`;
    await journal.saveAct(anAct({ id: actId }));
    await journal.keep(
      aSnapshot({ id: `snap-${n}`, actId, requestId: `req-${n}` }),
      aRequest({ id: `req-${n}`, actId }),
    );
    await journal.saveHold(aHold({ code: `CODE${n}`, actId, requestId: `req-${n}` }));
    await journal.saveSoften(aSoften({ actId, requestId: `req-${n}` }));
    await journal.saveUndo(anUndo({ id: `undo-${n}`, actId }));
  }
  await journal.close();
  return folder;
}

function tamper(folder: string, sql: string, ...values: (string | number | Uint8Array)[]): void {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  assert.equal(database.prepare(sql).run(...values).changes, 1, sql);
  database.close();
}

function isDamaged(pattern: RegExp) {
  return (error: unknown) =>
    error instanceof ToolcribError && error.code === 'damaged' && pattern.test(error.message);
}

test('nothing of an object stands in the clear on the disk; files and folder are for their owner only', async () => {
  const folder = join(root, 'mode');
  const journal = openJournal({ folder, key, clock });
  await journal.keep(aSnapshot(), aRequest());
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const files = readdirSync(folder);
  assert.ok(files.includes('journal.db-wal'), files.join());
  for (const file of files) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
    assert.doesNotMatch(readFileSync(join(folder, file), 'latin1'), /swordfish/);
  }
  await journal.close();
});

test('the same contents are never sealed the same way twice', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  for (const id of ['a', 'b']) await journal.keep(aSnapshot({ id, requestId: id }), aRequest({ id }));
  const database = new DatabaseSync(join(folder, 'journal.db'));
  const nonces = database.prepare('SELECT hex(substr(sealed, 1, 12)) AS nonce FROM snapshots').all();
  assert.equal(new Set(nonces.map((row) => row.nonce)).size, 4);
  database.close();
  await journal.close();
});

test('what does not read back is not kept, and neither is its request', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  const database = new DatabaseSync(join(folder, 'journal.db'));
  database.exec(`CREATE TRIGGER spoil AFTER INSERT ON snapshots
    BEGIN UPDATE snapshots SET sealed = zeroblob(60) WHERE id = NEW.id; END`);
  const request = aRequest({ id: 'spoilt' });
  await assert.rejects(
    journal.keep(aSnapshot({ id: 'spoilt', requestId: 'spoilt' }), request),
    isDamaged(/spoilt/),
  );
  assert.equal(await journal.snapshot('spoilt'), undefined);
  assert.deepEqual(await journal.requests({ actId: request.actId }), []);
  database.exec('DROP TRIGGER spoil');
  await journal.keep(aSnapshot({ id: 'spoilt', requestId: 'spoilt' }), request);
  database.close();
  await journal.close();
});

test('another key is refused at once, and the right one still opens', async () => {
  const folder = await filled();
  assert.throws(() => openJournal({ folder, key: randomBytes(32), clock }), { code: 'wrong-key' });
  const journal = openJournal({ folder, key, clock });
  assert.equal((await journal.snapshotsOf('act-1')).length, 1);
  await journal.close();
});

test('a damaged snapshot is named, and harms nothing else', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  const read = () => journal.snapshot('snap-1');
  const database = new DatabaseSync(join(folder, 'journal.db'));
  const sealed = database.prepare("SELECT sealed FROM snapshots WHERE id = 'snap-1'").get()
    ?.sealed as Uint8Array;
  for (const at of [0, 12, 30, sealed.length - 1]) {
    const flipped = Uint8Array.from(sealed);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    tamper(folder, "UPDATE snapshots SET sealed = ? WHERE id = 'snap-1'", flipped);
    await assert.rejects(read(), isDamaged(/snapshot snap-1 of act-1/), `byte ${at}`);
    await assert.rejects(journal.snapshotsOf('act-1'), isDamaged(/snapshot snap-1/));
  }
  assert.equal((await journal.snapshotsOf('act-2')).length, 1);
  assert.equal((await journal.acts()).length, 2);
  await journal.keep(aSnapshot({ id: 'snap-3', requestId: 'req-3' }), aRequest({ id: 'req-3' }));
  tamper(folder, "UPDATE snapshots SET sealed = ? WHERE id = 'snap-1'", sealed);
  assert.equal((await read())?.id, 'snap-1');
  database.close();
  await journal.close();
});

test('snapshots can’t be swapped, renamed or given to another act', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  const take = "(SELECT sealed FROM snapshots WHERE id = 'snap-2')";
  const before = "UPDATE snapshots SET sealed = ? WHERE id = 'snap-1'";
  const database = new DatabaseSync(join(folder, 'journal.db'));
  const own = database.prepare("SELECT sealed FROM snapshots WHERE id = 'snap-1'").get()
    ?.sealed as Uint8Array;
  database.close();
  tamper(folder, `UPDATE snapshots SET sealed = ${take} WHERE id = 'snap-1'`);
  await assert.rejects(journal.snapshot('snap-1'), isDamaged(/snap-1/));
  tamper(folder, before, own);
  tamper(folder, "UPDATE snapshots SET act_id = 'act-2' WHERE id = 'snap-1'");
  await assert.rejects(journal.snapshot('snap-1'), isDamaged(/snap-1 of act-2/));
  tamper(folder, "UPDATE snapshots SET act_id = 'act-1', id = 'snap-9' WHERE id = 'snap-1'");
  await assert.rejects(journal.snapshot('snap-9'), isDamaged(/snap-9/));
  await journal.close();
});

const TABLES = {
  acts: { column: 'id', id: 'act-1' },
  requests: { column: 'id', id: 'req-1' },
  holds: { column: 'code', id: 'CODE1' },
  softenings: { column: 'act_id', id: 'act-1' },
  undos: { column: 'id', id: 'undo-1' },
} as const;

test('random bytes in any row: damaged, never a crash, and the rest is still read', async () => {
  const folder = await filled();
  const told: ToolcribError[] = [];
  const strict = openJournal({ folder, key, clock });
  const telling = openJournal({ folder, key, clock, onDamaged: (error) => told.push(error) });
  const lists = {
    acts: (journal: typeof strict) => journal.acts(),
    requests: (journal: typeof strict) => journal.requests({}),
    holds: (journal: typeof strict) => journal.holds(),
    softenings: (journal: typeof strict) => journal.softenings(),
    undos: (journal: typeof strict) => journal.undos('act-1'),
  };
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.json(),
    fc.constantFrom('', 'null', '{}', '[]', '{"id":"act-1"}', '{"__proto__":null}', '"\ud800"'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(TABLES) as (keyof typeof TABLES)[])),
      junk,
      async (table, text) => {
        const { column, id } = TABLES[table];
        tamper(folder, `UPDATE ${table} SET body = ? WHERE ${column} = ?`, text, id);
        await assert.rejects(lists[table](strict), isDamaged(new RegExp(id)));
        told.length = 0;
        assert.equal((await lists[table](telling)).length, table === 'undos' ? 0 : 1);
        assert.equal(told.length, 1);
      },
    ),
    { numRuns: 60 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer(), async (bytes, format) => {
      tamper(folder, "UPDATE snapshots SET sealed = ?, format = ? WHERE id = 'snap-1'", bytes, format);
      // Whatever else is there, a format above ours is for a newer toolcrib to judge.
      await assert.rejects(
        strict.snapshot('snap-1'),
        format > 2 ? { code: 'newer', message: /snap-1/ } : isDamaged(/snap-1/),
      );
      assert.equal((await strict.snapshotsOf('act-2')).length, 1);
    }),
    { numRuns: 60 },
  );
  await strict.close();
  await telling.close();
});

test('a list that has somebody to tell of damage passes it over; one that has nobody throws', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  const lists = ['requests', 'holds', 'softenings'] as const;
  for (const list of lists) {
    const all = (await journal[list]({})).length;
    tamper(folder, `UPDATE ${list} SET body = '{' WHERE act_id = 'act-1'`);
    const told: string[] = [];
    const found = await journal[list]({}, undefined, ({ code }) => void told.push(code));
    assert.deepEqual([found.length, told], [all - 1, ['damaged']], list);
    await assert.rejects(journal[list]({ actId: 'act-1' }), { code: 'damaged' }, list);
    const newer = journal[list]({ actId: 'act-1' }, () => assert.fail('it is no newer one'));
    await assert.rejects(newer, { code: 'damaged' }, list);
  }
  await journal.close();
});

test('a number too large for JavaScript in a row is damage, not a crash', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  tamper(folder, "UPDATE snapshots SET format = 9223372036854775807 WHERE id = 'snap-1'");
  await assert.rejects(journal.snapshot('snap-1'), isDamaged(/./));
  await journal.close();
});

test('a row whose columns say something else than its record is damaged', async () => {
  const folder = await filled();
  const journal = openJournal({ folder, key, clock });
  tamper(folder, "UPDATE holds SET state = 'approved' WHERE code = 'CODE1'");
  await assert.rejects(journal.hold('CODE1'), isDamaged(/CODE1.*state/));
  await assert.rejects(journal.saveHold(aHold({ code: 'CODE1', requestId: 'req-1' })), isDamaged(/CODE1/));
  await journal.close();
});

test('a file that is no database, or half of one, is named', async () => {
  const folder = await filled();
  const file = join(folder, 'journal.db');
  const whole = readFileSync(file);
  const damages: [string, () => void][] = [
    ['random bytes', () => writeFileSync(file, randomBytes(8192))],
    [
      'the first page overwritten',
      () => writeFileSync(file, Buffer.concat([randomBytes(4096), whole.subarray(4096)])),
    ],
    ['cut in half', () => truncateSync(file, Math.floor(whole.length / 2))],
    ['the schema overwritten', () => writeFileSync(file, Buffer.from(whole).fill(0xff, 100, 4096))],
  ];
  for (const [what, damage] of damages) {
    writeFileSync(file, whole);
    damage();
    let error: unknown;
    try {
      const journal = openJournal({ folder, key, clock });
      await journal.acts();
      await journal.snapshotsOf('act-1');
      await journal.requests({});
      await journal.holds();
      await journal.softenings();
      await journal.undos('act-1');
    } catch (caught) {
      error = caught;
    }
    assert.ok(error instanceof ToolcribError && error.code === 'damaged', `${what}: ${String(error)}`);
    assert.match(error.message, /journal\.db/);
  }
});

test('a journal of a newer toolcrib is left alone', async () => {
  const folder = await filled();
  const database = new DatabaseSync(join(folder, 'journal.db'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.throws(() => openJournal({ folder, key, clock }), { code: 'newer', message: /newer toolcrib/ });
});

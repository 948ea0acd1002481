import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { after, test } from 'node:test';
import type { RequestState } from '@toolcrib/model';
import { openDatabase, type Run } from './database.ts';
import { rowsIn } from './rows.ts';
import { aHold, anAct, anUndo, aRequest, aSoften } from './testing/records.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-rows-'));
after(() => rmSync(root, { recursive: true }));

type Rows = ReturnType<typeof rowsIn>;

function fresh() {
  const folder = mkdtempSync(join(root, 'r-'));
  const database = openDatabase(folder);
  const rows = rowsIn(database);
  /** The file itself, past what is tested. */
  const file = new DatabaseSync(join(folder, 'journal.db'));
  return {
    write: <Result>(work: (rows: Rows, run: Run) => Result) => database.write((run) => work(rows, run)),
    /** Its rows in full, with their columns in order; `body` as the record that it says. */
    rows: (table: string) =>
      file
        .prepare(`SELECT * FROM ${table} ORDER BY 1`)
        .all()
        .map(({ body, ...columns }) => [...Object.values(columns), JSON.parse(String(body))]),
    change(sql: string, ...values: SQLInputValue[]) {
      assert.equal(file.prepare(sql).run(...values).changes, 1, sql);
    },
    async close() {
      file.close();
      await database.close();
    },
  };
}

const format = 1;

test('an act lies in its row, and the same one again in the same', async () => {
  const store = fresh();
  const first = anAct({ id: 'a1', context: 'prod', startedAt: 1, lastAt: 2 });
  const again = { ...first, context: 'stage', startedAt: 3, lastAt: 4, soFar: 2 };
  await store.write((rows, run) => rows.act(run, first));
  assert.deepEqual(store.rows('acts'), [['a1', 'prod', 1, 2, { ...first, format }]]);
  await store.write((rows, run) => rows.act(run, again));
  assert.deepEqual(store.rows('acts'), [['a1', 'stage', 3, 4, { ...again, format }]]);
  await store.close();
});

test('a request lies in its row, and the same one again in the same', async () => {
  const store = fresh();
  const first = aRequest({ id: 'r1', actId: 'a1', at: 1, state: 'held' });
  const again = aRequest({ id: 'r1', actId: 'a2', at: 2, state: 'answered' });
  await store.write((rows, run) => rows.request(run, first));
  assert.deepEqual(store.rows('requests'), [['r1', 'a1', 1, 'held', { ...first, format }]]);
  await store.write((rows, run) => rows.request(run, again));
  assert.deepEqual(store.rows('requests'), [['r1', 'a2', 2, 'answered', { ...again, format }]]);
  await store.close();
});

test('an undo lies in its row, and the same one again in the same', async () => {
  const store = fresh();
  const first = anUndo({ id: 'u1', actId: 'a1', at: 1 });
  const again = anUndo({ id: 'u1', actId: 'a2', at: 2, by: 'ben' });
  await store.write((rows, run) => rows.undo(run, first));
  await store.write((rows, run) => rows.undo(run, anUndo({ id: 'u2', actId: 'a1', at: 3 })));
  await store.write((rows, run) => rows.undo(run, again));
  const [one, other] = store.rows('undos');
  assert.deepEqual(one, ['u1', 'a2', 2, { ...again, format }]);
  assert.equal(other?.[0], 'u2');
  await store.close();
});

test('a hold is written with its next revision; what is out of date, or used, takes nothing back', async () => {
  const store = fresh();
  const answer = { as: 'as-sent', by: 'aiko', at: 1 } as const;
  const open = aHold({ code: 'K1', actId: 'a1', context: 'prod', createdAt: 5 });
  const approved = { ...open, state: 'approved' as const, answer, revision: 1 };
  const used = { ...approved, state: 'used' as const, revision: 2 };
  await store.write((rows, run) => rows.hold(run, open));
  assert.deepEqual(store.rows('holds'), [
    ['K1', 'a1', 'prod', 5, 'open', 1, { ...open, revision: 1, format }],
  ]);
  const moved = { ...approved, actId: 'a2', context: 'stage', createdAt: 6 };
  await store.write((rows, run) => rows.hold(run, moved));
  assert.deepEqual(store.rows('holds'), [
    ['K1', 'a2', 'stage', 6, 'approved', 2, { ...moved, revision: 2, format }],
  ]);
  await assert.rejects(
    store.write((rows, run) => rows.hold(run, approved)),
    { code: 'conflict' },
  );
  await store.write((rows, run) => rows.hold(run, used));
  const after = store.rows('holds');
  assert.deepEqual(after[0]?.slice(4, 6), ['used', 3]);
  await assert.rejects(
    store.write((rows, run) => rows.hold(run, { ...used, revision: 3 })),
    { code: 'conflict' },
  );
  assert.deepEqual(store.rows('holds'), after);
  await store.close();
});

test('a softening has a row for each owner of each request, and never forgets that its undo was asked for', async () => {
  const store = fresh();
  const owner = aSoften().owner;
  const first = aSoften({ actId: 'a1', requestId: 'r1', finishAfter: 5 });
  const others = [
    { ...first, requestId: 'r2' },
    { ...first, actId: 'a2' },
    { ...first, owner: { ...owner, uid: 'other' } },
  ];
  for (const one of [first, ...others]) await store.write((rows, run) => rows.softening(run, one));
  const of = (actId: string, requestId: string, uid: string) =>
    store.rows('softenings').find((row) => row[0] === actId && row[1] === requestId && row[2] === uid);
  assert.equal(store.rows('softenings').length, 4);
  assert.deepEqual(of('a1', 'r1', 'uid-kafka'), [
    'a1',
    'r1',
    'uid-kafka',
    5,
    'started',
    { ...first, format },
  ]);
  await store.write((rows, run) => rows.softening(run, { ...first, undoAsked: 9 }));
  const softened = { ...first, finishAfter: 6, state: 'softened' as const };
  await store.write((rows, run) => rows.softening(run, softened));
  assert.deepEqual(of('a1', 'r1', 'uid-kafka'), [
    ...['a1', 'r1', 'uid-kafka', 6, 'softened'],
    { ...softened, undoAsked: 9, format },
  ]);
  assert.deepEqual(of('a1', 'r2', 'uid-kafka')?.at(-1), { ...others[0], format });
  await store.close();
});

const SAVES: [string, string, (rows: Rows, run: Run) => void][] = [
  ['acts', 'id', (rows, run) => rows.act(run, anAct({ id: 'x' }))],
  ['requests', 'id', (rows, run) => rows.request(run, aRequest({ id: 'x', state: 'held' }))],
  ['undos', 'id', (rows, run) => rows.undo(run, anUndo({ id: 'x' }))],
  ['holds', 'code', (rows, run) => rows.hold(run, aHold({ code: 'x' }))],
  ['softenings', 'act_id', (rows, run) => rows.softening(run, aSoften({ actId: 'x' }))],
];

for (const [table, column, save] of SAVES)
  test(`${table}: one of tomorrow’s is never written over`, async () => {
    const store = fresh();
    await store.write(save);
    store.change(`UPDATE ${table} SET body = '{"format":99,"all":"another"}' WHERE ${column} = 'x'`);
    const before = store.rows(table);
    await assert.rejects(store.write(save), { code: 'newer', message: /its format is 99/ });
    assert.deepEqual(store.rows(table), before);
    await store.close();
  });

test('over a damaged row a record is written anew, but no hold and no softening: what was said there counts', async () => {
  for (const [table, column, save] of SAVES) {
    const store = fresh();
    await store.write(save);
    const whole = store.rows(table);
    store.change(`UPDATE ${table} SET body = '7' WHERE ${column} = 'x'`);
    if (table === 'holds' || table === 'softenings') {
      await assert.rejects(store.write(save), { code: 'damaged' }, table);
      assert.equal(store.rows(table)[0]?.at(-1), 7);
    } else {
      await store.write(save);
      assert.deepEqual(store.rows(table), whole);
    }
    await store.close();
  }
});

test('what could not be read back is not written', async () => {
  const store = fresh();
  const wrong = { at: 'noon' } as object;
  const saves: ((rows: Rows, run: Run) => void)[] = [
    (rows, run) => rows.act(run, { ...anAct(), startedAt: 'noon' as unknown as number }),
    (rows, run) => rows.request(run, { ...aRequest(), ...wrong }),
    (rows, run) => rows.undo(run, { ...anUndo(), ...wrong }),
    (rows, run) => rows.hold(run, { ...aHold(), person: 7 as unknown as string }),
    (rows, run) => rows.softening(run, { ...aSoften(), context: 7 as unknown as string }),
  ];
  for (const save of saves) await assert.rejects(store.write(save), { code: 'fault' });
  for (const [table] of SAVES) assert.deepEqual(store.rows(table), []);
  await store.close();
});

test('what is another guard’s stays its own while that lives; and who has no lease sends nothing', async () => {
  const store = fresh();
  store.change("INSERT INTO guards (id, until) VALUES ('g1', 1)");
  store.change("INSERT INTO guards (id, until) VALUES ('g2', 1)");
  const saves: ((guard: string) => (rows: Rows, run: Run) => void)[] = [
    (guard) => (rows, run) => rows.request(run, aRequest({ id: 'x', guard })),
    (guard) => (rows, run) => rows.hold(run, aHold({ code: 'x', guard })),
    (guard) => (rows, run) => rows.softening(run, aSoften({ actId: 'x', guard })),
  ];
  for (const save of saves) {
    await store.write(save('g1'));
    await assert.rejects(store.write(save('g2')), { code: 'conflict', message: /belongs to another guard/ });
  }
  store.change("UPDATE guards SET ended = 1 WHERE id = 'g1'");
  for (const save of saves) {
    await assert.rejects(store.write(save('g1')), { code: 'conflict', message: /not its to send/ });
    await store.write(save('g2'));
  }
  const outcome = async (state: RequestState) =>
    store
      .write((rows, run) => rows.request(run, aRequest({ id: state, guard: 'g1', state })))
      .then(
        () => 'written',
        ({ code }) => code,
      );
  // On its way out; and how it ended, which may always be said.
  for (const state of ['held', 'kept', 'without-net'] as const)
    assert.equal(await outcome(state), 'conflict');
  for (const state of ['answered', 'refused'] as const) assert.equal(await outcome(state), 'written');
  const ended = aSoften({ actId: 'y', guard: 'g1', state: 'finished' });
  await store.write((rows, run) => rows.softening(run, ended));
  await store.close();
});

test('only what was kept ahead, and never asked for, can be taken back', async () => {
  const store = fresh();
  const requests = [
    aRequest({ id: 'ahead', state: 'kept', ahead: true, snapshotId: 's1' }),
    aRequest({ id: 'asked', state: 'kept', snapshotId: 's2' }),
    aRequest({ id: 'done', state: 'answered', ahead: true, snapshotId: 's3' }),
    aRequest({ id: 'other', state: 'kept', ahead: true, snapshotId: 's4' }),
  ];
  for (const one of requests) await store.write((rows, run) => rows.request(run, one));
  const take = (id: string) => store.write((rows, run) => rows.takeAhead(run, id));
  assert.deepEqual(
    [await take('ahead'), await take('asked'), await take('done'), await take('none'), await take('ahead')],
    ['s1', undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(
    store.rows('requests').map(([id]) => id),
    ['asked', 'done', 'other'],
  );
  await store.close();
});

import assert from 'node:assert/strict';
import { createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { after, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { Kept, RequestRecord, Snapshot } from '@toolcrib/model';
import { openDatabase } from './database.ts';
import { rowsIn } from './rows.ts';
import { seal } from './seal.ts';
import { snapshotsIn } from './snapshots.ts';
import { aRequest, aSnapshot } from './testing/records.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-snapshots-'));
after(() => rmSync(root, { recursive: true }));
const key = randomBytes(32);

function fresh() {
  const folder = mkdtempSync(join(root, 's-'));
  const database = openDatabase(folder);
  const store = (own: Buffer) => snapshotsIn(database, own, rowsIn(database).request);
  const snapshots = store(key);
  /** The file itself, past what is tested. */
  const file = new DatabaseSync(join(folder, 'journal.db'));
  return {
    ...snapshots,
    put: (...kept: Kept[]) => database.write((run) => snapshots.put(run, kept)),
    forget: (...ids: string[]) => database.write((run) => snapshots.forget(run, ids)),
    withKey: store,
    rows: (sql: string) =>
      file
        .prepare(sql)
        .all()
        .map((row) => Object.values(row)),
    change(sql: string, ...values: SQLInputValue[]) {
      assert.equal(file.prepare(sql).run(...values).changes, 1, sql);
    },
    exec: (sql: string) => file.exec(sql),
    async close() {
      file.close();
      await database.close();
    },
  };
}

/** A snapshot with its request. */
function one(id: string, requestId: string, more: Partial<Snapshot> = {}): Kept {
  const snapshot = aSnapshot({ id, requestId, ...more });
  return { snapshot, request: aRequest({ id: requestId, actId: snapshot.actId }) };
}

/** What lies in a row, opened without any of our code. */
function plain(sealed: Uint8Array, id: string, actId = 'act-000001'): unknown {
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  cipher.setAAD(Buffer.from(`["toolcrib-snapshot",1,"${id}","${actId}"]`));
  cipher.setAuthTag(sealed.subarray(12, 28));
  const packed = Buffer.concat([cipher.update(sealed.subarray(28)), cipher.final()]);
  return JSON.parse(zstdDecompressSync(packed).toString());
}

const HEAD = 'SELECT id, act_id, request_id, taken_at, format FROM snapshots ORDER BY id';
const SEALED = 'SELECT sealed FROM snapshots ORDER BY id';
const KEPT = "SELECT id, state, json_extract(body, '$.snapshotId') FROM requests ORDER BY id";

test('one lies sealed in its own row, and its request becomes kept with it', async () => {
  const store = fresh();
  const kept = one('s1', 'r1', { takenAt: 7 });
  await store.put(kept);
  assert.deepEqual(store.rows(HEAD), [['s1', 'act-000001', 'r1', 7, 1]]);
  assert.deepEqual(store.rows(KEPT), [['r1', 'kept', 's1']]);
  assert.deepEqual(plain(store.rows(SEALED)[0]?.[0] as Uint8Array, 's1'), kept.snapshot);
  assert.equal(JSON.stringify(store.get('s1')), JSON.stringify(kept.snapshot));
  assert.equal(store.get('s2'), undefined);
  await store.close();
});

test('those of one moment lie in one row, as a list, and each is had by its own id', async () => {
  const store = fresh();
  const [a, b, c] = [one('m/1', 'r1'), one('m/2', 'r2'), one('n', 'r3')] as const;
  await store.put(a, b, c);
  assert.deepEqual(store.rows(HEAD), [
    ['m', 'act-000001', '["r1","r2"]', 1000, 2],
    ['n', 'act-000001', 'r3', 1000, 1],
  ]);
  assert.deepEqual(store.rows(KEPT), [
    ['r1', 'kept', 'm/1'],
    ['r2', 'kept', 'm/2'],
    ['r3', 'kept', 'n'],
  ]);
  assert.deepEqual(plain(store.rows(SEALED)[0]?.[0] as Uint8Array, 'm'), [a.snapshot, b.snapshot]);
  assert.deepEqual([store.get('m/2'), store.get('n')], [b.snapshot, c.snapshot]);
  assert.deepEqual([store.get('m/3'), store.get('m')], [undefined, undefined]);
  assert.deepEqual(store.of('act-000001'), [a.snapshot, b.snapshot, c.snapshot]);
  // One alone may lie so, too.
  await store.put(one('k/1', 'r4'));
  assert.equal(store.get('k/1')?.requestId, 'r4');
  await store.close();
});

test('what does not belong together, or could not be read back, is kept in no part', async () => {
  const store = fresh();
  const good = one('s1', 'r1');
  const wrong = { objects: 'none' } as unknown as Partial<Snapshot>;
  const refused: [Kept[], object][] = [
    [[good, { ...one('s2', 'r2'), request: aRequest({ id: 'r3' }) }], { message: /s2 does not belong/ }],
    [[{ ...good, request: aRequest({ id: 'r1', actId: 'act-2' }) }], { message: /s1 does not belong/ }],
    [[one('m/1', 'r1'), one('m/2', 'r2', { actId: 'act-2' })], { message: /m\/2 belongs to another act/ }],
    [[good, one('s2', 'r2', wrong)], { code: 'fault', message: /the snapshot s2/ }],
  ];
  for (const [kept, why] of refused) {
    await assert.rejects(store.put(...kept), { code: 'journal', ...why });
    assert.deepEqual([store.rows(HEAD), store.rows(KEPT)], [[], []]);
  }
  await store.close();
});

test('a snapshot that is there is never written over', async () => {
  const store = fresh();
  await store.put(one('s1', 'r1', { takenAt: 1 }));
  await store.put(one('m/1', 'r2'));
  const before = store.rows(SEALED);
  await assert.rejects(store.put(one('s1', 'r1', { takenAt: 2 })), { code: 'journal' });
  await assert.rejects(store.put(one('m/2', 'r3')), { code: 'journal' });
  assert.deepEqual(store.rows(SEALED), before);
  assert.equal(store.get('s1')?.takenAt, 1);
  await store.close();
});

test('what the disk did not take as it was given is not kept, and neither is its request', async () => {
  const store = fresh();
  for (const spoil of [
    'UPDATE snapshots SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE id = NEW.id',
    'UPDATE snapshots SET sealed = zeroblob(60) WHERE id = NEW.id',
    "UPDATE snapshots SET act_id = 'act-2' WHERE id = NEW.id",
    'DELETE FROM snapshots WHERE id = NEW.id',
  ]) {
    store.exec(`CREATE TRIGGER spoil AFTER INSERT ON snapshots BEGIN ${spoil}; END`);
    await assert.rejects(
      store.put(one('s1', 'r1')),
      { code: 'damaged', message: /the snapshot s1 is damaged: it does not read back/ },
      spoil,
    );
    store.exec('DROP TRIGGER spoil');
    assert.deepEqual([store.rows(HEAD), store.rows(KEPT)], [[], []], spoil);
  }
  await store.close();
});

test('cut short, or under another key, or in another’s place: damaged, by its name, never a part of it', async () => {
  const store = fresh();
  await store.put(one('s1', 'r1'), one('s2', 'r2', { actId: 'act-2' }));
  const named = { code: 'damaged', message: /the snapshot s1 of act-000001 is damaged/ };
  assert.throws(() => store.withKey(randomBytes(32)).get('s1'), named);
  const [whole, other] = store.rows(SEALED).map(([sealed]) => sealed as Uint8Array);
  assert.ok(whole && other);
  const set = (sealed: Uint8Array) => store.change("UPDATE snapshots SET sealed = ? WHERE id = 's1'", sealed);
  for (const sealed of [...[0, 12, 27, 28, whole.length - 1].map((end) => whole.slice(0, end)), other]) {
    set(sealed);
    assert.throws(() => store.get('s1'), named, `${sealed.length}`);
    // What is left of an act is not the whole.
    assert.throws(() => store.of('act-000001'), named);
    assert.equal(store.of('act-2').length, 1);
  }
  set(whole);
  assert.deepEqual(store.get('s1'), one('s1', 'r1').snapshot);
  await store.close();
});

test('one of tomorrow’s form is told as such before it is opened, and left as it is', async () => {
  const store = fresh();
  await store.put(one('s1', 'r1'), one('s2', 'r2', { actId: 'act-2' }));
  store.change("UPDATE snapshots SET format = 3, sealed = x'00' WHERE id = 's1'");
  const later = {
    code: 'newer',
    message: /the snapshot s1 of act-000001 .*its format is 3, and this one knows 2/,
  };
  assert.throws(() => store.get('s1'), later);
  assert.throws(() => store.of('act-000001'), later);
  await store.forget('s1');
  assert.equal(store.rows(HEAD).length, 2);
  assert.equal(store.get('s2')?.id, 's2');
  await store.close();
});

test('those of an act come in the order in which they were taken; a part without its request counts no more', async () => {
  const store = fresh();
  await store.put(one('s3', 'r3', { takenAt: 3 }));
  await store.put(one('s1', 'r1', { takenAt: 1 }));
  await store.put(
    one('s2', 'r2', { takenAt: 3 }),
    one('m/1', 'r4', { takenAt: 2 }),
    one('m/2', 'r5', { takenAt: 2 }),
  );
  const ids = () => store.of('act-000001').map(({ id }) => id);
  assert.deepEqual(ids(), ['s1', 'm/1', 'm/2', 's3', 's2']);
  store.change("DELETE FROM requests WHERE id = 'r4'");
  store.change("DELETE FROM requests WHERE id = 'r1'");
  assert.deepEqual(ids(), ['s1', 'm/2', 's3', 's2']);
  await store.close();
});

test('a row of several goes once no request wants any of it, and one of its own stays', async () => {
  const store = fresh();
  await store.put(one('m/1', 'r1'), one('m/2', 'r2'), one('s', 'r3'));
  const left = async (...ids: string[]) => {
    await store.forget(...ids);
    return store.rows('SELECT id FROM snapshots ORDER BY id').flat();
  };
  store.change("DELETE FROM requests WHERE id = 'r1'");
  assert.deepEqual(await left('m/1'), ['m', 's']);
  store.change("DELETE FROM requests WHERE id = 'r2'");
  store.change("DELETE FROM requests WHERE id = 'r3'");
  assert.deepEqual(await left('s', 'none'), ['m', 's']);
  assert.deepEqual(await left('m/1', 'm/2'), ['s']);
  await store.close();
});

test('kept is only who has a snapshot of its own', async () => {
  const store = fresh();
  await store.put(one('s1', 'r1'), one('m/1', 'r2'), one('m/2', 'r3'));
  const has = (id: string, snapshotId?: string) => store.mustHave({ id, snapshotId } as RequestRecord);
  for (const [id, snapshotId] of [
    ['r1', 's1'],
    ['r2', 'm/1'],
    ['r3', 'm/2'],
  ] as const)
    assert.doesNotThrow(() => has(id, snapshotId));
  for (const [id, snapshotId] of [
    ['r1', undefined],
    ['r1', 'none'],
    ['r2', 's1'],
    ['r1', 'm/1'],
    ['r2', 'm'],
    ['["r2","r3"]', 'm/1'],
  ] as const)
    assert.throws(() => has(id, snapshotId), { code: 'not-kept', message: /request .*no snapshot/ });
  await store.close();
});

test('several that lie where one alone belongs are no snapshot', async () => {
  const store = fresh();
  const kept = one('s1', 'r1');
  await store.put(kept);
  const sealed = seal(Buffer.from(JSON.stringify([kept.snapshot])), key, {
    snapshotId: 's1',
    actId: kept.snapshot.actId,
  });
  store.change('UPDATE snapshots SET sealed = ? WHERE id = ?', sealed, 's1');
  assert.throws(() => store.get('s1'), { code: 'damaged' });
  await store.close();
});

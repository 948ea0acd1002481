import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, type TestContext, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { openDatabase } from './database.ts';
import { MIGRATIONS } from './migrations.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-database-'));
after(() => rmSync(root, { recursive: true }));
const aFolder = () => mkdtempSync(join(root, 'd-'));
const PUT = "INSERT INTO meta (name, value) VALUES (?, 'x')";

/** Asks the file itself, past what is tested. */
function asked<Result>(folder: string, ask: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(join(folder, 'journal.db'), { timeout: 0 });
  try {
    return ask(database);
  } finally {
    database.close();
  }
}

const names = (folder: string) =>
  asked(folder, (file) =>
    file
      .prepare('SELECT name FROM meta ORDER BY name')
      .all()
      .map(({ name }) => name),
  );
const pragma = (name: string) => (database: DatabaseSync) =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];

/** Another process's write lock, until what is returned is called. */
function lock(folder: string): () => void {
  const other = new DatabaseSync(join(folder, 'journal.db'));
  other.exec('BEGIN IMMEDIATE');
  return () => {
    other.exec('ROLLBACK');
    other.close();
  };
}

test('a new one is for its owner only, in WAL, vacuumed bit by bit, and of the schema of today', async () => {
  const folder = join(root, 'deep', 'er');
  const database = openDatabase(folder);
  assert.equal(database.file, join(folder, 'journal.db'));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(database.file).mode & 0o777, 0o600);
  const found = ['journal_mode', 'auto_vacuum', 'user_version'].map((name) => asked(folder, pragma(name)));
  assert.deepEqual(found, ['wal', 2, 2]);
  await database.close();
});

test('the connection syncs each commit, clears what it deletes, and stands still for a quarter second at most', async () => {
  const database = openDatabase(aFolder());
  const own = (name: string) => Object.values(database.get(`PRAGMA ${name}`) ?? {})[0];
  const settings = ['synchronous', 'fullfsync', 'checkpoint_fullfsync', 'secure_delete', 'trusted_schema'];
  assert.deepEqual(settings.map(own), [2, 1, 1, 1, 0]);
  assert.deepEqual(database.durability(), { journalMode: 'wal', synchronous: 2 });
  assert.equal(own('busy_timeout'), 250);
  await database.write((run) => run(PUT, 'a'));
  assert.equal(own('busy_timeout'), 250);
  database.writeNow((run) => run(PUT, 'b'));
  assert.equal(own('busy_timeout'), 250);
  await database.close();
});

test('a file that others can read is closed to them; a folder that others can write is refused', async () => {
  const folder = aFolder();
  await openDatabase(folder).close();
  chmodSync(join(folder, 'journal.db'), 0o644);
  await openDatabase(folder).close();
  assert.equal(statSync(join(folder, 'journal.db')).mode & 0o777, 0o600);
  for (const mode of [0o720, 0o702]) {
    const shared = aFolder();
    chmodSync(shared, mode);
    assert.throws(() => openDatabase(shared), { code: 'journal', message: /by others/, next: /chmod 700/ });
    assert.equal(existsSync(join(shared, 'journal.db')), false);
  }
});

test('a write that resolved is in the file, with what it gave; one that threw is not, in no part', async () => {
  const folder = aFolder();
  const database = openDatabase(folder);
  const changes = await database.write((run) => run(PUT, 'a') + run("UPDATE meta SET value = 'y'"));
  assert.equal(changes, 2);
  assert.deepEqual(names(folder), ['a']);
  assert.deepEqual(database.get('SELECT value FROM meta WHERE name = ?', 'a')?.value, 'y');
  assert.deepEqual(database.all('SELECT 1 FROM meta WHERE name = ?', 'b'), []);
  const own = new ToolcribError('conflict', 'It was used already.');
  const failing = (thrown: () => unknown) => (run: (sql: string, value: string) => number) => {
    run(PUT, 'b');
    thrown();
  };
  const throwOwn = failing(() => {
    throw own;
  });
  await assert.rejects(database.write(throwOwn), (error) => error === own);
  assert.throws(
    () => database.writeNow(throwOwn),
    (error) => error === own,
  );
  // The same name a second time: SQLite's own no, in our words.
  await assert.rejects(
    database.write((run) => [run(PUT, 'c'), run(PUT, 'a')]),
    { code: 'journal', message: /journal\.db failed: UNIQUE/ },
  );
  assert.deepEqual(names(folder), ['a']);
  assert.throws(() => database.all('SELECT * FROM none'), { code: 'journal', message: /journal\.db/ });
  assert.throws(() => database.get('SELECT * FROM none'), { code: 'journal', message: /journal\.db/ });
  await database.close();
});

test('closed, all that was asked for is written, in its order', async () => {
  const folder = aFolder();
  const database = openDatabase(folder);
  const done: string[] = [];
  const free = lock(folder);
  const writes = ['a', 'b', 'c'].map((name) =>
    database.write((run) => {
      run(PUT, name);
      done.push(name);
    }),
  );
  const closing = database.close();
  // Reads go on while another process writes.
  assert.deepEqual(database.all('SELECT name FROM meta'), []);
  free();
  await closing;
  assert.deepEqual(done, ['a', 'b', 'c']);
  assert.deepEqual(names(folder), ['a', 'b', 'c']);
  await Promise.all(writes);
  await database.close();
});

test('held for longer than its patience: refused, and nothing of it comes later', async () => {
  const folder = aFolder();
  await openDatabase(folder).close();
  const free = lock(folder);
  // Opened meanwhile: that needs no lock.
  const database = openDatabase(folder, { longest: 0, known: 0 });
  await assert.rejects(
    database.write((run) => run(PUT, 'a')),
    { code: 'journal', message: /is held by another process/ },
  );
  free();
  await database.write((run) => run(PUT, 'b'));
  assert.deepEqual(names(folder), ['b']);
  await database.close();
});

/** Each statement that goes to this folder's file on its way; gives what is run in its place. */
function onTheWay(t: TestContext, folder: string, change: (connection: DatabaseSync, sql: string) => string) {
  const exec = DatabaseSync.prototype.exec;
  t.mock.method(DatabaseSync.prototype, 'exec', function (this: DatabaseSync, sql: string) {
    const ours = this.location() === join(folder, 'journal.db');
    exec.call(this, ours ? change(this, sql) : sql);
  });
}

test('the lock is waited for by SQLite only while opening: any other write would stop the thread', async (t) => {
  const folder = aFolder();
  const database = openDatabase(folder);
  const waits: unknown[] = [];
  onTheWay(t, folder, (connection, sql) => {
    if (sql.startsWith('BEGIN')) waits.push(pragma('busy_timeout')(connection));
    return sql;
  });
  await database.write((run) => run(PUT, 'a'));
  database.writeNow((run) => run(PUT, 'b'));
  assert.deepEqual(waits, [0, 5000]);
  await database.close();
});

test('where a file can’t be had in WAL and synced, nothing is kept in it', (t) => {
  for (const [asks, gets] of [
    ['PRAGMA journal_mode = WAL', 'PRAGMA journal_mode = DELETE'],
    ['PRAGMA synchronous = FULL', 'PRAGMA synchronous = NORMAL'],
  ] as const) {
    const folder = aFolder();
    onTheWay(t, folder, (_connection, sql) => (sql === asks ? gets : sql));
    assert.throws(() => openDatabase(folder), {
      code: 'journal',
      message: /can't promise .* survives a power cut/,
      next: /TOOLCRIB_HOME/,
    });
    t.mock.restoreAll();
    assert.equal(asked(folder, pragma('user_version')), 0);
  }
});

test('no room: the write is undone, what was kept stays, and with room again it goes on', async () => {
  const folder = aFolder();
  const database = openDatabase(folder);
  await database.write((run) => run(PUT, 'a'));
  database.get(`PRAGMA max_page_count = ${Number(database.get('PRAGMA page_count')?.page_count) + 2}`);
  const big = (run: (sql: string, ...values: string[]) => number) => {
    run(PUT, 'b');
    run('INSERT INTO meta (name, value) VALUES (?, ?)', 'c', 'x'.repeat(1_000_000));
  };
  await assert.rejects(database.write(big), { code: 'journal', message: /no room left/ });
  assert.deepEqual(names(folder), ['a']);
  await database.write((run) => run(PUT, 'd'));
  database.get('PRAGMA max_page_count = 100000');
  await database.write((run) => run('DELETE FROM meta WHERE name = ?', 'd'));
  await database.write(big);
  assert.deepEqual(names(folder), ['a', 'b', 'c']);
  assert.equal(asked(folder, pragma('integrity_check')), 'ok');
  await database.close();
});

test('a file that was taken away, or replaced by its own copy, is written no more', async () => {
  for (const replace of [false, true]) {
    const folder = aFolder();
    const database = openDatabase(folder);
    const away = join(folder, 'away.db');
    renameSync(database.file, away);
    if (replace) copyFileSync(away, database.file);
    await assert.rejects(
      database.write((run) => run(PUT, 'a')),
      { code: 'journal', message: /was removed or replaced/ },
    );
    assert.throws(() => database.writeNow((run) => run(PUT, 'a')), { message: /was removed or replaced/ });
    assert.deepEqual(database.all('SELECT name FROM meta'), []);
    await database.close();
  }
});

/** A journal as its first version made it, with one act. */
function first(folder: string): void {
  asked(folder, (file) => {
    file.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
    file.exec("INSERT INTO acts VALUES ('act-1', 'prod', 1, 2, '{}')");
  });
  chmodSync(join(folder, 'journal.db'), 0o600);
}
const version = (folder: string) => asked(folder, pragma('user_version'));

test('an older one is brought to today’s schema, with all that is in it', async () => {
  const folder = aFolder();
  first(folder);
  const database = openDatabase(folder);
  assert.equal(version(folder), 2);
  const act = Object.values(database.get('SELECT * FROM acts') ?? {});
  assert.deepEqual(act, ['act-1', 'prod', 1, 2, '{}']);
  assert.deepEqual({ ...database.get('SELECT * FROM guards') }, { id: '', until: 0, ended: 1, heir: null });
  await database.close();
});

test('where a step fails the file stays as it was, and can be opened once the way is free', async () => {
  const folder = aFolder();
  first(folder);
  asked(folder, (file) => file.exec('CREATE TABLE guards (other)'));
  assert.throws(() => openDatabase(folder), { code: 'journal', message: /guards already exists/ });
  assert.equal(version(folder), 1);
  asked(folder, (file) => file.exec('DROP TABLE guards'));
  await openDatabase(folder).close();
  assert.equal(version(folder), 2);
});

test('one of a newer toolcrib, or that is no database, stays byte for byte as it is', async () => {
  const folder = aFolder();
  await openDatabase(folder).close();
  const file = join(folder, 'journal.db');
  asked(folder, (database) => database.exec('PRAGMA user_version = 3'));
  const before = readFileSync(file);
  assert.throws(() => openDatabase(folder), {
    code: 'newer',
    message: /journal\.db was made by a newer toolcrib \(schema 3\)/,
    next: /Update toolcrib/,
  });
  assert.deepEqual(readFileSync(file), before);
  const junk = Buffer.alloc(8192, 'x');
  writeFileSync(file, junk);
  assert.throws(() => openDatabase(folder), { code: 'damaged', message: /journal\.db/ });
  assert.deepEqual(readFileSync(file), junk);
});

test('where no folder can be made there is no journal', () => {
  const path = join(root, 'a-file');
  writeFileSync(path, '');
  assert.throws(() => openDatabase(join(path, 'j')), { code: 'journal', message: /journal\.db/ });
  assert.throws(() => openDatabase(path), { code: 'journal', message: /journal\.db/ });
});

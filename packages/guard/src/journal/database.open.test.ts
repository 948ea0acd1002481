import assert from 'node:assert/strict';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, type TestContext, test } from 'node:test';
import { openDatabase } from './database.ts';
import { withNodes } from './testing/node-fs.ts';

// What opening does to the disk and to this process: Node's own functions stand aside for a moment.

const { chmodSync, closeSync, fstatSync, mkdtempSync, openSync, rmSync, statSync } = fs;
const root = mkdtempSync(join(tmpdir(), 'toolcrib-database-open-'));
after(() => rmSync(root, { recursive: true }));
const aFolder = () => mkdtempSync(join(root, 'd-'));

const openWith = <K extends 'fsyncSync' | 'openSync'>(
  t: TestContext,
  name: K,
  other: (typeof fs)[K],
  folder: string,
) => withNodes(t, name, other, () => openDatabase(folder));

test('the name of a new file is made durable, once', async (t) => {
  const folder = aFolder();
  const synced: number[] = [];
  for (let times = 0; times < 2; times++)
    await openWith(t, 'fsyncSync', (file) => void synced.push(fstatSync(file).ino), folder).close();
  assert.deepEqual(synced, [statSync(folder).ino]);
});

test('a file that can not be made is said to be so', (t) => {
  const refuse = () => {
    throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
  };
  assert.throws(() => openWith(t, 'openSync', refuse, aFolder()), {
    code: 'journal',
    message: /can’t be written: EROFS/,
  });
});

test('the mode of a file that is its owner’s alone stays as it is', async () => {
  const folder = aFolder();
  const database = openDatabase(folder);
  await database.close();
  chmodSync(database.file, 0o700);
  await openDatabase(folder).close();
  assert.equal(statSync(database.file).mode & 0o777, 0o700);
});

test('one that can not be opened leaves no file open behind it', async () => {
  const folder = aFolder();
  await openDatabase(folder).close();
  const later = new DatabaseSync(join(folder, 'journal.db'));
  later.exec('PRAGMA user_version = 99');
  later.close();
  const next = () => {
    const file = openSync(root, 'r');
    closeSync(file);
    return file;
  };
  const before = next();
  assert.throws(() => openDatabase(folder), { code: 'newer' });
  assert.equal(next(), before);
});

test('a statement is prepared once', async (t) => {
  const database = openDatabase(aFolder());
  const prepared = t.mock.method(DatabaseSync.prototype, 'prepare');
  for (let times = 0; times < 3; times++) assert.deepEqual(database.all('SELECT 1 AS n').length, 1);
  assert.equal(prepared.mock.callCount(), 1);
  t.mock.restoreAll();
  await database.close();
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { damaged, isBusy, journalError, newer } from './errors.ts';

// What goes wrong here goes wrong in SQLite itself; only what can't be made on purpose is given as a number.

const root = mkdtempSync(join(tmpdir(), 'toolcrib-errors-'));
after(() => rmSync(root, { recursive: true }));
const FILE = '/state/journal.db';

/** What SQLite throws when `work` is done with a new file of this name. */
function thrown(name: string, work: (file: string) => void): Error {
  try {
    work(join(root, name));
  } catch (cause) {
    return cause as Error;
  }
  throw new Error(`${name}: nothing was thrown`);
}

function held(file: string): void {
  const one = new DatabaseSync(file);
  const other = new DatabaseSync(file, { timeout: 0 });
  try {
    one.exec('BEGIN IMMEDIATE');
    other.exec('BEGIN IMMEDIATE');
  } finally {
    one.close();
    other.close();
  }
}

function full(file: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec('CREATE TABLE a (b)');
    database.exec('PRAGMA max_page_count = 3; INSERT INTO a VALUES (zeroblob(100000))');
  } finally {
    database.close();
  }
}

function readOnly(file: string): void {
  const made = new DatabaseSync(file);
  made.exec('CREATE TABLE a (b)');
  made.close();
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec('INSERT INTO a VALUES (1)');
  } finally {
    database.close();
  }
}

function noDatabase(file: string): void {
  writeFileSync(file, Buffer.alloc(4096, 'x'));
  const database = new DatabaseSync(file);
  try {
    database.prepare('SELECT * FROM sqlite_schema').all();
  } finally {
    database.close();
  }
}

function tooLarge(file: string): void {
  const database = new DatabaseSync(file);
  try {
    database.prepare('SELECT 9223372036854775807 AS n').get();
  } finally {
    database.close();
  }
}

const systemError = (code: string) => Object.assign(new Error(`${code}: it says`), { code });
const sqliteError = (errcode: number) => Object.assign(new Error('it says'), { errcode });

const cases: [string, unknown, string, RegExp, RegExp][] = [
  ['held', thrown('held', held), 'journal', /is held by another process/, /Wait a moment/],
  ['full', thrown('full', full), 'journal', /has no room left/, /Free some space/],
  ['read-only', thrown('ro', readOnly), 'journal', /can’t be written/, /writable/],
  [
    'a folder in its place',
    thrown('dir', (file) => {
      mkdirSync(file);
      new DatabaseSync(file);
    }),
    'journal',
    /can’t be written/,
    /writable/,
  ],
  ['no database', thrown('junk', noDatabase), 'damaged', /is damaged/, /from a backup/],
  ['a number too large', thrown('n', tooLarge), 'damaged', /a row is damaged/, /can still be read/],
  ['no such table', sqliteError(1), 'journal', /failed/, /Nothing was forwarded/],
  ['corrupt', sqliteError(11), 'damaged', /is damaged/, /from a backup/],
  // Extended codes: the low byte is what counts.
  ['held while a log is mended', sqliteError(261), 'journal', /is held by another/, /Wait/],
  ['an index is corrupt', sqliteError(779), 'damaged', /is damaged/, /from a backup/],
  ['a disk that can’t be read', sqliteError(266), 'journal', /read or written/, /failing/],
  ['moved', sqliteError(1032), 'journal', /can’t be written/, /writable/],
  ['ENOSPC', systemError('ENOSPC'), 'journal', /has no room left/, /Free some space/],
  ['EDQUOT', systemError('EDQUOT'), 'journal', /has no room left/, /Free some space/],
  ['EROFS', systemError('EROFS'), 'journal', /can’t be written/, /writable/],
  ['EACCES', systemError('EACCES'), 'journal', /can’t be written/, /writable/],
  ['EPERM', systemError('EPERM'), 'journal', /can’t be written/, /writable/],
  [
    'a value of no kind',
    systemError('ERR_INVALID_ARG_VALUE'),
    'damaged',
    /a row is damaged/,
    /still be read/,
  ],
  ['any other', new Error('it says'), 'journal', /failed: it says/, /Nothing was forwarded/],
  ['a word', 'it says', 'journal', /failed: it says/, /Nothing was forwarded/],
];

for (const [name, cause, code, says, next] of cases)
  test(`${name}: ${code}, with the file, the cause and what to do`, () => {
    const error = journalError(FILE, cause);
    assert.equal(error.code, code);
    assert.match(error.message, says);
    assert.match(error.message, /\/state\/journal\.db/);
    assert.ok(error.message.includes(cause instanceof Error ? cause.message : String(cause)));
    assert.match(error.next ?? '', next);
    assert.equal(error.cause, cause);
  });

test('what is in our words already stays as it is', () => {
  const error = new ToolcribError('conflict', 'it was used already');
  assert.equal(journalError(FILE, error), error);
});

test('only a file that is held can be tried again, also once it is in our words', () => {
  const busy = thrown('held-again', held);
  assert.equal(isBusy(busy), true);
  assert.equal(isBusy(journalError(FILE, busy)), true);
  assert.equal(isBusy(sqliteError(261)), true);
  for (const other of [sqliteError(13), journalError(FILE, sqliteError(10)), new Error('no'), undefined])
    assert.equal(isBusy(other), false);
  assert.equal(isBusy(new ToolcribError('journal', 'It was closed.')), false);
});

test('one damaged record does not damn the rest; one of tomorrow is not called damaged', () => {
  const cause = new Error('it is too short');
  const broken = damaged('the snapshot s1', FILE, cause);
  assert.deepEqual(
    [broken.code, broken.message, broken.cause],
    ['damaged', 'In the journal /state/journal.db, the snapshot s1 is damaged: it is too short.', cause],
  );
  assert.match(broken.next ?? '', /Everything else in the journal can still be read/);
  assert.match(damaged('a row', FILE, 'no error').message, /: no error\.$/);
  const later = newer('the act a1', FILE, 'its format is 7, and this one knows 1');
  assert.equal(later.code, 'newer');
  assert.match(later.message, /the act a1 was written by a newer toolcrib.*its format is 7/);
  assert.doesNotMatch(later.message, /damaged/);
  assert.match(later.next ?? '', /Update toolcrib.*Nothing is damaged/);
});

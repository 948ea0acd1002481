import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ToolcribError } from '@toolcrib/model';
import { journalError } from './errors.ts';
import { JOURNAL_FILE, syncFolder } from './folder.ts';
import { MIGRATIONS } from './migrations.ts';
import { inTurn, type Patience } from './turns.ts';

/** How long the making of a new file waits for another process that does the same, in milliseconds. */
const SET_UP_TIMEOUT = 5000;
/** How long a read waits, while another process mends the log of one that was killed; nothing else stops reads. */
const READ_TIMEOUT = 250;
const INCREMENTAL = 2;
const FULL = 2;

export type Row = Record<string, unknown>;
export type Value = SQLInputValue;

/** One open database file, with errors in our words and transactions that are durable when they return. */
export interface Database {
  readonly file: string;
  all(sql: string, ...values: Value[]): Row[];
  get(sql: string, ...values: Value[]): Row | undefined;
  /**
   * Runs `work` in one write transaction, after those that were asked for before; once resolved it is committed and
   * synced, on a throw undone. While another process holds the file it is tried again, and never blocks this thread.
   */
  write<Result>(work: (run: Run) => Result): Promise<Result>;
  /** The same, and the thread stands still until then. Only while opening. */
  writeNow<Result>(work: (run: Run) => Result): Result;
  /** What the connection that writes says of itself: must be `wal` and 2 (FULL) or more. */
  durability(): { journalMode: string; synchronous: number };
  /** After the writes that were asked for. */
  close(): Promise<void>;
}

/** @returns how many rows were changed */
export type Run = (sql: string, ...values: Value[]) => number;

/**
 * Opens (and makes or migrates) the database `journal.db` in `folder`. One that is there already is opened also while
 * another process writes.
 * @throws ToolcribError `journal`, `damaged` or `newer`
 */
export function openDatabase(folder: string, patience?: Patience): Database {
  const file = join(folder, JOURNAL_FILE);
  try {
    makeFile(folder, file);
    const connection = new DatabaseSync(file, { timeout: SET_UP_TIMEOUT });
    try {
      setUp(connection, file);
      return databaseOver(connection, file, patience);
    } catch (cause) {
      connection.close();
      throw cause;
    }
  } catch (cause) {
    throw journalError(file, cause);
  }
}

/** SQLite makes its files as the umask says; the -wal and -shm files copy the mode of the first. */
function makeFile(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode } = statSync(folder);
  if ((mode & 0o022) !== 0) {
    throw new ToolcribError('journal', `The journal's folder ${folder} can be written by others.`, {
      next: `Run: chmod 700 ${folder}`,
    });
  }
  try {
    closeSync(openSync(file, 'wx', 0o600));
    syncFolder(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
}

function setUp(connection: DatabaseSync, file: string): void {
  // Before the first page is written, or it has no effect; and it writes, also where it stands so already.
  if (Number(connection.prepare('PRAGMA auto_vacuum').get()?.auto_vacuum) !== INCREMENTAL)
    connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  // macOS: fsync alone leaves the data in the drive's cache. No effect elsewhere.
  connection.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  connection.exec('PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF');
  const { journalMode, synchronous } = durabilityOf(connection);
  if (journalMode !== 'wal' || synchronous < FULL) {
    throw new ToolcribError(
      'journal',
      `The journal ${file} can't promise that what it kept survives a power cut (journal_mode ${journalMode}, synchronous ${synchronous}).`,
      {
        next: 'Give toolcrib a folder on a local disk with TOOLCRIB_HOME: network file systems often can’t.',
      },
    );
  }
  migrate(connection, file);
}

function migrate(connection: DatabaseSync, file: string): void {
  const versionOf = () => Number(connection.prepare('PRAGMA user_version').get()?.user_version);
  if (versionOf() === MIGRATIONS.length) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    // Asked again under the lock: another process may have been faster.
    const version = versionOf();
    if (version > MIGRATIONS.length) {
      throw new ToolcribError(
        'newer',
        `The journal ${file} was made by a newer toolcrib (schema ${version}).`,
        {
          next: 'Update toolcrib, or set TOOLCRIB_HOME to another folder.',
        },
      );
    }
    for (const step of MIGRATIONS.slice(version)) connection.exec(step);
    connection.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    connection.exec('COMMIT');
  } catch (cause) {
    rollBack(connection);
    throw cause;
  }
}

function databaseOver(connection: DatabaseSync, file: string, patience?: Patience): Database {
  const opened = statSync(file);
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const made = connection.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const inOurWords = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw journalError(file, cause);
    }
  };
  const begin = (timeout: number): void => {
    connection.exec(`PRAGMA busy_timeout = ${timeout}`);
    try {
      connection.exec('BEGIN IMMEDIATE');
    } finally {
      connection.exec(`PRAGMA busy_timeout = ${READ_TIMEOUT}`);
    }
  };
  const written = <Result>(work: (run: Run) => Result, timeout: number): Result =>
    inOurWords(() => {
      stillThere(file, opened);
      begin(timeout);
      try {
        const result = work((sql, ...values) => Number(prepare(sql).run(...values).changes));
        connection.exec('COMMIT');
        return result;
      } catch (cause) {
        rollBack(connection);
        throw cause;
      }
    });
  const writes = inTurn(patience);
  connection.exec(`PRAGMA busy_timeout = ${READ_TIMEOUT}`);
  return {
    file,
    all: (sql, ...values) => inOurWords(() => prepare(sql).all(...values)),
    get: (sql, ...values) => inOurWords(() => prepare(sql).get(...values)),
    // Another process is waited for between the tries: in SQLite's own way the whole thread would stand still.
    write: (work) => writes.next(() => written(work, 0)),
    writeNow: (work) => written(work, SET_UP_TIMEOUT),
    durability: () => durabilityOf(connection),
    async close() {
      await writes.done();
      if (connection.isOpen) connection.close();
    },
  };
}

/** Writes to a file that was removed or replaced succeed and are lost with the process. */
function stillThere(file: string, opened: { ino: number; dev: number }): void {
  const now = statSync(file, { throwIfNoEntry: false });
  if (now && now.ino === opened.ino && now.dev === opened.dev) return;
  throw new ToolcribError('journal', `The journal ${file} was removed or replaced while it was in use.`, {
    next: 'Stop the guard, put the file back if you have it, and start the guard again.',
  });
}

function durabilityOf(connection: DatabaseSync): { journalMode: string; synchronous: number } {
  return {
    journalMode: String(connection.prepare('PRAGMA journal_mode').get()?.journal_mode),
    synchronous: Number(connection.prepare('PRAGMA synchronous').get()?.synchronous),
  };
}

function rollBack(connection: DatabaseSync): void {
  // A full disk makes SQLite roll back by itself.
  if (connection.isTransaction) connection.exec('ROLLBACK');
}

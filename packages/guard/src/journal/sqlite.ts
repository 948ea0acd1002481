import { randomBytes } from 'node:crypto';
import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Journal, ToolcribError } from '@toolcrib/model';
import { actsIn } from './acts-in.ts';
import { type Database, openDatabase } from './database.ts';
import { journalError } from './errors.ts';
import { guardsIn } from './guards.ts';
import { holdsIn } from './holds-in.ts';
import { keyFingerprint } from './key.ts';
import type { Store } from './parts.ts';
import { recordsOf } from './reading.ts';
import { requestsIn } from './requests-in.ts';
import { type Holdings, holdingsOf, type Pruned, pruneBefore } from './retention.ts';
import { rowsIn } from './rows.ts';
import { snapshotsIn } from './snapshots.ts';
import { softeningsIn } from './softenings-in.ts';
import type { Patience } from './turns.ts';

export interface SqliteJournal extends Journal {
  readonly file: string;
  /** Drops acts that ended before `before` (ms since 1970) and all that belongs to them; what is unfinished stays. */
  prune(before: number): Promise<Pruned>;
  /** How much is kept, for people and for `uninstall`. */
  holdings(): Promise<Holdings>;
  /** Read from the connection that writes. */
  durability(): { journalMode: string; synchronous: number };
}

export interface JournalOptions {
  folder: string;
  /** 32 bytes, from `loadKey`. */
  key: Buffer;
  clock: Clock;
  /**
   * Told of each row that a list had to leave out. Without it, such a list throws. `snapshotsOf` always
   * throws: an undo must not take what is left for the whole.
   */
  onDamaged?: (error: ToolcribError) => void;
  /** How long another process that holds the file is waited for. */
  patience?: Patience;
}

/**
 * Opens the journal in `folder` (made with mode 0700; one file, `journal.db`, mode 0600). Several processes may
 * have it open at once.
 * @throws ToolcribError `wrong-key` where it was made with another key; `journal`; `damaged`; `newer`
 */
export function openJournal(options: JournalOptions): SqliteJournal {
  const database = openDatabase(options.folder, options.patience);
  try {
    checkKey(database, options.key);
  } catch (cause) {
    void database.close();
    throw cause;
  }
  return journalOver(database, options);
}

function checkKey(database: Database, key: Buffer): void {
  const fingerprint = keyFingerprint(key);
  const read = () => database.get("SELECT value FROM meta WHERE name = 'key'")?.value;
  if (read() === undefined) {
    database.writeNow((run) =>
      run("INSERT OR IGNORE INTO meta (name, value) VALUES ('key', ?)", fingerprint),
    );
  }
  if (read() === fingerprint) return;
  throw new ToolcribError(
    'wrong-key',
    `The journal ${database.file} was made with another key than the one given.`,
    {
      next: 'Check TOOLCRIB_KEY, or the file `key` beside the journal. Without the right key its snapshots can’t be read.',
    },
  );
}

function journalOver(database: Database, { folder, key, clock, onDamaged }: JournalOptions): SqliteJournal {
  const { file } = database;
  const rows = rowsIn(database);
  const store: Store = {
    database,
    rows,
    snapshots: snapshotsIn(database, key, rows.request),
    guards: guardsIn(database),
    records: recordsOf(file, onDamaged),
  };
  return {
    file,
    ...actsIn(store),
    ...requestsIn(store),
    ...holdsIn(store),
    ...softeningsIn(store),
    async probe() {
      writableFolder(folder, file);
      await database.write((run) =>
        run("INSERT OR REPLACE INTO meta (name, value) VALUES ('probed', ?)", String(clock.now())),
      );
    },
    async prune(before) {
      return pruneBefore(database, before);
    },
    async holdings() {
      return holdingsOf(database);
    },
    durability: () => database.durability(),
    close: () => database.close(),
  };
}

/** The open database may still be writable where its folder is not; the next start would then fail. */
function writableFolder(folder: string, file: string): void {
  const path = join(folder, `.probe-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    writeFileSync(path, 'probe', { flag: 'wx', mode: 0o600 });
    unlinkSync(path);
  } catch (cause) {
    throw journalError(file, cause);
  }
}

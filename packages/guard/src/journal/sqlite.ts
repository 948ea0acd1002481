import { randomBytes } from 'node:crypto';
import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, isOfAct, type Journal, type LeftOut, ToolcribError } from '@toolcrib/model';
import type { RecordKind, RecordOf } from '@toolcrib/model/records/kinds';
import { type Database, openDatabase, type Row, type Value } from './database.ts';
import { journalError } from './errors.ts';
import { read } from './forms.ts';
import { keyFingerprint } from './key.ts';
import { type Holdings, holdingsOf, type Pruned, pruneBefore } from './retention.ts';
import { HOLD, rowsIn, SOFTEN } from './rows.ts';
import { snapshotsIn } from './snapshots.ts';
import { mayBeFinished } from './softens.ts';
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

  /** @param whole of one act: what is left is not to be taken for it */
  function records<K extends RecordKind>(
    kind: K,
    found: Row[],
    leftOut?: LeftOut,
    whole = false,
  ): RecordOf[K][] {
    return found.flatMap((row) => {
      try {
        return [read(kind, row, file)];
      } catch (error) {
        if (!(error instanceof ToolcribError)) throw error;
        if (error.code === 'newer') {
          if (whole && !leftOut) throw error;
          leftOut?.(error);
        } else {
          if (!onDamaged) throw error;
          onDamaged(error);
        }
        return [];
      }
    });
  }

  const rows = rowsIn(database);
  const snapshots = snapshotsIn(database, key, rows.request);

  return {
    file,

    async saveAct(act) {
      await database.write((run) => rows.act(run, act));
    },
    async act(id) {
      const row = database.get('SELECT id, body FROM acts WHERE id = ?', id);
      return row && read('act', row, file);
    },
    async acts(query = {}, leftOut) {
      const { where, values } = conditions({
        'context =': query.context,
        [`${NAME_OF_CONTEXT} =`]: query.contextName,
        'last_at >=': query.since,
      });
      const sql = `SELECT id, body FROM acts ${where} ORDER BY started_at DESC, rowid DESC LIMIT ?`;
      return records('act', database.all(sql, ...values, query.limit ?? -1), leftOut);
    },

    async saveRequest(request) {
      await database.write((run) => {
        if (request.state === 'kept') snapshots.mustHave(request);
        rows.request(run, request);
      });
    },
    async requests(query, leftOut) {
      const { where, values } = conditions({ 'act_id =': query.actId, 'state =': query.state });
      const sql = `SELECT id, act_id, state, body FROM requests ${where} ORDER BY at, rowid`;
      return records('request', database.all(sql, ...values), leftOut, query.actId !== undefined);
    },

    async keep(snapshot, request) {
      await database.write((run) => snapshots.put(run, [{ snapshot, request }]));
    },
    async together({ act, keep = [], requests = [], forget = [] }) {
      await database.write((run) => {
        if (act) rows.act(run, act);
        snapshots.put(run, keep);
        for (const request of requests) {
          if (request.state === 'kept') snapshots.mustHave(request);
          rows.request(run, request);
        }
        snapshots.forget(
          run,
          forget.flatMap((id) => rows.takeAhead(run, id) ?? []),
        );
      });
    },
    async snapshot(id) {
      return snapshots.get(id);
    },
    async snapshotsOf(actId) {
      return snapshots.of(actId);
    },

    async saveHold(hold) {
      await database.write((run) => rows.hold(run, hold));
    },
    async hold(code) {
      const row = database.get(`${HOLD} WHERE code = ?`, code);
      return row && read('hold', row, file);
    },
    async holds(query = {}, leftOut) {
      const { where, values } = conditions({ 'state =': query.state, 'context =': query.context });
      const { actId } = query;
      // Other acts' stand in the record alone: any that names this one is read, and then looked at.
      const named =
        actId === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} (act_id = ? OR instr(body, ?) > 0)`;
      const all = actId === undefined ? values : [...values, actId, JSON.stringify(actId)];
      const stored = database.all(`${HOLD} ${where} ${named} ORDER BY created_at, rowid`, ...all);
      const found = records('hold', stored, leftOut, actId !== undefined);
      return actId === undefined ? found : found.filter((hold) => isOfAct(hold, actId));
    },

    async saveSoften(soften) {
      await database.write((run) => rows.softening(run, soften));
    },
    async askUndo(actId, at) {
      return database.write((run) => {
        const open = records('softening', database.all(`${SOFTEN} WHERE act_id = ?`, actId)).filter(
          mayBeFinished,
        );
        return open.map((one) => {
          const asked = { ...one, undoAsked: one.undoAsked ?? at };
          rows.softening(run, asked);
          return asked;
        });
      });
    },
    async softenings(query = {}, leftOut) {
      const { where, values } = conditions({ 'act_id =': query.actId, 'state =': query.state });
      const sql = `${SOFTEN} ${where} ORDER BY finish_after, rowid`;
      return records('softening', database.all(sql, ...values), leftOut, query.actId !== undefined);
    },

    async saveUndo(undo) {
      await database.write((run) => rows.undo(run, undo));
    },
    async undos(actId, leftOut) {
      const sql = 'SELECT id, act_id, body FROM undos WHERE act_id = ? ORDER BY at, rowid';
      return records('undo', database.all(sql, actId), leftOut, true);
    },

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

/** What `contextNameOf` says of a label: without its mark. */
const NAME_OF_CONTEXT = `CASE WHEN context GLOB '?*~${'[0-9a-f]'.repeat(8)}' THEN substr(context, 1, length(context) - 9) ELSE context END`;

function conditions(wanted: Record<string, Value | undefined>): { where: string; values: Value[] } {
  const given = Object.entries(wanted).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  if (given.length === 0) return { where: '', values: [] };
  return {
    where: `WHERE ${given.map(([left]) => `${left} ?`).join(' AND ')}`,
    values: given.map(([, value]) => value),
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

import { randomBytes } from 'node:crypto';
import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  type Act,
  type Clock,
  type Hold,
  isOfAct,
  type Journal,
  type RequestRecord,
  type SoftenRecord,
  ToolcribError,
  type UndoRecord,
} from '../model/index.ts';
import { actSchema } from '../model/records/act.ts';
import { holdSchema } from '../model/records/hold.ts';
import { requestSchema } from '../model/records/request.ts';
import { softenSchema } from '../model/records/soften.ts';
import { undoSchema } from '../model/records/undo.ts';
import { type Database, openDatabase, type Row, type Run, type Value } from './database.ts';
import { damaged, journalError } from './errors.ts';
import { followingHold } from './holds.ts';
import { keyFingerprint } from './key.ts';
import { type Holdings, holdingsOf, type Pruned, pruneBefore } from './retention.ts';
import { snapshotsIn } from './snapshots.ts';
import { followingSoften, mayBeFinished } from './softens.ts';
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
 * @throws ToolcribError `wrong-key` where it was made with another key; `journal`; `damaged`
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

  /** The record in a row's `body`; the columns beside it must say the same. */
  function record<T>(schema: z.ZodType<T>, what: string, row: Row): T {
    try {
      const value: unknown = JSON.parse(String(row.body));
      schema.parse(value);
      const fields = value as Record<string, unknown>;
      for (const [column, field] of [
        ['id', 'id'],
        ['code', 'code'],
        ['act_id', 'actId'],
        ['state', 'state'],
      ] as const) {
        if (column in row && row[column] !== fields[field])
          throw new Error(`it is not what its ${column} says`);
      }
      return value as T;
    } catch (cause) {
      throw damaged(`${what} ${String(row.id ?? row.code ?? row.act_id)}`, file, cause);
    }
  }

  function records<T>(schema: z.ZodType<T>, what: string, rows: Row[]): T[] {
    return rows.flatMap((row) => {
      try {
        return [record(schema, what, row)];
      } catch (error) {
        if (!onDamaged || !(error instanceof ToolcribError)) throw error;
        onDamaged(error);
        return [];
      }
    });
  }

  const snapshots = snapshotsIn(database, key, putRequest);
  const HOLD = 'SELECT code, act_id, state, body FROM holds';
  const SOFTEN = 'SELECT act_id, state, body FROM softenings';

  function storedSoften({ actId, requestId, owner }: SoftenRecord): SoftenRecord | undefined {
    const where = 'WHERE act_id = ? AND request_id = ? AND owner_uid = ?';
    const row = database.get(`${SOFTEN} ${where}`, actId, requestId, owner.uid);
    return row && record<SoftenRecord>(softenSchema, 'the softened delete of', row);
  }

  return {
    file,

    async saveAct(act) {
      await database.write((run) => putAct(run, act));
    },
    async act(id) {
      const row = database.get('SELECT id, body FROM acts WHERE id = ?', id);
      return row && record<Act>(actSchema, 'the act', row);
    },
    async acts(query = {}) {
      const { where, values } = conditions({
        'context =': query.context,
        [`${NAME_OF_CONTEXT} =`]: query.contextName,
        'last_at >=': query.since,
      });
      const sql = `SELECT id, body FROM acts ${where} ORDER BY started_at DESC, rowid DESC LIMIT ?`;
      return records<Act>(actSchema, 'the act', database.all(sql, ...values, query.limit ?? -1));
    },

    async saveRequest(request) {
      await database.write((run) => {
        if (request.state === 'kept') snapshots.mustHave(request);
        putRequest(run, request);
      });
    },
    async requests(query) {
      const { where, values } = conditions({ 'act_id =': query.actId, 'state =': query.state });
      const sql = `SELECT id, act_id, state, body FROM requests ${where} ORDER BY at, rowid`;
      return records<RequestRecord>(requestSchema, 'the request', database.all(sql, ...values));
    },

    async keep(snapshot, request) {
      await database.write((run) => snapshots.put(run, [{ snapshot, request }]));
    },
    async together({ act, keep = [], requests = [], forget = [] }) {
      await database.write((run) => {
        if (act) putAct(run, act);
        snapshots.put(run, keep);
        for (const request of requests) {
          if (request.state === 'kept') snapshots.mustHave(request);
          putRequest(run, request);
        }
        snapshots.forget(
          run,
          forget.flatMap((id) => takeAhead(database, run, id) ?? []),
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
      await database.write((run) => {
        const row = database.get(`${HOLD} WHERE code = ?`, hold.code);
        const next = followingHold(row && record<Hold>(holdSchema, 'the hold', row), hold);
        run(
          `INSERT INTO holds (code, act_id, context, created_at, state, revision, body) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (code) DO UPDATE SET act_id = excluded.act_id, context = excluded.context,
           created_at = excluded.created_at, state = excluded.state, revision = excluded.revision,
           body = excluded.body`,
          next.code,
          next.actId,
          next.context,
          next.createdAt,
          next.state,
          next.revision ?? 1,
          JSON.stringify(next),
        );
      });
    },
    async hold(code) {
      const row = database.get(`${HOLD} WHERE code = ?`, code);
      return row && record<Hold>(holdSchema, 'the hold', row);
    },
    async holds(query = {}) {
      const { where, values } = conditions({ 'state =': query.state, 'context =': query.context });
      const { actId } = query;
      // Other acts' stand in the record alone: any that names this one is read, and then looked at.
      const named = actId === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} instr(body, ?) > 0`;
      const all = actId === undefined ? values : [...values, JSON.stringify(actId)];
      const rows = database.all(`${HOLD} ${where} ${named} ORDER BY created_at, rowid`, ...all);
      const found = records<Hold>(holdSchema, 'the hold', rows);
      return actId === undefined ? found : found.filter((hold) => isOfAct(hold, actId));
    },

    async saveSoften(soften) {
      await database.write((run) => putSoften(run, followingSoften(storedSoften(soften), soften)));
    },
    async askUndo(actId, at) {
      return database.write((run) => {
        const rows = database.all(`${SOFTEN} WHERE act_id = ?`, actId);
        const open = records<SoftenRecord>(softenSchema, 'the softened delete of', rows).filter(
          mayBeFinished,
        );
        return open.map((one) => {
          const asked = { ...one, undoAsked: one.undoAsked ?? at };
          putSoften(run, asked);
          return asked;
        });
      });
    },
    async softenings(query = {}) {
      const { where, values } = conditions({ 'act_id =': query.actId, 'state =': query.state });
      const sql = `${SOFTEN} ${where} ORDER BY finish_after, rowid`;
      return records<SoftenRecord>(softenSchema, 'the softened delete of', database.all(sql, ...values));
    },

    async saveUndo(undo) {
      await database.write((run) =>
        run(
          `INSERT INTO undos (id, act_id, at, body) VALUES (?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET act_id = excluded.act_id, at = excluded.at, body = excluded.body`,
          undo.id,
          undo.actId,
          undo.at,
          JSON.stringify(undo),
        ),
      );
    },
    async undos(actId) {
      const sql = 'SELECT id, act_id, body FROM undos WHERE act_id = ? ORDER BY at, rowid';
      return records<UndoRecord>(undoSchema, 'the undo', database.all(sql, actId));
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

/**
 * Nothing but what was never asked for: any other state is an end, or the way to one.
 * @returns the id of its snapshot
 */
function takeAhead(database: Database, run: Run, id: string): string | undefined {
  const ahead = "id = ? AND state = 'kept' AND json_extract(body, '$.ahead')";
  const row = database.get(
    `SELECT json_extract(body, '$.snapshotId') AS kept FROM requests WHERE ${ahead}`,
    id,
  );
  run(`DELETE FROM requests WHERE ${ahead}`, id);
  return row ? String(row.kept) : undefined;
}

function putAct(run: Run, act: Act): void {
  run(
    `INSERT INTO acts (id, context, started_at, last_at, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET context = excluded.context, started_at = excluded.started_at,
     last_at = excluded.last_at, body = excluded.body`,
    act.id,
    act.context,
    act.startedAt,
    act.lastAt,
    JSON.stringify(act),
  );
}

function putRequest(run: Run, request: RequestRecord): void {
  run(
    `INSERT INTO requests (id, act_id, at, state, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET act_id = excluded.act_id, at = excluded.at, state = excluded.state,
     body = excluded.body`,
    request.id,
    request.actId,
    request.at,
    request.state,
    JSON.stringify(request),
  );
}

function putSoften(run: Run, soften: SoftenRecord): void {
  run(
    `INSERT INTO softenings (act_id, request_id, owner_uid, finish_after, state, body) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (act_id, request_id, owner_uid) DO UPDATE SET finish_after = excluded.finish_after,
     state = excluded.state, body = excluded.body`,
    soften.actId,
    soften.requestId,
    soften.owner.uid,
    soften.finishAfter,
    soften.state,
    JSON.stringify(soften),
  );
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

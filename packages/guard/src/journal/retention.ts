import { ToolcribError } from '@toolcrib/model';
import { type RecordKind, recordKinds } from '@toolcrib/model/records/kinds';
import type { Database } from './database.ts';
import { read } from './forms.ts';

export interface Pruned {
  acts: number;
  snapshots: number;
}

export interface Holdings {
  acts: number;
  snapshots: number;
  /** Bytes of the sealed snapshots. */
  snapshotBytes: number;
  /** Softened deletes that were neither finished nor undone. */
  unfinished: number;
}

/** Acts that nobody waits for any more: nothing held, on its way, or left half done. */
const ENDED = `
  SELECT id FROM acts WHERE last_at < ?
    AND id NOT IN (SELECT act_id FROM requests WHERE state IN ('held', 'kept', 'unsettled'))
    AND id NOT IN (SELECT act_id FROM holds WHERE state IN ('open', 'approved'))
    AND id NOT IN (SELECT act_id FROM softenings WHERE state IN ('started', 'softened', 'failed'))`;

/** Where an act's records lie, but for the snapshots. */
const TABLES: Record<Exclude<RecordKind, 'snapshot'>, { table: string; act: string }> = {
  act: { table: 'acts', act: 'id' },
  request: { table: 'requests', act: 'act_id' },
  hold: { table: 'holds', act: 'act_id' },
  softening: { table: 'softenings', act: 'act_id' },
  undo: { table: 'undos', act: 'act_id' },
};

/** Guards that have ended, and of which nothing is left that anybody would have to look after. */
const WITHOUT_ESTATE = `ended = 1 AND id <> '' AND until < ? AND id NOT IN (${[
  "requests WHERE state IN ('held', 'kept', 'unsettled')",
  "holds WHERE state IN ('open', 'approved')",
  "softenings WHERE state <> 'finished'",
]
  .map((of) => `SELECT CASE WHEN json_valid(body) THEN coalesce(body ->> 'guard', '') ELSE '' END FROM ${of}`)
  .join(' UNION ')})`;

/**
 * One transaction: an act goes with all that belongs to it, or stays with all of it. It stays, too, where a newer toolcrib
 * wrote any record of it: whether it is unfinished, and when it is over, is for that one to say.
 */
export async function pruneBefore(database: Database, before: number): Promise<Pruned> {
  const pruned = await database.write((run) => {
    run('CREATE TEMP TABLE IF NOT EXISTS ended (id TEXT PRIMARY KEY)');
    run('DELETE FROM ended');
    run(`INSERT INTO ended ${ENDED}`, before);
    for (const { id } of database.all('SELECT id FROM ended'))
      if (hasNewer(database, String(id))) run('DELETE FROM ended WHERE id = ?', String(id));
    const drop = (table: string, column: string) =>
      run(`DELETE FROM ${table} WHERE ${column} IN (SELECT id FROM ended)`);
    const snapshots = drop('snapshots', 'act_id');
    for (const table of ['requests', 'holds', 'softenings', 'undos']) drop(table, 'act_id');
    const acts = drop('acts', 'id');
    run(`DELETE FROM guards WHERE ${WITHOUT_ESTATE}`, before);
    return { acts, snapshots };
  });
  // Gives the room back: first from the file's free pages, then from the log that holds their last contents.
  await database.write(() => database.all('PRAGMA incremental_vacuum'));
  database.all('PRAGMA wal_checkpoint(TRUNCATE)');
  return pruned;
}

/** Act by act: all of a long time at once would fill the memory. */
function hasNewer(database: Database, actId: string): boolean {
  const sealed = 'SELECT 1 FROM snapshots WHERE act_id = ? AND format > ?';
  if (database.get(sealed, actId, recordKinds.snapshot.format)) return true;
  return (Object.keys(TABLES) as (keyof typeof TABLES)[]).some((kind) => {
    const { table, act } = TABLES[kind];
    return database.all(`SELECT body FROM ${table} WHERE ${act} = ?`, actId).some(({ body }) => {
      try {
        read(kind, { body }, database.file);
        return false;
      } catch (error) {
        return error instanceof ToolcribError && error.code === 'newer';
      }
    });
  });
}

export function holdingsOf(database: Database): Holdings {
  const number = (sql: string) => Number(database.get(sql)?.n);
  return {
    acts: number('SELECT count(*) AS n FROM acts'),
    snapshots: number('SELECT count(*) AS n FROM snapshots'),
    snapshotBytes: number('SELECT coalesce(sum(length(sealed)), 0) AS n FROM snapshots'),
    // A word that is not known here may be one of these.
    unfinished: number("SELECT count(*) AS n FROM softenings WHERE state NOT IN ('finished', 'undone')"),
  };
}

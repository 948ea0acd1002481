import type { Database } from './database.ts';

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

/** One transaction: an act goes with all that belongs to it, or stays with all of it. */
export async function pruneBefore(database: Database, before: number): Promise<Pruned> {
  const pruned = await database.write((run) => {
    run('CREATE TEMP TABLE IF NOT EXISTS ended (id TEXT PRIMARY KEY)');
    run('DELETE FROM ended');
    run(`INSERT INTO ended ${ENDED}`, before);
    const drop = (table: string, column: string) =>
      run(`DELETE FROM ${table} WHERE ${column} IN (SELECT id FROM ended)`);
    const snapshots = drop('snapshots', 'act_id');
    for (const table of ['requests', 'holds', 'softenings', 'undos']) drop(table, 'act_id');
    return { acts: drop('acts', 'id'), snapshots };
  });
  // Gives the room back: first from the file's free pages, then from the log that holds their last contents.
  await database.write(() => database.all('PRAGMA incremental_vacuum'));
  database.all('PRAGMA wal_checkpoint(TRUNCATE)');
  return pruned;
}

export function holdingsOf(database: Database): Holdings {
  const number = (sql: string) => Number(database.get(sql)?.n ?? 0);
  return {
    acts: number('SELECT count(*) AS n FROM acts'),
    snapshots: number('SELECT count(*) AS n FROM snapshots'),
    snapshotBytes: number('SELECT coalesce(sum(length(sealed)), 0) AS n FROM snapshots'),
    unfinished: number(
      "SELECT count(*) AS n FROM softenings WHERE state IN ('started', 'softened', 'failed')",
    ),
  };
}

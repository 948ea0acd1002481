import { ToolcribError } from '@toolcrib/model';
import type { Database, Run } from './database.ts';

/** The guards that have records in a journal's file: each with its lease, and who has what is left of it. */
export interface Guards {
  /** Whether nobody else may have what is its; also with a lease that ran out, as long as nobody has ended it. */
  lives(guard: string): boolean;
  /** @returns false where it was ended. Within a transaction, as the others */
  renew(run: Run, guard: string, until: number): boolean;
  end(run: Run, guard: string): void;
  /** Whether there is anything to take over. @throws ToolcribError `conflict` for who has no lease, as `takeOver` */
  waits(guard: string, endedBefore: number): boolean;
  takeOver(run: Run, guard: string, endedBefore: number): void;
  /** Those of which it is the heir. */
  inherited(guard: string): string[];
  /**
   * @param stored whose the record is, `given` whose it shall be
   * @param goes whether something goes out by it, or may
   * @throws ToolcribError `conflict`
   */
  refuse(what: string, stored: string | undefined, given: string | undefined, goes: boolean): void;
}

/** Not the guard's own: its lease ran out, or its heir has ended. */
const OVER = `id <> ? AND (
  (ended = 0 AND until < ?) OR (ended = 1 AND (heir IS NULL OR heir NOT IN (SELECT id FROM guards WHERE ended = 0)))
)`;

export function guardsIn(database: Database): Guards {
  const lives = (guard: string) =>
    database.get('SELECT 1 FROM guards WHERE id = ? AND ended = 0', guard) !== undefined;
  const conflict = (why: string) =>
    new ToolcribError('conflict', why, { next: 'Send it again: it is judged anew.' });
  const mayTake = (guard: string): void => {
    if (!lives(guard)) throw conflict(`The guard ${guard} has no lease any more, and takes nothing over.`);
  };
  return {
    lives,
    renew: (run, guard, until) =>
      run(
        `INSERT INTO guards (id, until) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET until = max(until, excluded.until) WHERE ended = 0`,
        guard,
        until,
      ) > 0,
    end(run, guard) {
      run('UPDATE guards SET ended = 1 WHERE id = ?', guard);
    },
    waits(guard, endedBefore) {
      mayTake(guard);
      return database.get(`SELECT 1 FROM guards WHERE ${OVER}`, guard, endedBefore) !== undefined;
    },
    takeOver(run, guard, endedBefore) {
      mayTake(guard);
      run(`UPDATE guards SET ended = 1 WHERE id <> ? AND ended = 0 AND until < ?`, guard, endedBefore);
      run(`UPDATE guards SET heir = ? WHERE ${OVER}`, guard, guard, endedBefore);
    },
    inherited: (guard) =>
      database.all('SELECT id FROM guards WHERE heir = ? ORDER BY id', guard).map(({ id }) => String(id)),
    refuse(what, stored, given, goes) {
      if (stored !== undefined && stored !== given && lives(stored))
        throw conflict(`${what} belongs to another guard, which lives.`);
      if (goes && given !== undefined && !lives(given))
        throw conflict(
          `This guard stood still for so long that another may have taken over what was its: ${what} is not its to send.`,
        );
    },
  };
}

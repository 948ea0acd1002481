import {
  type Act,
  type Hold,
  type RequestRecord,
  type RequestState,
  type SoftenRecord,
  ToolcribError,
  type UndoRecord,
} from '@toolcrib/model';
import type { RecordKind, RecordOf } from '@toolcrib/model/records/kinds';
import type { Database, Row, Run } from './database.ts';
import { read, written } from './forms.ts';
import { guardsIn } from './guards.ts';
import { followingHold } from './hold-transitions.ts';
import { followingSoften } from './softening-transitions.ts';

export const HOLD = 'SELECT code, act_id, state, body FROM holds';
export const SOFTEN = 'SELECT act_id, state, body FROM softenings';

/** On its way out, or about to be. */
const GOES: readonly RequestState[] = ['held', 'kept', 'without-net'];

/**
 * Records into their rows. Each within a transaction; ToolcribError `fault`, `newer` over one of a newer toolcrib, or
 * `conflict` over one of another guard.
 */
export function rowsIn(database: Database) {
  const guards = guardsIn(database);

  /** What is damaged is written anew by it; what is only not known here is another's, and whole. */
  function notOverNewer<K extends RecordKind>(kind: K, row: Row | undefined): RecordOf[K] | undefined {
    try {
      return row && read(kind, row, database.file);
    } catch (error) {
      if (error instanceof ToolcribError && error.code === 'newer') throw error;
      return undefined;
    }
  }

  return {
    act(run: Run, act: Act): void {
      const body = written('act', act);
      notOverNewer('act', database.get('SELECT id, body FROM acts WHERE id = ?', act.id));
      run(
        `INSERT INTO acts (id, context, started_at, last_at, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET context = excluded.context, started_at = excluded.started_at,
         last_at = excluded.last_at, body = excluded.body`,
        act.id,
        act.context,
        act.startedAt,
        act.lastAt,
        body,
      );
    },

    request(run: Run, request: RequestRecord): void {
      const body = written('request', request);
      const row = database.get('SELECT id, act_id, state, body FROM requests WHERE id = ?', request.id);
      const stored = notOverNewer('request', row);
      guards.refuse(`the request ${request.id}`, stored?.guard, request.guard, GOES.includes(request.state));
      run(
        `INSERT INTO requests (id, act_id, at, state, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET act_id = excluded.act_id, at = excluded.at, state = excluded.state,
         body = excluded.body`,
        request.id,
        request.actId,
        request.at,
        request.state,
        body,
      );
    },

    /**
     * Nothing but what was never asked for: any other state is an end, or the way to one.
     * @returns the id of its snapshot
     */
    takeAhead(run: Run, id: string): string | undefined {
      const ahead = "id = ? AND state = 'kept' AND json_extract(body, '$.ahead')";
      const row = database.get(
        `SELECT json_extract(body, '$.snapshotId') AS kept FROM requests WHERE ${ahead}`,
        id,
      );
      run(`DELETE FROM requests WHERE ${ahead}`, id);
      return row ? String(row.kept) : undefined;
    },

    /** @throws ToolcribError `conflict`, `damaged` too */
    hold(run: Run, hold: Hold): void {
      const row = database.get(`${HOLD} WHERE code = ?`, hold.code);
      const stored = row && read('hold', row, database.file);
      guards.refuse(`the hold ${hold.code}`, stored?.guard, hold.guard, true);
      const next = followingHold(stored, hold);
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
        next.revision,
        written('hold', next),
      );
    },

    /**
     * @param by a person's own word, or doing, goes out by no guard: whose it was may have ended
     * @throws ToolcribError `damaged` too
     */
    softening(run: Run, given: SoftenRecord, by?: 'person'): void {
      const { actId, requestId, owner } = given;
      const where = 'WHERE act_id = ? AND request_id = ? AND owner_uid = ?';
      const row = database.get(`${SOFTEN} ${where}`, actId, requestId, owner.uid);
      const stored = row && read('softening', row, database.file);
      const what = `the softened delete of ${owner.kind} ${owner.name}`;
      const goes = given.state === 'started' && by !== 'person';
      guards.refuse(what, stored?.guard, given.guard, goes);
      const next = followingSoften(stored, given);
      run(
        `INSERT INTO softenings (act_id, request_id, owner_uid, finish_after, state, body) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (act_id, request_id, owner_uid) DO UPDATE SET finish_after = excluded.finish_after,
         state = excluded.state, body = excluded.body`,
        next.actId,
        next.requestId,
        next.owner.uid,
        next.finishAfter,
        next.state,
        written('softening', next),
      );
    },

    undo(run: Run, undo: UndoRecord): void {
      const body = written('undo', undo);
      notOverNewer('undo', database.get('SELECT id, act_id, body FROM undos WHERE id = ?', undo.id));
      run(
        `INSERT INTO undos (id, act_id, at, body) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET act_id = excluded.act_id, at = excluded.at, body = excluded.body`,
        undo.id,
        undo.actId,
        undo.at,
        body,
      );
    },
  };
}

import { type Kept, type RequestRecord, type Snapshot, ToolcribError } from '@toolcrib/model';
import { recordKinds } from '@toolcrib/model/records/kinds';
import type { Database, Row, Run } from './database.ts';
import { damaged, newer } from './errors.ts';
import { asRead, check, isNewer, titleOf } from './forms.ts';
import { PIECE_FORMAT, SEAL_FORMAT, seal, unseal } from './seal.ts';

/** The sealed snapshots of a journal's file. */
export interface Snapshots {
  /** Writes them with their requests, which become `kept`, and reads them back. Within a transaction. */
  put(run: Run, kept: readonly Kept[]): void;
  get(id: string): Snapshot | undefined;
  /** In the order in which they were taken. @throws ToolcribError `damaged`, `newer` where one of them can't be opened */
  of(actId: string): Snapshot[];
  /** @throws ToolcribError `not-kept` where a request has none */
  mustHave(request: RequestRecord): void;
  /** Their requests are gone: the pieces of which no part is wanted any more go too. Within a transaction. */
  forget(run: Run, ids: readonly string[]): void;
}

/** Snapshots of one row. */
type Piece = [Snapshot, ...Snapshot[]];

const SNAPSHOT = 'SELECT id, act_id, format, sealed FROM snapshots';

/**
 * Snapshots by id. Those of one moment lie in one row, called by what stands before the `/` of their ids: sixty small
 * objects are sealed and read back in the time of two. A part counts as long as its request is there.
 */
export function snapshotsIn(
  database: Database,
  key: Buffer,
  putRequest: (run: Run, request: RequestRecord) => void,
): Snapshots {
  const { file } = database;

  function plainOf(row: Row): Buffer {
    return unseal(row.sealed as Uint8Array, key, { snapshotId: String(row.id), actId: String(row.act_id) });
  }

  function open(row: Row): Snapshot[] {
    const name = `${titleOf('snapshot', row)} of ${String(row.act_id)}`;
    try {
      const known = recordKinds.snapshot.format;
      if (isNewer(row.format, known))
        throw newer(name, file, `its format is ${row.format}, and this one knows ${known}`);
      const read: unknown = JSON.parse(plainOf(row).toString('utf8'));
      const all: unknown[] = Number(row.format) === PIECE_FORMAT && Array.isArray(read) ? read : [read];
      // Handed out as they were written: the objects must not be reordered or trimmed on the way.
      return all.map((one) => asRead('snapshot', one, name, file));
    } catch (cause) {
      throw cause instanceof ToolcribError ? cause : damaged(name, file, cause);
    }
  }

  function insert(run: Run, rowId: string, snapshots: Piece, format: number): void {
    const [first] = snapshots;
    const piece = format === PIECE_FORMAT;
    const plain = Buffer.from(JSON.stringify(piece ? snapshots : first));
    const requestIds = snapshots.map(({ requestId }) => requestId);
    run(
      'INSERT INTO snapshots (id, act_id, request_id, taken_at, format, sealed) VALUES (?, ?, ?, ?, ?, ?)',
      rowId,
      first.actId,
      piece ? JSON.stringify(requestIds) : first.requestId,
      first.takenAt,
      format,
      seal(plain, key, { snapshotId: rowId, actId: first.actId }),
    );
    // Readable, not only written: what can't be opened again is not kept (law 1), and is undone here.
    if (backOf(rowId)?.equals(plain)) return;
    throw damaged(`the snapshot ${rowId}`, file, new Error('it does not read back as it was written'));
  }

  function backOf(rowId: string): Buffer | undefined {
    try {
      const row = database.get(`${SNAPSHOT} WHERE id = ?`, rowId);
      return row && plainOf(row);
    } catch {
      return undefined;
    }
  }

  const isThere = (requestId: string): boolean =>
    database.get('SELECT 1 FROM requests WHERE id = ?', requestId) !== undefined;

  return {
    put(run, kept) {
      const pieces = new Map<string, Piece>();
      for (const { snapshot, request } of kept) {
        if (snapshot.requestId !== request.id || snapshot.actId !== request.actId) {
          throw new ToolcribError(
            'journal',
            `The snapshot ${snapshot.id} does not belong to the request ${request.id}; nothing was kept.`,
          );
        }
        const rowId = rowOf(snapshot.id);
        const piece = pieces.get(rowId);
        if (piece && piece[0].actId !== snapshot.actId)
          throw new ToolcribError(
            'journal',
            `The snapshot ${snapshot.id} belongs to another act; nothing was kept.`,
          );
        check('snapshot', snapshot);
        if (piece) piece.push(snapshot);
        else pieces.set(rowId, [snapshot]);
      }
      for (const [rowId, snapshots] of pieces)
        insert(run, rowId, snapshots, rowId === snapshots[0].id ? SEAL_FORMAT : PIECE_FORMAT);
      for (const { snapshot, request } of kept)
        putRequest(run, { ...request, state: 'kept', snapshotId: snapshot.id });
    },
    get(id) {
      const row = database.get(`${SNAPSHOT} WHERE id = ?`, rowOf(id));
      return row && open(row).find((snapshot) => snapshot.id === id);
    },
    of(actId) {
      const rows = database.all(`${SNAPSHOT} WHERE act_id = ? ORDER BY taken_at, rowid`, actId);
      return rows.flatMap((row) =>
        Number(row.format) === PIECE_FORMAT
          ? open(row).filter(({ requestId }) => isThere(requestId))
          : open(row),
      );
    },
    mustHave({ id, snapshotId = '' }) {
      const row = database.get('SELECT request_id FROM snapshots WHERE id = ?', rowOf(snapshotId));
      const whose = String(row?.request_id);
      const ids: unknown = snapshotId.includes('/') && row ? JSON.parse(whose) : [whose];
      if (row && Array.isArray(ids) && ids.includes(id)) return;
      throw new ToolcribError('not-kept', `The request ${id} has no snapshot in the journal.`, {
        next: 'A request becomes kept only together with its snapshot.',
      });
    },
    forget(run, ids) {
      for (const rowId of new Set(ids.map(rowOf))) {
        const row = database.get(
          'SELECT request_id FROM snapshots WHERE id = ? AND format = ?',
          rowId,
          PIECE_FORMAT,
        );
        const whose = row ? (JSON.parse(String(row.request_id)) as string[]) : [];
        if (row && !whose.some(isThere)) run('DELETE FROM snapshots WHERE id = ?', rowId);
      }
    },
  };
}

/** The row in which a snapshot lies. */
function rowOf(id: string): string {
  return id.replace(/\/.*/s, '');
}

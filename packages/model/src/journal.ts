import type { ToolcribError } from './errors.ts';
import type { Act } from './records/act.ts';
import type { Hold } from './records/hold.ts';
import type { RequestRecord, RequestState } from './records/request.ts';
import type { Snapshot } from './records/snapshot.ts';
import type { SoftenRecord } from './records/soften.ts';
import type { UndoRecord } from './records/undo.ts';

/** Writes that belong together. */
export interface Moment {
  act?: Act;
  /** As `keep`, each. Snapshots whose ids have the same part before a `/` are of one act, and sealed in one piece. */
  keep?: readonly Kept[];
  /** As `saveRequest`, each. */
  requests?: readonly RequestRecord[];
  /** Ids of requests that are kept `ahead` and were never sent: forgotten with what was kept for them. Others stay. */
  forget?: readonly string[];
}

export interface Kept {
  snapshot: Snapshot;
  request: RequestRecord;
}

/** Told of a record that a list leaves out: since a newer toolcrib wrote it, or since it is damaged. */
export type LeftOut = (error: ToolcribError) => void;

/**
 * The record of acts, requests, decisions, snapshots, approvals, undos. What a method has resolved is durable
 * (fsync, or committed). Errors: `ToolcribError` with code `journal`, `wrong-key`, `damaged` or `newer`. What is damaged
 * is named and harms nothing else: where `snapshotsOf` throws, `snapshot` still reads the others one by one.
 *
 * What a newer toolcrib wrote in a form that is not known here is `newer`, and left as it is: by one who asks for just
 * that, and by a list of what belongs to one act, which is not to be taken for whole. Other lists pass it over, and so does
 * each that has somebody to tell. Whatever is saved is checked first: `fault` where it could not be read back.
 *
 * What is damaged in a list is thrown, but where the list is given somebody to tell of that: it is passed over then.
 */
export interface Journal {
  saveAct(act: Act): Promise<void>;
  act(id: string): Promise<Act | undefined>;
  /**
   * Newest first.
   * @param query.context a label, that alone
   * @param query.contextName a context's name: with or without a mark (`label.ts`)
   * @param query.before an act's id: those that come after it in this order, however many come in meanwhile; none where it is not there
   */
  acts(
    query?: { context?: string; contextName?: string; since?: number; before?: string; limit?: number },
    leftOut?: LeftOut,
    damaged?: LeftOut,
  ): Promise<Act[]>;

  /** Inserts or replaces by id; `not-kept` for state `kept` where `keep` has not stored its snapshot before. */
  saveRequest(request: RequestRecord): Promise<void>;
  /** Oldest first. */
  requests(
    query: { actId?: string; state?: RequestState },
    leftOut?: LeftOut,
    damaged?: LeftOut,
  ): Promise<RequestRecord[]>;

  /** Snapshot and request in one transaction: **the only way a request becomes `kept`**, but for several `together`. */
  keep(snapshot: Snapshot, request: RequestRecord): Promise<void>;
  /** What belongs to one moment, in one transaction: all of it is durable once this resolves, or none of it is there. */
  together(moment: Moment): Promise<void>;
  snapshot(id: string): Promise<Snapshot | undefined>;
  snapshotsOf(actId: string): Promise<Snapshot[]>;

  /**
   * Inserts, or replaces by code. Several processes write: `conflict` where that would take back what another
   * has written (an outdated `revision`, a state that can't follow the stored one, a second answer, used UIDs
   * forgotten, `used` saved twice), or where the code belongs to another request.
   */
  saveHold(hold: Hold): Promise<void>;
  hold(code: string): Promise<Hold | undefined>;
  /** @param query.actId the act that asked first, or in which its yes was used, or that asked for the same */
  holds(
    query?: { state?: Hold['state']; context?: string; actId?: string },
    leftOut?: LeftOut,
    damaged?: LeftOut,
  ): Promise<Hold[]>;

  /**
   * Inserts or replaces; another end than the stored one, and forgetting that the undo was asked for, change nothing.
   * @param by a person carries on what a guard began: that may have ended since
   */
  saveSoften(record: SoftenRecord, by?: 'person'): Promise<void>;
  /**
   * Sets `undoAsked` of whatever of the act the guard might finish by itself, also of what is only being softened, and of
   * a guard that has ended. What is newer is passed over.
   */
  askUndo(actId: string, at: number): Promise<SoftenRecord[]>;
  softenings(
    query?: { actId?: string; state?: SoftenRecord['state'] },
    leftOut?: LeftOut,
    damaged?: LeftOut,
  ): Promise<SoftenRecord[]>;

  saveUndo(record: UndoRecord): Promise<void>;
  undos(actId: string, leftOut?: LeftOut, damaged?: LeftOut): Promise<UndoRecord[]>;

  /**
   * Says that a guard lives, and prolongs its lease. What is of a guard whose lease runs is nobody else's business: `conflict`
   * for a request, a hold or a softening that another one saves over it, and for what would go out by a guard whose lease
   * has ended.
   * @param until milliseconds since 1970
   * @returns false: it was ended, and for good. Others have what was that guard's, or may have it any moment
   */
  renewLease(guard: string, until: number): Promise<boolean>;
  /** At the guard's own end, or where it is certain that it lives no more. */
  endLease(guard: string): Promise<void>;
  /**
   * Takes over what is of guards that have ended: by one guard, exactly, until that has ended too.
   * @param endedBefore leases that ran out before this end now, milliseconds since 1970
   * @returns the guards whose records are this one's business too, by now; '' among them: what has no owner
   * @throws ToolcribError `conflict` where its own lease was ended
   */
  takeOver(guard: string, endedBefore: number): Promise<string[]>;

  /** Throws where nothing could be written now (full disk, read-only folder): asked before a hold is offered. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

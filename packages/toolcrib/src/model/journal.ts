import type { Act, Caller } from './act.ts';
import type { Decision } from './decision.ts';
import type { Effect } from './effect.ts';
import type { As } from './ports.ts';
import type { Radius, UnseenKind } from './radius.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What became of one request.
 * `held` waits for a person; `kept` its snapshot is durable and it may be on its way; `answered` the cluster
 * answered (`status`) with a certain yes or no; `softened` carried out in softened form; `refused` never sent, by a
 * decision; `not-sent` allowed, and never sent all the same (its client had gone); `failed` its softening came to nothing
 * (older journals: no answer came). Where no answer came, or one that is no certain no, or the guard ended meanwhile, it is
 * `unsettled` (see `unsure`) until the cluster was asked: `carried-out` or `not-carried-out`, with the reason in `note`.
 */
export type RequestState =
  | 'held'
  | 'kept'
  /** Let go by a person although it could not be kept. */
  | 'without-net'
  | 'answered'
  | 'softened'
  | 'refused'
  | 'not-sent'
  | 'failed'
  | 'carried-out'
  | 'not-carried-out'
  | 'unsettled';

export interface RequestRecord {
  id: string;
  actId: string;
  /** Milliseconds since 1970. */
  at: number;
  method: string;
  /** Path with query, as sent. */
  path: string;
  effect: Effect;
  decision: Decision;
  state: RequestState;
  /** The HTTP status that the client got, once it got one. */
  status?: number;
  /** UIDs of the targets as they stood. */
  targetUids: string[];
  snapshotId?: string;
  /** What could go with it and was not seen, and so is not in the snapshot. Absent where everything was seen. */
  unseen?: UnseenKind[];
  /** The client acted as somebody else: an undo goes out with no more rights than that. */
  as?: As;
  /**
   * Judged and kept before it was asked for, since its act was seen to come to it; it may have been sent since. Away once it
   * is known what became of it, and the whole record is forgotten where its request never came.
   */
  ahead?: true;
  /** Set once the cluster's answer told nothing for certain. */
  unsure?: Unsure;
  note?: string;
}

/** Why nobody knows what became of a request, and until when that is so. */
export interface Unsure {
  why: string;
  /** Until then it may still be carried out: that its object stands says nothing before. Milliseconds since 1970. */
  until: number;
  /** The first look after that which found it not carried out; a second one decides. Milliseconds since 1970. */
  looked?: number;
}

/** A request that a person must say yes to. Lives until it is answered or `expiresAt`. */
export interface Hold {
  /** What a person types: a few unmistakable characters. */
  code: string;
  actId: string;
  /** The act of the one who sent it again last, or used the yes, where that is another: what goes by it goes there. */
  usedIn?: string;
  /** The acts that asked for the same under this code, besides `actId`. */
  alsoBy?: string[];
  requestId: string;
  context: string;
  createdAt: number;
  /** Milliseconds since 1970; afterwards an approval makes no sense any more. */
  expiresAt: number;
  /** So long its yes lets what it has begun go on, and so can be taken back. Milliseconds since 1970. */
  coversUntil?: number;
  /** A client still waits for the answer. */
  waiting: boolean;
  effect: Effect;
  radius: Radius;
  decision: Decision;
  fingerprint: string;
  /** How many like requests the approval would cover. */
  envelope?: Envelope;
  state: 'open' | 'approved' | 'denied' | 'used' | 'expired' | 'void';
  answer?: { as: 'as-sent' | 'softened'; by: string; at: number; withoutNet?: boolean; from?: AnsweredFrom };
  /** Who said no, and when (milliseconds since 1970); absent in old records. */
  denied?: { by: string; at: number; from?: AnsweredFrom };
  /** Who may use a pass: the same person with an identical request. */
  person: string;
  /** Who asked, as far as it is known, and as whom: the approver is told. Absent in old records. */
  caller?: Caller;
  as?: As;
  requestKey: string;
  /**
   * Set where it could not be kept, or where not everything that could go with it was seen: this name must be typed to
   * let it go without a net.
   */
  needsName?: string;
  /**
   * Why the name is needed, and so how far the yes to it goes. `partial`: not everything was seen, and what was seen is
   * kept before it goes. `none`: nothing could be kept. Absent in old records: see `netOf`.
   */
  net?: Net;
  /** Pods that a softened act left running used something of it when it was placed, and that was shown: who what. */
  needed?: string;
  /** Why what else the command will take could not be told ahead, so that it is asked for by itself. */
  untold?: string;
  /** What the act had taken already when this was held, by name; of many the first few and how many more. */
  before?: string[];
  /**
   * Filled in by the journal on reading, and one higher after each save. A save that carries another than the
   * stored one is refused: who takes a pass reads it, marks it used, and saves it with the revision read.
   */
  revision?: number;
}

/** The process that answered a hold, as the system told of it. Absent in old records, and where nobody could tell. */
export interface AnsweredFrom {
  pid: number;
  /** `pts/3` */
  terminal?: string;
  /** The name of the program that started it: a shell, mostly. */
  under?: string;
  /** The run that it belongs to: it can say no. */
  run?: string;
}

/** Whether an act asked for what is held: it is the hold's own, its yes was used in it, or it asked for the same. */
export function isOfAct({ actId, usedIn, alsoBy = [] }: Hold, id: string): boolean {
  return actId === id || usedIn === id || alsoBy.includes(id);
}

/** What net there still is under something that goes only with its name typed. */
export type Net = 'partial' | 'none';

/** Which net a hold still has; undefined where it has a whole one and no name is needed. */
export function netOf({ needsName, net, decision }: Hold): Net | undefined {
  if (needsName === undefined) return undefined;
  return net ?? (decision.rule === NOT_KEPT ? 'none' : 'partial');
}

/** The rule of a hold that was placed because nothing could be kept. */
export const NOT_KEPT = 'not-kept';

/** One approval for several like requests of one act. */
export interface Envelope {
  session: string;
  verb: string;
  kind: string;
  namespace?: string;
  /** Who sent it and with which options, as one hash: an approval is for these alone. Absent in old records. */
  likeness?: string;
  /** UIDs of the objects that were shown. */
  uids: string[];
  used: string[];
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** A softened delete on its way: the workload goes, its Pods stay until `finishAfter`. */
export interface SoftenRecord {
  actId: string;
  requestId: string;
  context: string;
  /** The owner that was asked to go. */
  owner: { apiVersion: string; kind: string; namespace?: string; name: string; uid: string };
  /** Objects left behind, by UID, to be finished or re-adopted. */
  left: { apiVersion: string; kind: string; namespace?: string; name: string; uid: string }[];
  /** `gracePeriodSeconds` of the request as sent, for the finish. */
  gracePeriodSeconds?: number;
  /** The client acted as somebody else: finish, resume and undo go out with no more rights than that. */
  as?: As;
  /** Milliseconds since 1970. `retain-first` is never finished by itself: what it keeps is data. */
  finishAfter: number;
  /** Its undo was asked for (milliseconds since 1970): from then on the guard does not finish it by itself any more. */
  undoAsked?: number;
  /** Default `orphan-first`. */
  how?: 'orphan-first' | 'retain-first';
  /** A StatefulSet's `whenDeleted`: whether the finish takes its claims too. */
  claims?: 'Delete' | 'Retain';
  /** `orphan-first`: our finalizer is on the owner, so from here on the delete may have been sent. */
  held?: boolean;
  /** `retain-first`: the volumes that were, or were about to be, set to Retain, and what they had before. */
  volumes?: { name: string; uid: string; reclaimPolicy: string }[];
  /** `undone` by who adopted what was left: our marks may still be on it. */
  marked?: boolean;
  /** `started` is under way or was cut off, and is resumed by itself; `failed`: it took nothing, `note` says why. */
  state: 'started' | 'softened' | 'finished' | 'undone' | 'failed';
  note?: string;
}

export interface UndoRecord {
  id: string;
  actId: string;
  at: number;
  by: string;
  kind: 'undo' | 'finish';
  /**
   * `conflict`: something else stands under the name now, or it was changed since; it was left as it is.
   * `skipped`: somebody else's (a living controller's, a finished Job), or asked to be left. `unknown`: it stands, and may
   * still be taken; to be asked again.
   */
  results: {
    what: string;
    result: 'done' | 'unchanged' | 'skipped' | 'conflict' | 'failed' | 'unknown';
    note?: string;
  }[];
}

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

/**
 * The record of acts, requests, decisions, snapshots, approvals, undos. What a method has resolved is durable
 * (fsync, or committed). Errors: `ToolcribError` with code `journal`, `wrong-key` or `damaged`. What is damaged
 * is named and harms nothing else: where `snapshotsOf` throws, `snapshot` still reads the others one by one.
 */
export interface Journal {
  saveAct(act: Act): Promise<void>;
  act(id: string): Promise<Act | undefined>;
  /**
   * Newest first.
   * @param query.context a label, that alone
   * @param query.contextName a context's name: with or without a mark (`label.ts`)
   */
  acts(query?: { context?: string; contextName?: string; since?: number; limit?: number }): Promise<Act[]>;

  /** Inserts or replaces by id; `not-kept` for state `kept` where `keep` has not stored its snapshot before. */
  saveRequest(request: RequestRecord): Promise<void>;
  /** Oldest first. */
  requests(query: { actId?: string; state?: RequestState }): Promise<RequestRecord[]>;

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
  holds(query?: { state?: Hold['state']; context?: string; actId?: string }): Promise<Hold[]>;

  /** Inserts or replaces; another end than the stored one, and forgetting that the undo was asked for, change nothing. */
  saveSoften(record: SoftenRecord): Promise<void>;
  /** Sets `undoAsked` of whatever of the act the guard might finish by itself, also of what is only being softened. */
  askUndo(actId: string, at: number): Promise<SoftenRecord[]>;
  softenings(query?: { actId?: string; state?: SoftenRecord['state'] }): Promise<SoftenRecord[]>;

  saveUndo(record: UndoRecord): Promise<void>;
  undos(actId: string): Promise<UndoRecord[]>;

  /** Throws where nothing could be written now (full disk, read-only folder): asked before a hold is offered. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

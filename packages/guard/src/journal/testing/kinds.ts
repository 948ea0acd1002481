import type { Journal, RecordKind, RecordOf } from '@toolcrib/model';
import { aHold, anAct, anUndo, aRequest, aSnapshot, aSoften } from './records.ts';

/** What every record of a kind can be asked for, by the tests that go over all of them. */
export interface Case<T> {
  table: string;
  /** Of its row. */
  column: string;
  /** Of the act's records the one of this kind. */
  one(actId: string): T;
  save(journal: Journal, record: T): Promise<void>;
  /** What belongs to one act of it. */
  read(journal: Journal, actId: string): Promise<T[]>;
  /** The same record, with something in it that no version of ours writes, and where. */
  wrong(record: T): [T, where: RegExp];
  /** The same with a word that a later version may have; none where the kind has no words. */
  later?(record: T): unknown;
}

const n = (actId: string) => actId.slice(-1);
const request = (actId: string, more: Partial<RecordOf['request']> = {}) =>
  aRequest({ id: `req-${n(actId)}`, actId, at: 1, state: 'answered', status: 200, ...more });
const kept = (actId: string) => request(actId, { snapshotId: `snap-${n(actId)}` });
/** Of a verb that no version has. */
const prune = { ...aRequest().effect, verb: 'prune' } as unknown as RecordOf['request']['effect'];

// Complete by its type: a kind more is a case more.
export const CASES: { [K in RecordKind]: Case<RecordOf[K]> } = {
  act: {
    table: 'acts',
    column: 'id',
    one: (actId) => anAct({ id: actId, startedAt: 1, lastAt: 1 }),
    save: (journal, act) => journal.saveAct(act),
    read: async (journal, actId) => [(await journal.act(actId)) ?? anAct()],
    wrong: (act) => [{ ...act, lastAt: Number.NaN }, /lastAt/],
  },
  request: {
    table: 'requests',
    column: 'id',
    one: kept,
    save: (journal, record) => journal.saveRequest(record),
    read: (journal, actId) => journal.requests({ actId }),
    wrong: (record) => [{ ...record, effect: prune }, /effect\.verb.*not-understood/],
    later: (record) => ({ ...record, effect: prune }),
  },
  snapshot: {
    table: 'snapshots',
    column: 'id',
    one: (actId) =>
      aSnapshot({
        id: `snap-${n(actId)}`,
        actId,
        requestId: `req-${n(actId)}`,
        promised: [{ uid: 'uid-kafka', loss: 'restorable' }],
      }),
    save: (journal, snapshot) => journal.keep(snapshot, request(snapshot.actId)),
    read: (journal, actId) => journal.snapshotsOf(actId),
    wrong: (snapshot) => [
      { ...snapshot, objects: [{ ...snapshot.objects[0], kind: undefined } as never] },
      /objects\.0\.kind/,
    ],
    later: (snapshot) => ({ ...snapshot, promised: [{ uid: 'uid-kafka', loss: 'mirrored' }] }),
  },
  hold: {
    table: 'holds',
    column: 'code',
    one: (actId) => aHold({ code: `CODE${n(actId)}`, actId, requestId: `req-${n(actId)}`, state: 'denied' }),
    save: (journal, hold) => journal.saveHold(hold),
    read: (journal, actId) => journal.holds({ actId }),
    wrong: (hold) => [{ ...hold, effect: prune }, /effect\.verb/],
    later: (hold) => ({ ...hold, decision: { ...hold.decision, then: 'postpone' } }),
  },
  softening: {
    table: 'softenings',
    column: 'act_id',
    one: (actId) => aSoften({ actId, requestId: `req-${n(actId)}`, state: 'finished' }),
    save: (journal, record) => journal.saveSoften(record),
    read: (journal, actId) => journal.softenings({ actId }),
    wrong: (record) => [{ ...record, how: 'evict-first' as 'orphan-first' }, /how/],
    later: (record) => ({ ...record, how: 'evict-first' }),
  },
  undo: {
    table: 'undos',
    column: 'id',
    one: (actId) => anUndo({ id: `undo-${n(actId)}`, actId }),
    save: (journal, undo) => journal.saveUndo(undo),
    read: (journal, actId) => journal.undos(actId),
    wrong: (undo) => [{ ...undo, kind: 'redo' as 'undo' }, /kind/],
    later: (undo) => ({ ...undo, kind: 'redo' }),
  },
};

export const kinds = Object.keys(CASES) as RecordKind[];
// Of any kind: what a case gives goes only back into the same case.
export const caseOf = (kind: RecordKind) => CASES[kind] as unknown as Case<{ format?: number }>;

import { type Journal, ToolcribError } from '@toolcrib/model';
import { isBusy } from './errors.ts';

/**
 * A journal that is opened when first needed, and again after it failed: the guard starts, and passes reads,
 * while the disk is full or the folder read-only, and keeps again once it can. Each call that needs the
 * journal while it is down throws what `open` threw.
 */
export function reopeningJournal(open: () => Journal): Journal {
  let journal: Journal | undefined;
  let closed = false;

  function opened(): Journal {
    if (closed) throw new ToolcribError('journal', 'The journal was closed.');
    journal ??= open();
    return journal;
  }

  async function during<Result>(work: (journal: Journal) => Promise<Result>): Promise<Result> {
    const used = opened();
    try {
      return await work(used);
    } catch (error) {
      const failed = error instanceof ToolcribError && error.code === 'journal' && !isBusy(error);
      if (failed && journal === used) {
        journal = undefined;
        await used.close().catch(() => undefined);
      }
      throw error;
    }
  }

  return {
    saveAct: (act) => during((j) => j.saveAct(act)),
    act: (id) => during((j) => j.act(id)),
    acts: (...asked) => during((j) => j.acts(...asked)),
    saveRequest: (request) => during((j) => j.saveRequest(request)),
    requests: (...asked) => during((j) => j.requests(...asked)),
    keep: (snapshot, request) => during((j) => j.keep(snapshot, request)),
    together: (moment) => during((j) => j.together(moment)),
    snapshot: (id) => during((j) => j.snapshot(id)),
    snapshotsOf: (actId) => during((j) => j.snapshotsOf(actId)),
    saveHold: (hold) => during((j) => j.saveHold(hold)),
    hold: (code) => during((j) => j.hold(code)),
    holds: (...asked) => during((j) => j.holds(...asked)),
    saveSoften: (record, by) => during((j) => j.saveSoften(record, by)),
    askUndo: (actId, at) => during((j) => j.askUndo(actId, at)),
    softenings: (...asked) => during((j) => j.softenings(...asked)),
    saveUndo: (record) => during((j) => j.saveUndo(record)),
    undos: (...asked) => during((j) => j.undos(...asked)),
    renewLease: (guard, until) => during((j) => j.renewLease(guard, until)),
    endLease: (guard) => during((j) => j.endLease(guard)),
    takeOver: (guard, endedBefore) => during((j) => j.takeOver(guard, endedBefore)),
    probe: () => during((j) => j.probe()),
    async close() {
      closed = true;
      await journal?.close();
    },
  };
}

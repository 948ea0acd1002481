import type { Act, Clock, Cluster, Journal, SoftenRecord, UndoRecord } from '../model/index.ts';
import { ToolcribError } from '../model/index.ts';
import { lookForFinish, lookForUndo, planFinish, planUndo, runFinish, runUndo } from '../undo/index.ts';

export interface ActDeps {
  journal: Journal;
  clusterFor(context: string): Promise<Cluster>;
  clock: Clock;
  /** Who asked. */
  by: string;
}

/** Told of each result as it comes. */
export type ActProgress = (news: { done: number; of: number; result: UndoRecord['results'][number] }) => void;

/** While an undo runs, the guard must not finish the same act under it. Milliseconds. */
const GRACE_WHILE_UNDOING = 10 * 60_000;

/** @throws ToolcribError `not-found` */
export async function knownAct(journal: Journal, actId: string): Promise<Act> {
  const act = await journal.act(actId);
  if (act) return act;
  throw new ToolcribError('not-found', `There is no act ${actId} in the journal.`, {
    next: 'toolcrib log lists them.',
  });
}

/**
 * Brings back what an act took. Works without the guard: journal and cluster are enough.
 * @throws ToolcribError `not-found`, `damaged` (a snapshot can't be read), `unreachable`, `credentials`
 */
export async function undoAct(deps: ActDeps, actId: string, progress: ActProgress): Promise<UndoRecord> {
  const { journal, clock, by } = deps;
  const act = await knownAct(journal, actId);
  const snapshots = await journal.snapshotsOf(actId);
  const requests = await journal.requests({ actId });
  const postponed = (await journal.softenings({ actId })).map((record) => postpone(record, clock.now()));
  for (const record of postponed) if (record.state === 'softened') await journal.saveSoften(record);
  const cluster = await deps.clusterFor(act.context);
  const live = await lookForUndo(cluster, snapshots, postponed);
  const plan = planUndo(snapshots, postponed, live, requests);
  const { record, softenings } = await runUndo(cluster, plan, progress, { id: recordId('undo', clock), by });
  for (const softening of softenings) await journal.saveSoften(softening);
  await journal.saveUndo(record);
  return record;
}

function postpone(record: SoftenRecord, now: number): SoftenRecord {
  if (record.state !== 'softened') return record;
  return { ...record, finishAfter: Math.max(record.finishAfter, now + GRACE_WHILE_UNDOING) };
}

/**
 * Completes a softened act: what was left running goes now.
 * @param options.confirmed a person said yes although it is long overdue
 * @throws ToolcribError `not-found`; `conflict` where nothing of it was softened, or it is overdue and not confirmed
 */
export async function finishAct(
  deps: ActDeps,
  actId: string,
  options: { windowMs: number; confirmed?: boolean; progress?: ActProgress },
): Promise<UndoRecord[]> {
  const { journal, clock, by } = deps;
  const act = await knownAct(journal, actId);
  const open = await journal.softenings({ actId, state: 'softened' });
  if (open.length === 0) {
    throw new ToolcribError('conflict', `Nothing of act ${actId} waits to be finished.`, {
      next: `toolcrib log ${actId} tells what became of it.`,
    });
  }
  const cluster = await deps.clusterFor(act.context);
  const records: UndoRecord[] = [];
  for (const softened of open) {
    const plan = planFinish(softened, await lookForFinish(cluster, softened), clock.now(), options.windowMs);
    const { record, softening } = await runFinish(cluster, plan, options.progress ?? (() => undefined), {
      id: recordId('finish', clock),
      by,
      confirmed: options.confirmed,
    });
    await journal.saveUndo(record);
    await journal.saveSoften(softening);
    records.push(record);
  }
  return records;
}

function recordId(kind: string, clock: Clock): string {
  return `${kind}-${clock.now().toString(36)}-${Math.floor(performance.now() * 1000).toString(36)}`;
}

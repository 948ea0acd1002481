import {
  type Act,
  type Cluster,
  compareClusters,
  type SoftenRecord,
  ToolcribError,
  type UndoRecord,
} from '@toolcrib/model';
import { state as windowState } from '../way/windows.ts';
import { type ActDeps, type ActProgress, knownAct, nothingNewer, recordId } from './act-deps.ts';
import { otherCluster, unknownCluster } from './bound-cluster.ts';
import { lookForFinish, planFinish, runFinish } from './index.ts';
import { settledFirst } from './settle-first.ts';

interface Finish {
  /** Milliseconds. */
  windowMs: number;
  /** A person said yes although it is long overdue. */
  confirmed?: boolean;
  progress?: ActProgress;
}

/**
 * Completes a softened act, because a person asked for it: all that was left running of it, or kept, goes now.
 * @throws ToolcribError `not-found`; `conflict` where nothing of it was softened; `overdue` where it is that, and not confirmed;
 *   `newer` as {@link nothingNewer} says
 */
export async function finishAct(deps: ActDeps, actId: string, options: Finish): Promise<UndoRecord[]> {
  const { journal } = deps;
  const act = await knownAct(journal, actId);
  await nothingNewer(journal, act);
  const cluster = await boundCluster(deps, act, deps.sameCluster || act.cluster === undefined);
  const settled = await settledFirst(deps, cluster, act, await journal.requests({ actId }));
  const open = settled.filter(({ state }) => state === 'softened');
  if (open.length === 0) throw nothingWaits(actId);
  const records: UndoRecord[] = [];
  for (const softened of open) {
    // Who asks for its undo now has said so later.
    const wanted = (now: SoftenRecord) => now.undoAsked === softened.undoAsked;
    records.push(await finishOne(deps, cluster, softened, wanted, options));
  }
  return records;
}

/**
 * Completes one softened delete of which nobody has said anything at this moment: its time has come, or its workload was
 * created anew (`due` false). Never what is kept (retain-first), never where an undo was asked for, never where it
 * can't be told that the cluster is the one; and each object only after the journal has been asked once more.
 * @param options.adopting whether a create is on its way that takes over what was left
 * @throws ToolcribError `conflict` where it is not to be finished by itself; `newer`
 */
export async function finishByItself(
  deps: ActDeps,
  { actId, requestId, owner }: SoftenRecord,
  options: Finish & { due: boolean; adopting?: () => boolean },
): Promise<UndoRecord> {
  const { journal, clock } = deps;
  const act = await knownAct(journal, actId);
  await nothingNewer(journal, act);
  const cluster = await boundCluster(deps, act, false);
  const wanted = (now: SoftenRecord): boolean => {
    if (now.how === 'retain-first' || now.undoAsked !== undefined || options.adopting?.()) return false;
    return !options.due || windowState(now, clock.now(), options.windowMs) === 'due';
  };
  const now = (await journal.softenings({ actId })).find(
    (one) => one.requestId === requestId && one.owner.uid === owner.uid,
  );
  if (now?.state !== 'softened' || !wanted(now)) throw nothingWaits(actId);
  return finishOne(deps, cluster, now, wanted, options);
}

/** @param takenAsSame also where it can't be told: what is finished is named by UIDs, which no other cluster has */
async function boundCluster(deps: ActDeps, act: Act, takenAsSame: boolean): Promise<Cluster> {
  const cluster = await deps.clusterFor(act.context);
  // There it would all be gone, and be told as finished.
  const found = compareClusters(act.cluster, await cluster.identity());
  if (found === 'other') throw otherCluster(act);
  if (found === 'unknown' && !takenAsSame) throw unknownCluster(act, 'finish');
  return cluster;
}

function nothingWaits(actId: string): ToolcribError {
  return new ToolcribError('conflict', `Nothing of act ${actId} waits to be finished.`, {
    next: `toolcrib log ${actId} tells what became of it.`,
  });
}

async function finishOne(
  { journal, clock, by }: ActDeps,
  cluster: Cluster,
  softened: SoftenRecord,
  wanted: (now: SoftenRecord) => boolean,
  { windowMs, confirmed, progress = () => undefined }: Finish,
): Promise<UndoRecord> {
  const { actId, as } = softened;
  const own = (one: SoftenRecord) =>
    one.requestId === softened.requestId && one.owner.uid === softened.owner.uid;
  const others = (await journal.softenings({ actId })).filter((one) => !own(one));
  const goOn = async (): Promise<boolean> => {
    const now = (await journal.softenings({ actId })).find(own);
    return now?.state === 'softened' && wanted(now);
  };
  const live = await lookForFinish(cluster, softened, as, others);
  const plan = planFinish(softened, live, clock.now(), windowMs);
  const id = recordId('finish', clock);
  const { record, softening } = await runFinish(cluster, plan, progress, { id, by, as, confirmed, goOn });
  await journal.saveUndo(record);
  if (softening.state === 'finished') await journal.saveSoften(softening);
  return record;
}

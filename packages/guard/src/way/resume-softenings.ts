// Step: forward
import {
  type Clock,
  type Cluster,
  type Journal,
  type LeftOut,
  mayArriveUntil,
  type SoftenRecord,
  ToolcribError,
} from '@toolcrib/model';
import type { Lease } from '../lease/lease.ts';
import { leasedCluster } from '../lease/leased-cluster.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { resume, settleRetained } from '../soften/index.ts';
import type { Clusters } from './asking.ts';
import type { OnTheWay } from './on-the-way.ts';
import { othersMayTake } from './others-may-take.ts';
import { type Claims, tellClaim } from './retained.ts';
import { inAnotherCluster } from './same-cluster.ts';
import { type Softenings, saveSoftening, takenElsewhere } from './softening-records.ts';

/** Milliseconds between two tries of one record: doubled after each that failed. */
const PAUSE = { first: 15_000, longest: 10 * 60_000 };

/** What resuming takes. */
export interface ResumeDeps extends Clusters, Pick<Claims, 'notifier' | 'log'> {
  journal: Pick<Journal, 'act' | 'requests' | 'saveRequest' | 'softenings' | 'saveSoften'>;
  clock: Pick<Clock, 'now'>;
  lease: Lease;
  policy(): GuardPolicy;
  /** Told of records that can't be read: the others are seen to. */
  damaged: LeftOut;
  softenings: Softenings;
  onTheWay: Pick<OnTheWay, 'of'>;
  /**
   * Takes our marks off what a softened act had left and somebody has adopted (the undo capability's work; injected, since
   * capabilities never import each other).
   * @param all also off what is nobody's yet. @returns how many objects still carry them
   */
  unmark(cluster: Cluster, record: SoftenRecord, all: boolean): Promise<number>;
}

/**
 * Carries every softening that was cut off, or given up while its cluster was away, to a safe end: called back or
 * completed. Clusters side by side; one that does not answer is asked for the others of its records another time.
 * @param context only this one's
 */
export async function resumeSoftenings(deps: ResumeDeps, context?: string): Promise<void> {
  const { journal, damaged } = deps;
  const open = [
    ...(await journal.softenings({ state: 'started' }, undefined, damaged)),
    // Its finalizer could not be taken off.
    ...(await journal.softenings({ state: 'failed' }, undefined, damaged)).filter(({ held }) => held),
    // Adopted, and nobody has taken our marks off yet.
    ...(await journal.softenings({ state: 'undone' }, undefined, damaged)).filter(({ marked }) => marked),
  ];
  const byContext = Map.groupBy(
    open.filter(
      (record) => deps.lease.isOurs(record) && (context === undefined || record.context === context),
    ),
    (record) => record.context,
  );
  await Promise.all(
    [...byContext.values()].map(async (records) => {
      for (const record of records) if (!(await resumeOne(deps, record))) return;
    }),
  );
}

/** @returns false where the others of its cluster need not be tried now */
async function resumeOne(deps: ResumeDeps, record: SoftenRecord): Promise<boolean> {
  const { journal, clock } = deps;
  const { underWay, pauses, unread } = deps.softenings;
  const id = record.requestId;
  if (underWay.has(id) || deps.onTheWay.of(id) || clock.now() < (pauses.get(id)?.until ?? 0)) return true;
  underWay.add(id);
  try {
    const request = (await journal.requests({ actId: record.actId }, undefined, deps.damaged)).find(
      (one) => one.id === id,
    );
    // Its guard has died, and nobody has written down yet until when something of it may arrive: `recover` does.
    if (request?.state === 'kept') return true;
    const until = request && mayArriveUntil(request, deps.policy().mayArriveMs(record.context));
    const mayArrive = (until !== undefined && clock.now() < until) || (await othersMayTake(deps, record));
    const cluster = leasedCluster(await deps.clusterFor(record.context), deps.lease);
    const other = await inAnotherCluster(deps, record.actId, cluster);
    if (other) throw new Error(other);
    if (record.state === 'undone') {
      await unmarkAdopted(deps, cluster, record);
      return true;
    }
    const nothing = await takenElsewhere(journal, record, deps.damaged);
    if (nothing) {
      await saveSoftening(journal, nothing);
      pauses.delete(id);
      unread.delete(id);
      return true;
    }
    const end =
      record.how === 'retain-first'
        ? await settleRetained(cluster, record, `${request?.unsure?.why ?? 'the guard ended'}.`, mayArrive)
        : await resume(cluster, record, {
            progress: ({ record: now }) => saveSoftening(journal, now),
            mayArrive,
          });
    await saveSoftening(journal, end);
    if (end.state === 'started' && mayArrive) return true;
    if (end.state === 'started') throw new Error(end.note ?? 'it has not come to its end');
    pauses.delete(id);
    unread.delete(id);
    if (record.how === 'retain-first') tellClaim(deps, end);
    if (end.state === 'softened' && request && request.state !== 'answered') {
      await journal.saveRequest({
        ...request,
        state: 'softened',
        note: 'cut off, and carried to its end later',
      });
    }
    return true;
  } catch (error) {
    const { pause = PAUSE.first } = pauses.get(id) ?? {};
    pauses.set(id, { until: clock.now() + pause, pause: Math.min(pause * 2, PAUSE.longest) });
    deps.log('a softening could not be resumed yet', { act: record.actId, why: String(error) });
    // That one says nothing of the others.
    return error instanceof ToolcribError && (error.code === 'newer' || error.code === 'damaged');
  } finally {
    underWay.delete(id);
  }
}

/** Adopted is what has a controller; what has none when the window ends keeps no mark of an act that is over either. */
async function unmarkAdopted(deps: ResumeDeps, cluster: Cluster, record: SoftenRecord): Promise<void> {
  const over = deps.clock.now() >= record.finishAfter;
  const left = await deps.unmark(cluster, record, over);
  if (left === 0) await deps.journal.saveSoften({ ...record, marked: undefined });
  else if (over) throw new Error(`${left} objects still carry its marks`);
}

import type { DeleteOptions, KubeObject } from '@toolcrib/kube';
import { describeRef, foreignFinalizers, groupVersionOf } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { certainlyNotDone, marks, messageOf, ToolcribError } from '@toolcrib/model';
import { claimsOf, directDependents, everythingLeft, podsBelow, stripOwner, sweep } from './dependents.ts';
import { markLeft } from './mark.ts';
import type { OwnerAt } from './owner.ts';
import { isHeld, meetsPreconditions, readOwner, setHeld } from './owner.ts';
import type { SoftenProgress, SoftenRequest, Timing } from './parts.ts';
import { defaultTiming, insist, leftOf } from './parts.ts';

/**
 * Deletes a workload so that its Pods run on, in a way that does not race with the garbage collector
 * (kubernetes#26120, #131284): our finalizer keeps the owner in being until every dependent has lost its
 * reference, so that there is nothing that the collector could take; only then the owner may go. A controller
 * that is being deleted adopts nothing back meanwhile.
 *
 * Errors that may pass (no answer, 429, 5xx) are tried again until `timing.limit`. Never throws for the cluster's sake
 * once `progress` has been told `prepared`: the record says in `state` and `note` how it ended. `started` means that it
 * has not ended, and is to be resumed; not called back before the last write can no longer be carried out.
 * @param progress told `prepared` with the whole record before the first write: what is durable then can be resumed
 * @throws ToolcribError `conflict` where the target is gone, changed, or can't be softened, or does not meet the request's
 *   preconditions; nothing was written
 */
export async function orphanFirst(
  cluster: Cluster,
  request: SoftenRequest,
  progress: SoftenProgress,
  timing: Partial<Timing> = {},
): Promise<SoftenRecord> {
  const record = await prepareSoften(cluster, request);
  await progress({ step: 'prepared', record, text: `${record.left.length} objects will stay` });
  const at = ownerAt(record, request.target.resource);
  const wait = { ...defaultTiming, ...timing };
  try {
    await begin(cluster, at, progress, record, request.options.preconditions);
  } catch (error) {
    if (certainlyNotDone(error)) return callBack(cluster, at, record, progress, error, wait);
    return whileUnsure(cluster, at, record, progress, error, wait);
  }
  return carryOn(cluster, at, record, progress, wait);
}

/**
 * A write of ours was not answered for certain, and may still be carried out. Where the owner is on its way out by now there
 * is only on; where it stands our finalizer stays on it, and nothing is called back: a delete that comes late must find it.
 */
async function whileUnsure(
  cluster: Cluster,
  at: OwnerAt,
  record: SoftenRecord,
  progress: SoftenProgress,
  cause: unknown,
  timing: Timing,
): Promise<SoftenRecord> {
  // Somebody waits for the answer: not for long.
  const short = { ...timing, limit: timing.patience };
  const owner = await insist(short, () => readOwner(cluster, at)).catch(() => undefined);
  if (owner?.metadata.deletionTimestamp && isHeld(owner))
    return carryOn(cluster, at, record, progress, timing);
  return ended(record, 'started', stillOpen(record, messageOf(cause)), progress);
}

/** In words: nothing is called back as long as this is so. */
export function stillOpen(record: SoftenRecord, why: string): string {
  return `${why} Whether ${describeRef(record.owner)} is being deleted is not known yet: ${GOES_ON}`;
}

/** Reads what a softening would leave behind. Writes nothing. */
export async function prepareSoften(cluster: Cluster, request: SoftenRequest): Promise<SoftenRecord> {
  const { namespace, name, ...type } = request.target;
  const owner = await readOwner(cluster, { type, namespace, name, uid: request.uid, as: request.as });
  if (!owner) throw new ToolcribError('conflict', `${type.resource} ${namespace}/${name} is gone already.`);
  meetsPreconditions(owner, request.options.preconditions);
  const what = describeRef({ ...leftOf(owner) });
  if (owner.metadata.deletionTimestamp) {
    throw new ToolcribError('conflict', `${what} is being deleted already, and that can't be called back.`);
  }
  const foreign = foreignFinalizers(owner, [marks.finalizer]);
  if (foreign.length > 0) {
    throw new ToolcribError(
      'conflict',
      `${what} can't be softened: its finalizer ${foreign[0]} is not ours.`,
    );
  }
  const grace = request.options.gracePeriodSeconds;
  const claims = claimsOf(owner);
  return {
    actId: request.act,
    requestId: request.requestId,
    context: cluster.context,
    owner: leftOf(owner),
    left: await everythingLeft(cluster, owner, type.resource, request.as),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(claims === undefined ? {} : { claims }),
    ...(request.as === undefined ? {} : { as: request.as }),
    finishAfter: request.finishAfter,
    how: 'orphan-first',
    state: 'started',
  };
}

/** Where a record's owner is, or was. */
export function ownerAt(record: SoftenRecord, resource: string, as: As | undefined = record.as): OwnerAt {
  const { apiVersion, namespace, name, uid } = record.owner;
  return { type: { ...groupVersionOf(apiVersion), resource }, namespace, name, uid, as };
}

async function begin(
  cluster: Cluster,
  at: OwnerAt,
  progress: SoftenProgress,
  record: SoftenRecord,
  preconditions: DeleteOptions['preconditions'],
): Promise<void> {
  await setHeld(cluster, at, true, preconditions);
  record.held = true;
  // Durable before the delete: a resume has to know that the owner can only be gone by this act.
  await progress({ step: 'held', record, text: `${describeRef(record.owner)} is held by our finalizer` });
  await cluster.delete(
    at.type,
    { namespace: at.namespace, name: at.name },
    { propagationPolicy: 'Orphan', preconditions: { uid: at.uid } },
    at.as,
  );
  await progress({ step: 'deleting', record, text: `${describeRef(record.owner)} is being deleted` });
}

/** The delete did not begin, and can't any more: our finalizer comes off again, and nothing has happened. */
export async function callBack(
  cluster: Cluster,
  at: OwnerAt,
  record: SoftenRecord,
  progress: SoftenProgress,
  cause: unknown,
  timing: Timing,
): Promise<SoftenRecord> {
  const why = messageOf(cause);
  let owner: KubeObject | undefined;
  try {
    owner = await insist(timing, () => readOwner(cluster, at));
  } catch (error) {
    const note = `${why} Whether ${describeRef(record.owner)} is being deleted is not known (${messageOf(error)}): ${GOES_ON}`;
    return ended(record, 'started', note, progress);
  }
  // The answer may have been lost, and the delete not: then there is no way back, only on.
  if (owner?.metadata.deletionTimestamp && isHeld(owner)) {
    return carryOn(cluster, at, record, progress, timing);
  }
  let note = `Nothing was deleted: ${why}`;
  let held = false;
  try {
    await insist(timing, () => setHeld(cluster, at, false));
  } catch (error) {
    held = true;
    note += ` Its finalizer ${marks.finalizer} could not be taken off (${messageOf(error)}); it does no harm until somebody deletes ${describeRef(record.owner)}.`;
  }
  return ended({ ...record, held }, 'failed', note, progress);
}

/** From a delete under way to its end. Each part finds out by itself what is done already. */
export async function carryOn(
  cluster: Cluster,
  at: OwnerAt,
  record: SoftenRecord,
  progress: SoftenProgress,
  timing: Timing,
): Promise<SoftenRecord> {
  const now: SoftenRecord = { ...structuredClone(record), state: 'started', note: undefined };
  try {
    return await insist(timing, () => toItsEnd(cluster, at, now, progress, timing));
  } catch (error) {
    const stands = await readOwner(cluster, at).catch(() => 'unknown' as const);
    const note = stands
      ? `${messageOf(error)} ${describeRef(record.owner)} stands in Terminating under the finalizer ${marks.finalizer}, and its Pods run: ${GOES_ON}`
      : messageOf(error);
    return ended(now, 'started', note, progress);
  }
}

const GOES_ON = 'the guard goes on with it by itself, and so do toolcrib undo and toolcrib finish.';

async function toItsEnd(
  cluster: Cluster,
  at: OwnerAt,
  now: SoftenRecord,
  progress: SoftenProgress,
  timing: Timing,
): Promise<SoftenRecord> {
  await untilReleased(cluster, at, now, timing);
  const unseen = await untilSwept(cluster, at, timing);
  await progress({ step: 'released', record: now, text: `${now.left.length} objects stand by themselves` });
  for (const pod of await podsBelow(cluster, now.left, at.namespace, at.as)) remember(now, leftOf(pod));
  const marked = await markLeft(cluster, now, at.as);
  await progress({ step: 'marked', record: now, text: `${marked} objects carry the act's mark` });
  await setHeld(cluster, at, false);
  await untilGone(cluster, at, timing);
  const note = unseen.length > 0 ? `Not looked through: ${unseen.join(', ')}.` : undefined;
  return ended(now, 'softened', note, progress);
}

async function untilReleased(
  cluster: Cluster,
  at: OwnerAt,
  record: SoftenRecord,
  timing: Timing,
): Promise<void> {
  const begun = timing.now();
  for (;;) {
    const owner = await readOwner(cluster, at);
    const dependents = await directDependents(cluster, at.type.resource, at.namespace, at.uid, at.as);
    for (const { object } of dependents) remember(record, leftOf(object));
    const collectorDone = !owner?.metadata.finalizers?.includes('orphan');
    if (dependents.length === 0 && collectorDone) return;
    const waited = timing.now() - begun;
    if (collectorDone || waited > timing.patience) {
      for (const { type, object } of dependents) await stripOwner(cluster, type, object, at.uid, at.as);
    }
    if (waited > timing.limit) {
      throw new ToolcribError(
        'limit',
        `After ${Math.round(waited / 1000)} s the garbage collector has not let go of ${at.name}.`,
      );
    }
    await timing.sleep(timing.poll);
  }
}

/**
 * The owner's controller may have made a last dependent before it saw the delete. It has seen it once it observed the
 * new generation (a DaemonSet's never says so); then two empty sweeps in a row are the end.
 */
async function untilSwept(cluster: Cluster, at: OwnerAt, timing: Timing): Promise<string[]> {
  const begun = timing.now();
  const settle = Math.min(timing.patience, 2_000);
  for (;;) {
    const owner = await readOwner(cluster, at);
    const observed = owner?.status?.observedGeneration ?? 0;
    if (!owner || observed >= (owner.metadata.generation ?? 0) || timing.now() - begun > settle) break;
    await timing.sleep(timing.poll);
  }
  let clean = 0;
  let unseen: string[] = [];
  while (clean < 2) {
    const swept = await sweep(cluster, at.namespace, at.uid, at.as);
    clean = swept.found === 0 ? clean + 1 : 0;
    unseen = swept.unseen;
    if (timing.now() - begun > timing.limit) {
      throw new ToolcribError('limit', `New objects kept naming ${at.name} as their owner.`);
    }
  }
  return unseen;
}

async function untilGone(cluster: Cluster, at: OwnerAt, timing: Timing): Promise<void> {
  const begun = timing.now();
  while (await readOwner(cluster, at)) {
    if (timing.now() - begun > timing.limit) {
      throw new ToolcribError('limit', `${at.name} has not gone although our finalizer is off.`);
    }
    await timing.sleep(timing.poll);
  }
}

function remember(record: SoftenRecord, left: SoftenRecord['left'][number]): void {
  if (!record.left.some(({ uid }) => uid === left.uid)) record.left.push(left);
}

async function ended(
  record: SoftenRecord,
  state: SoftenRecord['state'],
  note: string | undefined,
  progress: SoftenProgress,
): Promise<SoftenRecord> {
  const end: SoftenRecord = { ...record, state, note };
  await progress({ step: state === 'softened' ? 'done' : 'failed', record: end, text: note ?? 'softened' });
  return end;
}

import { describeRef, uidOf } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import { timeOf } from '@toolcrib/model';
import { deleteIn, kindOf, scaleIn } from '../effects/index.ts';
import { neverSent, tookNothing } from '../effects/took-nothing.ts';
import type { LiveView } from './live.ts';
import { liveOf } from './live.ts';
import { sizeBefore } from './size.ts';
import type { UndoStep } from './steps.ts';
import { keyOf, keyOfObject, none } from './steps.ts';

export interface Taken {
  /** Of what was taken, or may have been. */
  snapshots: Snapshot[];
  /** Those that took something, or may have, with what is seen in the place of what was written down. */
  requests: RequestRecord[];
  /** A word on each that took nothing, and on each of which it can't be told yet. */
  steps: UndoStep[];
  /** Requests that may still be carried out, although what they named stands. By id. */
  open: Set<string>;
}

/**
 * What an act took, by looking: an answer may have been wrong or lost, what stands there is so. A request took nothing where
 * it was never sent, or where all that it named stands with the same UID and is not on its way out; and even then it is not
 * certain before nothing of it can arrive any more.
 * @param openUntil until when a request may still be carried out (ms since 1970), where that is not over
 */
export function takenBy(
  snapshots: readonly Snapshot[],
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
  live: LiveView,
  openUntil: (request: RequestRecord) => number | undefined = () => undefined,
): Taken {
  const steps: UndoStep[] = [];
  const nothing = new Set<string>();
  const open = new Set<string>();
  const taken: RequestRecord[] = [];
  const whys: { request: RequestRecord; why: string }[] = [];
  const looked = requests.map((request) => ({
    request,
    seen: look(request, requests, snapshots, softenings, live),
  }));
  // A write of several effects is one write: where one of them took, all of it was carried out.
  const tookBy = new Map(looked.flatMap(({ request, seen }) => (seen.took ? [[request.id, seen.took]] : [])));
  for (const { request, seen } of looked) {
    const written = tookBy.get(request.id);
    if (seen.took || written) {
      taken.push(seen.took ?? { ...request, state: written?.state ?? request.state });
      continue;
    }
    // Told once, however many effects it has.
    if (nothing.has(request.id)) continue;
    const until = openUntil(request);
    nothing.add(request.id);
    if (until === undefined || neverSent(request) !== undefined) {
      whys.push({ request, why: seen.nothing });
      continue;
    }
    open.add(request.id);
    const note = `what it named stands, and it may still be carried out (${request.unsure?.why ?? 'no answer is known'}): ask again after ${timeOf(until)}`;
    steps.push(none(nameOf(request), 'unknown', note));
  }
  for (const { request, why } of whys) {
    // A first try that was refused, of an act that then took something, is no news.
    if (taken.length > 0 && !snapshots.some(({ requestId }) => requestId === request.id)) continue;
    steps.push(none(nameOf(request), 'unchanged', `it took nothing: ${why}`));
  }
  const known = new Set(requests.map(({ id }) => id));
  for (const { requestId, owner, state, note } of softenings) {
    if (state !== 'failed' || known.has(requestId)) continue;
    nothing.add(requestId);
    steps.push(none(describeRef(owner), 'unchanged', `it took nothing: ${note ?? 'its softening failed'}`));
  }
  return {
    snapshots: snapshots.filter(({ requestId }) => !nothing.has(requestId)),
    requests: taken,
    steps,
    open,
  };
}

const nameOf = ({ method, path }: RequestRecord): string => `${method} ${path}`;

function look(
  request: RequestRecord,
  all: readonly RequestRecord[],
  snapshots: readonly Snapshot[],
  softenings: readonly SoftenRecord[],
  live: LiveView,
): { took: RequestRecord; nothing?: undefined } | { took?: undefined; nothing: string } {
  const recorded = tookNothing(request, softenings);
  const never = neverSent(request);
  if (never !== undefined) return { nothing: recorded ?? never };
  const softening = softenings.find(({ requestId }) => requestId === request.id);
  // Carried to its end, or to be carried there first.
  if (softening && softening.how !== 'retain-first' && softening.state !== 'failed') return { took: request };
  const { effect } = request;
  const { undo } = kindOf(effect);
  if (undo === 'resize') return lookAtScale(request, recorded, snapshots, live);
  if (undo !== 'bring-back' && undo !== 'rewrite')
    return recorded === undefined ? { took: request } : { nothing: recorded };
  const targets = targetsOf(request, snapshots);
  if (targets.length === 0) return recorded === undefined ? { took: request } : { nothing: recorded };
  const stands = targets.every((target) => {
    const now = liveOf(live, target);
    if (!now || now.metadata.uid !== target.metadata.uid || now.metadata.deletionTimestamp) return false;
    // helm's record is written, not deleted, where an uninstall begins: its label says so.
    return undo !== 'rewrite' || now.metadata.labels?.status === target.metadata.labels?.status;
  });
  if (!stands && recorded !== undefined && tookLater(request, all, snapshots)) return { nothing: recorded };
  if (!stands) return { took: recorded === undefined ? request : { ...request, state: 'carried-out' } };
  // Said by the cluster and not so: what stands is compared with what was kept, object by object.
  if (isYes(request)) return { took: request };
  return { nothing: recorded ?? 'what it named stands' };
}

function isYes({ state, status }: RequestRecord): boolean {
  if (state === 'answered') return status === undefined || status < 300;
  return state === 'carried-out' || state === 'softened' || state === 'without-net';
}

/**
 * Whether a later request of the act took what this one was refused, and found it standing: then this one took nothing, and
 * what was kept for it may be older than what went.
 */
function tookLater(
  request: RequestRecord,
  all: readonly RequestRecord[],
  snapshots: readonly Snapshot[],
): boolean {
  const later = all.filter((one) => one.at > request.at && deleteIn(one.effect) && isYes(one));
  const found = new Set(
    later
      .flatMap((one) => targetsOf(one, snapshots))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }) => metadata.uid),
  );
  return request.targetUids.length > 0 && request.targetUids.every((uid) => found.has(uid));
}

/** A size that stands at what it was says that nothing was done; one that was certainly refused is nobody's to set. */
function lookAtScale(
  request: RequestRecord,
  recorded: string | undefined,
  snapshots: readonly Snapshot[],
  live: LiveView,
): { took: RequestRecord; nothing?: undefined } | { took?: undefined; nothing: string } {
  if (recorded !== undefined) return { nothing: recorded };
  const [target] = targetsOf(request, snapshots);
  const now = target && live.at[keyOf({ ...target, ...target.metadata })];
  const { was, adopts } = scaleIn(request.effect) ?? {};
  if (adopts !== undefined)
    return now || isYes(request) ? { took: request } : { nothing: 'what it was to create is not there' };
  const size = target && sizeBefore(target, was);
  const current = target && size?.at === 'scale' ? live.sizes?.[keyOfObject(target)] : now?.spec?.replicas;
  // Where nobody knows its size, nothing says that it is what it was.
  const same = now && now.metadata.uid === target.metadata.uid && size && current === size.before;
  return same && !isYes(request) ? { nothing: 'its size is what it was' } : { took: request };
}

function targetsOf({ id, targetUids }: RequestRecord, snapshots: readonly Snapshot[]) {
  const wanted = new Set(targetUids);
  return snapshots
    .filter(({ requestId }) => requestId === id)
    .flatMap(({ objects }) => objects)
    .filter(({ metadata }) => wanted.has(uidOf(metadata)));
}

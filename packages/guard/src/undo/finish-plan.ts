import type { DeleteOptions, KubeObject, ResourceInfo } from '@toolcrib/kube';
import { controllerOf, describeRef, uidOf } from '@toolcrib/kube';
import type { As, Cluster, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { type ClaimUse, isStillLeft, lookAtClaims, userOfClaim } from './claim-use.ts';
import { kindOf, markedBy } from './live.ts';
import type { Result } from './steps.ts';
import { nameOf } from './steps.ts';

/** What stands now of what a softened act left. Plain data. */
export interface LeftView {
  kinds: ResourceInfo[];
  /** By UID: what was left and still stands, and whatever else carries the act's mark. */
  objects: KubeObject[];
  /** `retain-first`: the volumes, where they still stand. */
  volumes: KubeObject[];
  /** Who may use the claims; absent where none is to go. */
  use?: ClaimUse;
}

export type FinishStep =
  | { do: 'delete'; info: ResourceInfo; object: KubeObject; options: DeleteOptions }
  | { do: 'unmark'; object: KubeObject; note?: string }
  /** Set a kept volume's policy back: it is then reclaimed as it would have been. */
  | { do: 'reclaim'; name: string; uid: string; to: string }
  | { do: 'none'; result: Result };

export interface FinishPlan {
  record: SoftenRecord;
  steps: FinishStep[];
  /** Overdue by more than a window (the machine slept): a person has to be asked first. */
  askFirst: boolean;
}

/**
 * Reads what is left of a softened delete. Writes nothing.
 * @param others of the same act: what they left has the same marks where the workload has the same name, and is theirs
 */
export async function lookForFinish(
  cluster: Cluster,
  record: SoftenRecord,
  as?: As,
  others: readonly SoftenRecord[] = [],
): Promise<LeftView> {
  const { resources } = await cluster.resources(as);
  const own = new Set(record.left.map(({ uid }) => uid));
  const theirs = new Set(others.flatMap(({ left }) => left.map(({ uid }) => uid)));
  const found = new Map<string, KubeObject>();
  for (const object of await markedBy(cluster, record, as)) {
    const { uid = '' } = object.metadata;
    if (own.has(uid) || !theirs.has(uid)) found.set(uid, object);
  }
  for (const left of record.left) {
    const info = kindOf(resources, left);
    if (!info || found.has(left.uid)) continue;
    const now = await cluster.get(info, { namespace: left.namespace, name: left.name }, as);
    if (now?.metadata.uid === left.uid) found.set(left.uid, now);
  }
  const volumes: KubeObject[] = [];
  for (const { name, uid } of record.volumes ?? []) {
    const volume = await cluster.get(
      { group: '', version: 'v1', resource: 'persistentvolumes' },
      { name },
      as,
    );
    if (volume?.metadata.uid === uid) volumes.push(volume);
  }
  const view = { kinds: resources, objects: [...found.values()], volumes };
  const takesClaims = record.claims === 'Delete' && view.objects.some(isClaim);
  return takesClaims ? { ...view, use: await lookAtClaims(cluster, record, as) } : view;
}

/** Pods first, then what is behind them; claims last. */
const ORDER = ['ReplicaSet', 'Pod', 'ControllerRevision', 'PersistentVolumeClaim'];

/**
 * What it takes to complete a softened act: everything that it left and that is still nobody's goes. Pure.
 * @param now milliseconds since 1970
 * @param window milliseconds; overdue by more than this, a person is asked first
 */
export function planFinish(
  record: SoftenRecord,
  live: LeftView,
  now: number,
  window = 24 * 3_600_000,
): FinishPlan {
  // What is never finished but by a person is never late.
  const byHand = record.how === 'retain-first' || record.undoAsked !== undefined;
  const askFirst = !byHand && now - record.finishAfter > window;
  if (record.state !== 'softened') {
    const note = `its softening is ${record.state}`;
    return {
      record,
      askFirst,
      steps: [{ do: 'none', result: { what: describeRef(record.owner), result: 'skipped', note } }],
    };
  }
  const byUid = new Map(live.objects.map((object) => [uidOf(object.metadata), object]));
  const gone = record.left.filter(({ uid }) => !byUid.has(uid));
  const sorted = [...live.objects].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const steps: FinishStep[] = gone.map((left) => ({
    do: 'none',
    result: { what: describeRef(left), result: 'unchanged', note: 'it is gone already' },
  }));
  for (const object of sorted) steps.push(finishStep(record, live, object, byUid));
  for (const { name, uid, reclaimPolicy } of record.volumes ?? []) {
    const volume = live.volumes.find((one) => one.metadata.uid === uid);
    const result = volumeResult(name, volume);
    steps.push(result ? { do: 'none', result } : { do: 'reclaim', name, uid, to: reclaimPolicy });
  }
  return { record, askFirst, steps };
}

function finishStep(
  record: SoftenRecord,
  live: LeftView,
  object: KubeObject,
  byUid: ReadonlyMap<string, KubeObject>,
): FinishStep {
  const what = nameOf(object);
  const skip = (note: string): FinishStep => ({ do: 'none', result: { what, result: 'skipped', note } });
  if (object.metadata.labels?.[marks.act] !== record.actId)
    return skip('it does not carry the mark of the act any more');
  if (object.metadata.deletionTimestamp) {
    return { do: 'none', result: { what, result: 'unchanged', note: 'it is being deleted already' } };
  }
  const controller = controllerOf(object);
  if (controller) {
    const set = byUid.get(controller.uid);
    const goesAlong = set !== undefined && controllerOf(set) === undefined && carries(record, set);
    return goesAlong ? skip(`it goes with ${controller.kind} ${controller.name}`) : { do: 'unmark', object };
  }
  if (isClaim(object)) {
    if (record.claims !== 'Delete') return { do: 'unmark', object };
    if (!live.use) return skip('who uses it is not known');
    const user = userOfClaim(object, live.use, (pod) => isStillLeft(record, pod));
    if (user) return { do: 'unmark', object, note: user };
  }
  const info = kindOf(live.kinds, object);
  if (!info) return skip('its kind is not served any more');
  // 0 would have forced the owner out, never its Pods: those keep their own grace period, as they would have.
  const grace = object.kind === 'Pod' && record.gracePeriodSeconds ? record.gracePeriodSeconds : undefined;
  const options: DeleteOptions = {
    propagationPolicy: 'Background',
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
  };
  return { do: 'delete', info, object, options };
}

export function isClaim({ kind }: KubeObject): boolean {
  return kind === 'PersistentVolumeClaim';
}

export function carries(record: SoftenRecord, object: KubeObject): boolean {
  return object.metadata.labels?.[marks.act] === record.actId;
}

export function volumeResult(name: string, volume: KubeObject | undefined): Result | undefined {
  const what = `PersistentVolume ${name}`;
  if (!volume) return { what, result: 'unchanged', note: 'it is gone already' };
  if (volume.status?.phase === 'Bound')
    return { what, result: 'skipped', note: 'it is bound to a claim again' };
  return undefined;
}

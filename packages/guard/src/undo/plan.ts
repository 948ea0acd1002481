import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { controllerOf, describeRef } from '@toolcrib/kube';
import type { LossClass, RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import { isReleaseRecord } from '@toolcrib/model';
import { deleteIn, unreadWhy } from '../effects/index.ts';
import { createdBy, remadeByAdopter, standsAs, takenOver } from './adopted.ts';
import { difference } from './difference.ts';
import type { PlanFacts } from './facts.ts';
import { blindSteps, unknownSteps, unseenResults } from './gaps.ts';
import type { LiveView } from './live.ts';
import { kindOf, liveOf } from './live.ts';
import { inOrder } from './order.ts';
import { hasOtherOwners } from './own.ts';
import { isBareDefault, sameIntent } from './prepare.ts';
import type { Left } from './remade.ts';
import { ofAnother, remadeBy } from './remade.ts';
import { scaleSteps } from './scale.ts';
import type { UndoPlan, UndoStep } from './steps.ts';
import { isKind, keyOf, keyOfObject, nameOf, none } from './steps.ts';
import { takenBy } from './taken.ts';
import { volumeSteps } from './volumes.ts';

/**
 * What it takes to bring an act's objects back, in the order in which it has to be done. Pure: whoever runs it gets
 * the same end however often.
 *
 * Never overwrites: what stands under a name with another UID is left as it is. Never makes what a living
 * controller, or one that is restored, makes by itself.
 *
 * @param asked the act's requests: which of them took something, and what a scale asked for
 * @param openUntil until when a request may still be carried out (ms since 1970), where that is not over
 */
export function planUndo(
  snapshots: readonly Snapshot[],
  softenings: readonly SoftenRecord[],
  live: LiveView,
  asked: readonly RequestRecord[] = [],
  openUntil?: (request: RequestRecord) => number | undefined,
): UndoPlan {
  const taken = takenBy(snapshots, asked, softenings, live, openUntil);
  const { requests } = taken;
  const objects = beforeTheAct(firstByUid(taken.snapshots));
  const byUid = new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
  const scaled = scaleSteps(requests, softenings, byUid, live, snapshots[0]?.context);
  const active = softenings.filter(({ how, state }) => how !== 'retain-first' && state === 'softened');
  // What a softened act left is adopted, not made again.
  const unfinished = softenings.filter(({ how, state }) => how !== 'retain-first' && state === 'started');
  const spared = new Set(
    [...active, ...unfinished].flatMap(({ owner, left }) => [owner.uid, ...left.map(({ uid }) => uid)]),
  );
  const steps: UndoStep[] = [
    ...taken.steps,
    ...unknownSteps(requests, softenings),
    ...blindSteps(requests, softenings, byUid, taken.snapshots),
  ];
  for (const record of softenings)
    steps.push(...unfinishedSoftening(record, taken.open.has(record.requestId)));
  const created = new Set<string>();
  const again = sameAgain(objects, live);
  for (const uid of createdBy(requests)) {
    const kept = byUid.get(uid);
    const now = kept && standsAs(kept, live)?.metadata.uid;
    if (now) again.set(uid, now);
  }
  const notUnderstood = new Set(
    requests.flatMap(({ effect, targetUids }) => (unreadWhy(effect) === undefined ? [] : targetUids)),
  );
  const disowned = new Set(
    requests.flatMap(({ effect, targetUids }) => (deleteIn(effect)?.through === undefined ? [] : targetUids)),
  );
  const facts: PlanFacts = {
    disowned,
    takenOver: takenOver(requests, taken.snapshots, live),
    live,
    byUid,
    created,
    again,
    scaled: scaled.targets,
    softenings,
    notUnderstood,
    promised: promisedIn(taken.snapshots),
    takenAt: Math.min(...taken.snapshots.map((snapshot) => snapshot.takenAt)),
  };
  const rest = objects.filter(({ metadata: { uid = '' } }) => !scaled.targets.has(uid) && !spared.has(uid));
  for (const record of active) {
    const step = readoptStep(record, byUid, live);
    if (step.do === 'readopt') created.add(record.owner.uid);
    steps.push(step);
  }
  // Claims are bound before whatever uses them comes back.
  const first: UndoStep[] = [];
  const later: UndoStep[] = [];
  const told = new Map<KubeObject, UndoStep[]>();
  for (const object of inOrder(rest, true)) {
    if (!/^(PersistentVolume(Claim)?|Secret|ConfigMap|Namespace)$/.test(object.kind))
      steps.push(...later.splice(0));
    const own = volumeSteps(facts, object, stepFor(facts, object));
    if (own.now.some((step) => step.do === 'create')) created.add(object.metadata.uid ?? '');
    first.push(...own.first);
    steps.push(...own.now);
    told.set(object, own.now);
    later.push(...own.later);
  }
  // A set that is scaled up finds its own claims then, instead of making empty ones.
  steps.push(...later, ...scaled.steps);
  // Only now it is known which owners come back.
  for (const [object, own] of told) {
    const link = relinkStep(facts, object);
    if (!link) continue;
    // One line for one object: that it names its owner again says that it stands.
    const stands = own.every((step) => step.do === 'none' && step.result.result === 'unchanged');
    if (stands) for (const step of own) steps.splice(steps.indexOf(step), 1);
    steps.push(link);
  }
  return {
    took: requests.length > 0,
    actId: snapshots[0]?.actId ?? softenings[0]?.actId ?? '',
    // What still goes (a Namespace, a claim in its last seconds) takes its data along unless that is kept first.
    steps: [...first, ...steps],
    kept: [
      ...snapshots.flatMap(({ objects: all }) => all.flatMap(({ metadata }) => metadata.uid ?? [])),
      ...softenings.flatMap(({ left }) => left.map(({ uid }) => uid)),
    ],
    again: Object.fromEntries(again),
    retained: softenings.filter(({ how, state }) => how === 'retain-first' && state === 'softened'),
    unseen: unseenResults(requests, softenings),
  };
}

/** The same object may have been kept for several requests of the act: the first state is the one before the act. */
function firstByUid(snapshots: readonly Snapshot[]): KubeObject[] {
  const first = new Map<string, KubeObject>();
  for (const { objects } of [...snapshots].sort((a, b) => a.takenAt - b.takenAt)) {
    for (const object of objects) {
      const uid = object.metadata.uid;
      if (uid !== undefined && !first.has(uid)) first.set(uid, object);
    }
  }
  return [...first.values()];
}

/**
 * Without what came only while the act went on: a Secret that its operator made anew after the first request, and that the
 * second took again. What stood under the name before is what is brought back; whoever names the later one means that.
 */
function beforeTheAct(objects: readonly KubeObject[]): KubeObject[] {
  const first = new Map<string, KubeObject>();
  const instead = new Map<string, string>();
  for (const object of objects) {
    const known = first.get(keyOfObject(object));
    if (known) instead.set(object.metadata.uid ?? '', known.metadata.uid ?? '');
    else first.set(keyOfObject(object), object);
  }
  if (instead.size === 0) return [...objects];
  const later = new Set(instead.keys());
  const isLater = (object: KubeObject) =>
    later.has(object.metadata.uid ?? '') || later.has(controllerOf(object)?.uid ?? '');
  for (let size = -1; size !== later.size; ) {
    size = later.size;
    for (const object of objects) if (isLater(object)) later.add(object.metadata.uid ?? '');
  }
  return objects
    .filter((object) => !later.has(object.metadata.uid ?? ''))
    .map((object) => {
      const { ownerReferences } = object.metadata;
      if (!ownerReferences?.some(({ uid }) => instead.has(uid))) return object;
      const owners = ownerReferences.map((owner) => ({ ...owner, uid: instead.get(owner.uid) ?? owner.uid }));
      return { ...object, metadata: { ...object.metadata, ownerReferences: owners } };
    });
}

/** What was said of each object; of several snapshots the first counts, as with the object itself. */
function promisedIn(snapshots: readonly Snapshot[]): Map<string, LossClass> {
  const said = new Map<string, LossClass>();
  for (const { promised = [] } of [...snapshots].sort((a, b) => a.takenAt - b.takenAt)) {
    for (const { uid, loss } of promised) if (!said.has(uid)) said.set(uid, loss);
  }
  return said;
}

function unfinishedSoftening(record: SoftenRecord, open: boolean): UndoStep[] {
  // Said with its request already: it can't be told yet.
  if (record.state !== 'started' || open) return [];
  const note = `its softening was cut off and could not be carried to its end: ${record.note ?? 'ask again'}`;
  return [none(describeRef(record.owner), 'failed', note)];
}

function readoptStep(record: SoftenRecord, byUid: ReadonlyMap<string, KubeObject>, live: LiveView): UndoStep {
  const what = describeRef(record.owner);
  const snapshot = byUid.get(record.owner.uid);
  if (!snapshot) return none(what, 'failed', 'no snapshot of it was found');
  const info = kindOf(live.kinds, snapshot);
  if (!info) return none(what, 'failed', `the cluster serves no ${snapshot.kind} any more`);
  const now = live.at[keyOf(record.owner)];
  if (now && now.metadata.uid !== record.owner.uid && !sameIntent(now, snapshot)) {
    return none(
      what,
      'conflict',
      'another one was created under its name meanwhile; it and the marks are left as they are',
    );
  }
  const restarts: Record<string, number> = {};
  for (const { uid } of record.left) {
    const pod = byUid.get(uid) ?? live.marked.find((object) => object.metadata.uid === uid);
    if (pod?.kind === 'Pod') restarts[uid] = restartsOf(pod);
  }
  return { do: 'readopt', info, snapshot, record, restarts };
}

/** Objects of which the same stands under the name again: what they owned may name that one. */
function sameAgain(objects: readonly KubeObject[], live: LiveView): Map<string, string> {
  const again = new Map<string, string>();
  for (const object of objects) {
    const now = liveOf(live, object);
    const { uid } = object.metadata;
    if (!now?.metadata.uid || !uid || now.metadata.uid === uid || now.metadata.deletionTimestamp) continue;
    if (sameIntent(now, object)) again.set(uid, now.metadata.uid);
  }
  return again;
}

export function restartsOf(pod: KubeObject): number {
  const statuses: { restartCount?: number }[] = pod.status?.containerStatuses ?? [];
  return statuses.reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
}

function stepFor(facts: PlanFacts, object: KubeObject): UndoStep {
  const what = nameOf(object);
  const { live } = facts;
  const unreadable = live.unreadable[keyOfObject(object)];
  if (unreadable !== undefined)
    return none(what, 'failed', `what stands there now could not be read: ${unreadable}`);
  const info = kindOf(live.kinds, object);
  const definition = definedBy(facts, object);
  if (!info && !definition) return none(what, 'failed', `the cluster serves no ${object.kind} any more`);
  const kind = info ?? definition;
  if (!kind) return none(what, 'failed', 'its kind is not known');
  const now = goesWithItsNamespace(facts, object) ? null : (liveOf(live, object) ?? null);
  const { uid } = object.metadata;
  if (now && now.metadata.uid === uid) {
    const goes = now.metadata.deletionTimestamp !== undefined || isAboutToBeCollected(facts, now);
    const given = facts.disowned.has(uid ?? '') && hasOtherOwners(object, now);
    if (!goes && given) return { do: 'own', info: kind, snapshot: object };
    if (!goes) return revertStep(kind, object, now) ?? standsStep(facts, object, now);
    // A claim's data can still be saved; of anything else the end was decided before, and is not waited for.
    const before = object.metadata.deletionTimestamp !== undefined;
    if (before && !isKind(object, '', 'PersistentVolumeClaim'))
      return none(what, 'unchanged', 'it was being deleted before the act, and still is');
    const adopter = remadeByAdopter(facts, object);
    const remade = adopter ?? remadeBy(facts, object);
    if (remade) return leftTo(what, adopter?.object ?? object, remade);
    return { do: 'create', info: kind, snapshot: object, waitGone: uid };
  }
  const another = ofAnother(facts, object);
  if (another) return none(what, 'skipped', another);
  const adopter = remadeByAdopter(facts, object);
  const remade = adopter ?? remadeBy(facts, object);
  if (now) {
    if (remade?.by) return none(what, 'unchanged', 'it has come back by itself');
    if (sameIntent(now, object)) return none(what, 'unchanged', 'the same stands there again');
    if (isBareDefault(object, now)) return { do: 'create', info: kind, snapshot: object };
    return none(what, 'conflict', 'something else stands under its name now; it is left as it is');
  }
  if (remade) return leftTo(what, adopter?.object ?? object, remade);
  return { do: 'create', info: kind, snapshot: object };
}

function leftTo(what: string, object: KubeObject, { result, note, by }: Left): UndoStep {
  return { do: 'none', result: { what, result, note }, ...(by ? { awaited: { object, by } } : {}) };
}

/**
 * The act changed it before it began to destroy (helm writes "uninstalling" into its release): it goes back to what it
 * was before that, where it still says what the act wrote. What somebody wrote since is left.
 */
function revertStep(info: ResourceInfo, object: KubeObject, now: KubeObject): UndoStep | undefined {
  if (!isReleaseRecord(object) || sameIntent(now, object)) return undefined;
  const from = now.metadata.labels?.status ?? '';
  if (!UNINSTALL.has(from) || object.metadata.labels?.status === from) return undefined;
  return { do: 'revert', info, snapshot: object, from };
}

const UNINSTALL = new Set(['uninstalling', 'uninstalled']);

/** It was not taken: compared, so that nothing is claimed of it that is not so. Written back it is never. */
function standsStep({ notUnderstood }: PlanFacts, object: KubeObject, now: KubeObject): UndoStep {
  const what = nameOf(object);
  if (!notUnderstood.has(object.metadata.uid ?? '')) {
    const changed = difference(object, now);
    const note = changed ? `it stands; changed since it was kept: ${changed}` : 'it stands as it stood';
    return none(what, 'unchanged', note);
  }
  const changed = difference(object, now, true);
  if (!changed) return none(what, 'unchanged', 'it stands, with nothing changed that toolcrib can see');
  const note = `the request was not understood, and it differs from what was kept: ${changed}; undo does not write that back`;
  return none(what, 'conflict', note);
}

/** Inside a Namespace that goes, or that comes back, nothing that still stands will stay. */
function goesWithItsNamespace({ live, created, byUid }: PlanFacts, object: KubeObject): boolean {
  const { namespace } = object.metadata;
  if (namespace === undefined) return false;
  const now = live.at[keyOf({ apiVersion: 'v1', kind: 'Namespace', name: namespace })];
  if (now?.metadata.deletionTimestamp !== undefined) return true;
  return [...created].some((uid) => {
    const one = byUid.get(uid);
    return one !== undefined && isKind(one, '', 'Namespace') && one.metadata.name === namespace;
  });
}

/** All of its owners went with the act: the collector has just not come to it yet. */
function isAboutToBeCollected({ byUid, live }: PlanFacts, now: KubeObject): boolean {
  const owners = now.metadata.ownerReferences ?? [];
  return (
    owners.length > 0 &&
    owners.every(({ uid }) => {
      const owner = byUid.get(uid);
      return owner !== undefined && liveOf(live, owner)?.metadata.uid !== uid;
    })
  );
}

/** A definition that comes back serves its kind again, though discovery does not show it now. */
function definedBy({ byUid, created }: PlanFacts, object: KubeObject) {
  for (const uid of created) {
    const crd = byUid.get(uid);
    if (!crd || !isKind(crd, 'apiextensions.k8s.io', 'CustomResourceDefinition')) continue;
    const { group, names, scope } = crd.spec ?? {};
    const [apiGroup, version = ''] = object.apiVersion.split('/');
    if (group !== apiGroup || names?.kind !== object.kind) continue;
    return {
      group,
      version,
      resource: names.plural as string,
      kind: object.kind,
      namespaced: scope === 'Namespaced',
      verbs: [],
      subresources: [],
    };
  }
  return undefined;
}

/** Controllers that take back what has no owner, by their selector, and what of. */
const ADOPTED: Record<string, string[]> = {
  Deployment: ['ReplicaSet'],
  ReplicaSet: ['Pod'],
  ReplicationController: ['Pod'],
  StatefulSet: ['Pod', 'ControllerRevision', 'PersistentVolumeClaim'],
  DaemonSet: ['Pod', 'ControllerRevision'],
};

/**
 * It stands, and has lost owners that come back or stand again: by an Orphan delete, because the collector takes absent
 * owners out of what another owner keeps, or because an undo was cut off before it had named them. Where no controller
 * adopts it by its selector, they are named again.
 */
function relinkStep(facts: PlanFacts, object: KubeObject): UndoStep | undefined {
  const now = goesWithItsNamespace(facts, object) ? null : liveOf(facts.live, object);
  const { name, namespace } = object.metadata;
  const uid = now?.metadata.uid;
  if (!now || !uid || now.metadata.deletionTimestamp !== undefined) return undefined;
  if (uid !== object.metadata.uid && !facts.again.has(object.metadata.uid ?? '')) return undefined;
  if (uid === object.metadata.uid && isAboutToBeCollected(facts, now)) return undefined;
  const still = new Set(now.metadata.ownerReferences?.map((owner) => owner.uid));
  const references = (object.metadata.ownerReferences ?? []).filter((owner) => {
    if (still.has(owner.uid) || ADOPTED[owner.kind]?.includes(object.kind)) return false;
    const again = facts.again.get(owner.uid);
    if (facts.created.has(owner.uid)) return true;
    if (again !== undefined) return !still.has(again);
    // A co-owner that never went, of one that stands again.
    const standing = facts.live.at[keyOf({ ...owner, namespace })] ?? facts.live.at[keyOf(owner)];
    return uid !== object.metadata.uid && standing?.metadata.uid === owner.uid;
  });
  const info = kindOf(facts.live.kinds, object);
  if (references.length === 0 || !info) return undefined;
  const ref = { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid };
  return { do: 'relink', info, ref, snapshot: object, references };
}

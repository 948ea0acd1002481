import type { KubeObject } from '@toolcrib/kube';
import { describeRef, uidOf } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import { deleteIn, unreadWhy } from '../effects/index.ts';
import { createdBy, standsAs, takenOver } from './adopted.ts';
import { beforeTheAct, promisedIn } from './before-the-act.ts';
import type { PlanFacts } from './facts.ts';
import { blindSteps, unknownSteps, unseenResults } from './gaps.ts';
import type { LiveView } from './live.ts';
import { liveOf } from './live.ts';
import { inOrder } from './order.ts';
import { sameIntent } from './prepare.ts';
import { planReadopt } from './readopt-plan.ts';
import { planRelink } from './relink-plan.ts';
import { scaleSteps } from './scale.ts';
import { stepFor } from './step-for.ts';
import type { UndoPlan, UndoStep } from './steps.ts';
import { none } from './steps.ts';
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
  const objects = beforeTheAct(taken.snapshots);
  const byUid = new Map(objects.map((object) => [uidOf(object.metadata), object]));
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
    takenAt: taken.snapshots.reduce(
      (first, { takenAt }) => Math.min(first, takenAt),
      Number.POSITIVE_INFINITY,
    ),
  };
  const rest = objects.filter(({ metadata: { uid = '' } }) => !scaled.targets.has(uid) && !spared.has(uid));
  for (const record of active) {
    const step = planReadopt(record, byUid, live);
    if (step.do === 'readopt') created.add(record.owner.uid);
    steps.push(step);
  }
  // Claims are bound before whatever uses them comes back.
  const first: UndoStep[] = [];
  const later: UndoStep[] = [];
  const told = new Map<KubeObject, UndoStep[]>();
  for (const object of inOrder(rest, true)) {
    if (!/^(PersistentVolume(Claim)?|Secret|ConfigMap|Namespace)$/.test(object.kind))
      for (const step of later.splice(0)) steps.push(step);
    const own = volumeSteps(facts, object, stepFor(facts, object));
    if (own.now.some((step) => step.do === 'create')) created.add(uidOf(object.metadata));
    first.push(...own.first);
    steps.push(...own.now);
    told.set(object, own.now);
    later.push(...own.later);
  }
  // What one write scaled and gave to owners that are gone: while it names them, the collector takes it, whatever its size.
  const owners = objects
    .filter(({ metadata: { uid = '' } }) => scaled.targets.has(uid) && disowned.has(uid))
    .map((object) => stepFor(facts, object))
    .filter((step) => step.do === 'own');
  // A set that is scaled up finds its own claims then, instead of making empty ones.
  for (const step of [...later, ...owners, ...scaled.steps]) steps.push(step);
  // Only now it is known which owners come back.
  for (const [object, own] of told) {
    const link = planRelink(facts, object);
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

function unfinishedSoftening(record: SoftenRecord, open: boolean): UndoStep[] {
  // Said with its request already: it can't be told yet.
  if (record.state !== 'started' || open) return [];
  const note = `its softening was cut off and could not be carried to its end: ${record.note ?? 'ask again'}`;
  return [none(describeRef(record.owner), 'failed', note)];
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

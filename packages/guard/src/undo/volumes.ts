import type { KubeObject } from '@toolcrib/kube';
import { uidOf } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { liveOf } from './live.ts';
import type { ClaimAt, UndoStep } from './steps.ts';
import { isKind, keyOf, keyOfObject, nameOf, none } from './steps.ts';

/**
 * What a claim or volume needs around its own step. A claim that comes back with its old bind annotations, or to a
 * volume that still names the old claim's UID, is Lost for good: so the volume lets go first, the claim is created
 * naming it, and only once both are bound the volume gets its reclaim policy back.
 * @returns what is done before anything else, what in the object's turn, and what once all claims are there (each
 *   may take its binder 15 s)
 */
export function volumeSteps(facts: PlanFacts, object: KubeObject, step: UndoStep): VolumeSteps {
  const only = (...now: UndoStep[]) => ({ first: [], now, later: [] });
  if (isKind(object, '', 'PersistentVolume')) return only(volumeStep(facts, object, step));
  if (!isKind(object, '', 'PersistentVolumeClaim')) return only(step);
  const volume: string | undefined = object.spec?.volumeName;
  if (!volume) return only(step);
  const key = keyOf({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume });
  const found = facts.live.at[key];
  if (step.do !== 'create') {
    const stands = standingClaim(facts, object, step, found);
    return { first: [], now: [stands], later: ownPolicyAgain(facts, object, stands, found) };
  }
  const unreadable = facts.live.unreadable[key];
  if (unreadable !== undefined) {
    const note = `its volume ${volume} could not be looked at (${unreadable}), and a claim made without that may be lost to it; undo this with the right to read and patch PersistentVolumes`;
    return only(none(nameOf(object), 'failed', note));
  }
  const snapshotOfVolume = [...facts.byUid.values()].find(
    (one) => isKind(one, '', 'PersistentVolume') && one.metadata.name === volume,
  );
  const stands = found && found.metadata.deletionTimestamp === undefined ? found : undefined;
  const { namespace = '', name, uid } = object.metadata;
  const claim: ClaimAt = { namespace, name, ...(uid === undefined ? {} : { was: uid }) };
  const bound: UndoStep = { do: 'await-bound', claim, volume, snapshot: object };
  if (!stands?.metadata.uid) {
    if (facts.created.has(uidOf(snapshotOfVolume?.metadata)))
      return { first: [], now: [step], later: [bound] };
    return only({ ...step, snapshot: withoutVolume(object), note: goneNote(volume) });
  }
  const claimRef = stands.spec?.claimRef;
  if (claimRef && (claimRef.namespace !== namespace || claimRef.name !== name)) {
    const note = `its volume ${volume} is bound to ${claimRef.namespace}/${claimRef.name} now`;
    return only(none(nameOf(object), 'conflict', note));
  }
  const at = { name: volume, uid: stands.metadata.uid };
  const to = policyBefore(facts, volume, snapshotOfVolume ?? stands);
  return {
    first: stands.spec?.persistentVolumeReclaimPolicy === 'Retain' ? [] : [{ do: 'retain', volume: at }],
    now: [{ ...step, volume: at }],
    later: [
      bound,
      {
        do: 'reclaim',
        volume: at,
        to,
        boundTo: claim,
        ...(snapshotOfVolume ? { snapshot: snapshotOfVolume } : {}),
      },
    ],
  };
}

export interface VolumeSteps {
  first: UndoStep[];
  now: UndoStep[];
  later: UndoStep[];
}

/** A claim as it was, but for its volume: it gets a new and empty one. */
export function withoutVolume(claim: KubeObject): KubeObject {
  const empty = structuredClone(claim);
  delete empty.spec.volumeName;
  return empty;
}

export function goneNote(volume: string): string {
  return `its volume ${volume} is gone: it comes back empty`;
}

/** A claim stands under the name. Where it is another one, "the same" is only what has the same data. */
function standingClaim(
  { live }: PlanFacts,
  object: KubeObject,
  step: UndoStep,
  volume: KubeObject | null | undefined,
): UndoStep {
  const now = live.at[keyOfObject(object)];
  if (step.do !== 'none' || !/^(unchanged|conflict)$/.test(step.result.result)) return step;
  if (!now || now.metadata.uid === object.metadata.uid) return step;
  const what = nameOf(object);
  const had: string = object.spec?.volumeName;
  const has: string | undefined = now.spec?.volumeName;
  const conflict = step.result.result === 'conflict';
  if (has === had) {
    if (conflict || now.status?.phase === 'Bound' || volume !== null) return step;
    const note = `it waits for volume ${had}, which is gone: delete it, and undo again to get an empty one`;
    return none(what, 'conflict', note);
  }
  if (volume === null && conflict) return step;
  if (volume === null) return none(what, 'unchanged', `it stands again, empty: volume ${had} is gone`);
  const note = `one with ${has === undefined ? 'no volume yet' : `volume ${has}`} stands there now; the data is on volume ${had}`;
  return none(what, 'conflict', note);
}

/** Somebody else has bound the kept volume to its claim again: what the act set to Retain goes back to its own policy. */
function ownPolicyAgain(
  { live, softenings, byUid }: PlanFacts,
  object: KubeObject,
  step: UndoStep,
  volume: KubeObject | null | undefined,
): UndoStep[] {
  if (step.do !== 'none' || step.result.result !== 'unchanged') return [];
  const { name = '', uid = '' } = volume?.metadata ?? {};
  const now = live.at[keyOfObject(object)];
  if (!now || now.metadata.deletionTimestamp || now.spec?.volumeName !== name) return [];
  const kept = softenings
    .filter(({ how, state }) => how === 'retain-first' && state === 'softened')
    .flatMap(({ volumes = [] }) => volumes)
    .find((one) => one.uid === uid);
  if (!kept || kept.reclaimPolicy === volume?.spec?.persistentVolumeReclaimPolicy) return [];
  const { namespace = '', name: claim } = object.metadata;
  const snapshot = byUid.get(uid);
  return [
    {
      do: 'reclaim',
      volume: { name, uid },
      to: kept.reclaimPolicy,
      boundTo: { namespace, name: claim },
      ...(snapshot ? { snapshot } : {}),
    },
  ];
}

function policyBefore(facts: PlanFacts, name: string, volume: KubeObject): string {
  const softened = facts.softenings.flatMap(({ volumes = [] }) => volumes).find((one) => one.name === name);
  return softened?.reclaimPolicy ?? volume.spec?.persistentVolumeReclaimPolicy ?? 'Delete';
}

/** A volume with reclaim policy Delete took its data along: an empty shell of its name would be a lie. */
function volumeStep(facts: PlanFacts, object: KubeObject, step: UndoStep): UndoStep {
  if (step.do !== 'create') {
    // Released, kept, or bound anew: what it needs is done together with its claim.
    const now = liveOf(facts.live, object);
    return now?.metadata.uid === object.metadata.uid
      ? none(nameOf(object), 'unchanged', 'the volume stands')
      : step;
  }
  const retained = facts.softenings.some(({ volumes = [] }) =>
    volumes.some(({ uid }) => uid === object.metadata.uid),
  );
  if (object.spec?.persistentVolumeReclaimPolicy === 'Retain' || retained) return step;
  return none(
    nameOf(object),
    'failed',
    'its data went with it (reclaim policy Delete) and cannot be brought back',
  );
}

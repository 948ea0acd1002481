import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { liveOf } from './live.ts';
import type { UndoStep } from './steps.ts';
import { isKind, keyOf, nameOf, none } from './steps.ts';

/**
 * What a claim or volume needs around its own step. A claim that comes back with its old bind annotations, or to a
 * volume that still names the old claim's UID, is Lost for good: so the volume lets go first, the claim is created
 * naming it, and only once both are bound the volume gets its reclaim policy back.
 * @returns what is done in the object's turn, and what once all claims are there: each may take its binder 15 s
 */
export function volumeSteps(
  facts: PlanFacts,
  object: KubeObject,
  step: UndoStep,
): { now: UndoStep[]; later: UndoStep[] } {
  const only = (...now: UndoStep[]) => ({ now, later: [] });
  if (isKind(object, '', 'PersistentVolume')) return only(volumeStep(facts, object, step));
  if (!isKind(object, '', 'PersistentVolumeClaim') || step.do !== 'create') return only(step);
  const volume: string | undefined = object.spec?.volumeName;
  if (!volume) return only(step);
  const snapshotOfVolume = [...facts.byUid.values()].find(
    (one) => isKind(one, '', 'PersistentVolume') && one.metadata.name === volume,
  );
  const found = facts.live.at[keyOf({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume })];
  const stands = found && found.metadata.deletionTimestamp === undefined ? found : undefined;
  const { namespace = '', name, uid: claimUid } = object.metadata;
  const bound: UndoStep = { do: 'await-bound', claim: { namespace, name }, volume };
  if (!stands?.metadata.uid) {
    if (facts.created.has(snapshotOfVolume?.metadata.uid ?? '')) return { now: [step], later: [bound] };
    const empty = structuredClone(object);
    delete empty.spec.volumeName;
    return only({ ...step, snapshot: empty, note: `its volume ${volume} is gone: it comes back empty` });
  }
  const claimRef = stands.spec?.claimRef;
  if (claimRef && (claimRef.namespace !== namespace || claimRef.name !== name)) {
    const note = `its volume ${volume} is bound to ${claimRef.namespace}/${claimRef.name} now`;
    return only(none(nameOf(object), 'conflict', note));
  }
  const at = { name: volume, uid: stands.metadata.uid };
  const to = policyBefore(facts, volume, snapshotOfVolume ?? stands);
  return {
    now: [{ do: 'rebind', volume: at, claimUid }, step],
    later: [bound, { do: 'reclaim', volume: at, to, boundTo: { namespace, name } }],
  };
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

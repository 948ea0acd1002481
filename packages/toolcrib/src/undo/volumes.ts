import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { liveOf } from './live.ts';
import type { UndoStep } from './steps.ts';
import { isKind, keyOf, nameOf, none } from './steps.ts';

/**
 * What a claim or volume needs around its own step. A claim that comes back with its old bind annotations, or to a
 * volume that still names the old claim's UID, is Lost for good: so the volume lets go first, the claim is created
 * naming it, and only once both are bound the volume gets its reclaim policy back.
 */
export function volumeSteps(facts: PlanFacts, object: KubeObject, step: UndoStep): UndoStep[] {
  if (isKind(object, '', 'PersistentVolume')) return [volumeStep(facts, object, step)];
  if (!isKind(object, '', 'PersistentVolumeClaim') || step.do !== 'create') return [step];
  const name: string | undefined = object.spec?.volumeName;
  if (!name) return [step];
  const snapshotOfVolume = [...facts.byUid.values()].find(
    (one) => isKind(one, '', 'PersistentVolume') && one.metadata.name === name,
  );
  const now = facts.live.at[keyOf({ apiVersion: 'v1', kind: 'PersistentVolume', name })];
  const stands = now && now.metadata.deletionTimestamp === undefined ? now : undefined;
  if (!stands && !(snapshotOfVolume && facts.created.has(snapshotOfVolume.metadata.uid ?? ''))) {
    const empty = structuredClone(object);
    delete empty.spec.volumeName;
    return [{ ...step, snapshot: empty, note: `its volume ${name} is gone: it comes back empty` }];
  }
  const claimRef = stands?.spec?.claimRef;
  const ours =
    !claimRef || (claimRef.namespace === object.metadata.namespace && claimRef.name === object.metadata.name);
  if (stands && !ours) {
    return [
      none(
        nameOf(object),
        'conflict',
        `its volume ${name} is bound to ${claimRef.namespace}/${claimRef.name} now`,
      ),
    ];
  }
  if (!stands?.metadata.uid) return [step];
  const volume = { name, uid: stands.metadata.uid };
  const { namespace = '', name: claimName } = object.metadata;
  const to = policyBefore(facts, name, snapshotOfVolume ?? stands);
  return [
    { do: 'rebind', volume, claimUid: object.metadata.uid },
    step,
    { do: 'reclaim', volume, to, boundTo: { namespace, name: claimName } },
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

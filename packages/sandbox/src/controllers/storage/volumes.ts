import type { KubeObject } from '@toolcrib/kube';
import { ignoreNotFound } from '../common/errors.ts';
import type { Tools } from '../common/loop.ts';
import { timestamp } from '../common/time.ts';
import { PERSISTENT_VOLUMES } from '../common/types.ts';
import { PROVISIONER_FINALIZER, settle } from './protection.ts';
import { PROVISIONER } from './provisioner.ts';

type Phase = 'Available' | 'Bound' | 'Released' | 'Failed';

export function setVolumePhase(volume: KubeObject, phase: Phase, tools: Tools, message?: string): void {
  if (volume.status?.phase === phase) return;
  ignoreNotFound(() =>
    tools.store.modify(
      PERSISTENT_VOLUMES,
      undefined,
      volume.metadata.name,
      (fresh) => {
        if (fresh.metadata.uid !== volume.metadata.uid) return;
        fresh.status = {
          ...fresh.status,
          phase,
          lastPhaseTransitionTime: timestamp(tools.clock.now()),
          ...(message ? { message } : {}),
        };
      },
      { subresource: 'status' },
    ),
  );
}

function isProvisionedHere(volume: KubeObject): boolean {
  return volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === PROVISIONER;
}

/** A volume that is to be retained must not be held for its deletion. */
export function settleProvisionerFinalizer(volume: KubeObject, tools: Tools): void {
  if (!isProvisionedHere(volume)) return;
  const held = volume.spec?.persistentVolumeReclaimPolicy === 'Delete';
  settle(tools, PERSISTENT_VOLUMES, volume, PROVISIONER_FINALIZER, held);
}

/** The claim has gone: Released, and with the policy Delete the volume goes too, with all that is on it. */
export function reclaimVolume(volume: KubeObject, tools: Tools): void {
  const { name, uid } = volume.metadata;
  if (volume.status?.phase !== 'Failed') setVolumePhase(volume, 'Released', tools);
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') return;
  if (isProvisionedHere(volume)) {
    ignoreNotFound(() => tools.store.delete(PERSISTENT_VOLUMES, undefined, name, { preconditions: { uid } }));
    settle(tools, PERSISTENT_VOLUMES, volume, PROVISIONER_FINALIZER, false);
    return;
  }
  // A CSI volume of another driver waits for that driver; for anything else nobody here knows how to delete it.
  if (volume.spec?.csi || volume.status?.phase === 'Failed') return;
  const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
  setVolumePhase(volume, 'Failed', tools, message);
  tools.record(volume, 'Warning', 'VolumeFailedDelete', message);
}

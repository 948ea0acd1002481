import type { KubeObject } from '@toolcrib/kube';
import { ignoreNotFound } from '../shared/errors.ts';
import type { Tools } from '../shared/loop.ts';
import { timestamp } from '../shared/time.ts';
import { PERSISTENT_VOLUMES } from '../shared/types.ts';
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

/** The claim has gone: Released, and with the policy Delete the volume goes too, with all that is on it. */
export function reclaimVolume(volume: KubeObject, tools: Tools): void {
  const { name, uid, annotations, deletionTimestamp } = volume.metadata;
  if (volume.status?.phase !== 'Failed') setVolumePhase(volume, 'Released', tools);
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete' || deletionTimestamp) return;
  if (annotations?.['pv.kubernetes.io/provisioned-by'] === PROVISIONER) {
    ignoreNotFound(() => tools.store.delete(PERSISTENT_VOLUMES, undefined, name, { preconditions: { uid } }));
    return;
  }
  // A CSI volume of another driver waits for that driver; for anything else nobody here knows how to delete it.
  if (volume.spec?.csi || volume.status?.phase === 'Failed') return;
  const message = `error getting deleter volume plugin for volume "${name}": no deletable volume plugin matched`;
  setVolumePhase(volume, 'Failed', tools, message);
  tools.record(volume, 'Warning', 'VolumeFailedDelete', message);
}

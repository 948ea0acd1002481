import type { KubeObject } from '@toolcrib/kube';
import { isAlreadyExists } from '../common/errors.ts';
import { eventRecorder } from '../common/events.ts';
import type { Tools } from '../common/loop.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../common/types.ts';
import { classOf } from './matching.ts';
import { PROVISIONER_FINALIZER, VOLUME_PROTECTION } from './protection.ts';

export const PROVISIONER = 'sandbox.toolcrib.dev';
export const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** The StorageClass `standard`, the default one, with reclaim policy Delete. */
export function createStandardClass({ store }: Tools): void {
  try {
    store.create(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'standard', annotations: { [DEFAULT_CLASS]: 'true' } },
      provisioner: PROVISIONER,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** Makes a volume for a claim, where its class is served by the sandbox's own provisioner. */
export function provision(claim: KubeObject, tools: Tools): void {
  const { store, view, record, clock } = tools;
  const className = classOf(claim);
  const storageClass = view.get(STORAGE_CLASSES, undefined, className);
  if (!storageClass) {
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    record(claim, 'Warning', 'ProvisioningFailed', message);
    return;
  }
  const late = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
  if (late && !claim.metadata.annotations?.[SELECTED_NODE]) {
    const message = 'waiting for first consumer to be created before binding';
    record(claim, 'Normal', 'WaitForFirstConsumer', message);
    return;
  }
  const { provisioner } = storageClass;
  markProvisioner(claim, provisioner, tools);
  record(
    claim,
    'Normal',
    'ExternalProvisioning',
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  );
  if (provisioner !== PROVISIONER) return;
  const volume = newVolume(claim, storageClass);
  try {
    store.create(PERSISTENT_VOLUMES, volume);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return;
  }
  const message = `Successfully provisioned volume ${volume.metadata.name}`;
  eventRecorder(store, clock, PROVISIONER)(claim, 'Normal', 'ProvisioningSucceeded', message);
}

function markProvisioner(claim: KubeObject, provisioner: string, { store }: Tools): void {
  const annotations = {
    'volume.beta.kubernetes.io/storage-provisioner': provisioner,
    'volume.kubernetes.io/storage-provisioner': provisioner,
  };
  const marked = claim.metadata.annotations?.['volume.kubernetes.io/storage-provisioner'] === provisioner;
  if (marked) return;
  store.modify(PERSISTENT_VOLUME_CLAIMS, claim.metadata.namespace, claim.metadata.name, (fresh) => {
    fresh.metadata.annotations = { ...fresh.metadata.annotations, ...annotations };
  });
}

function newVolume(claim: KubeObject, storageClass: KubeObject): KubeObject {
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const volumeName = `pvc-${uid}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeName,
      annotations: { 'pv.kubernetes.io/provisioned-by': PROVISIONER },
      finalizers: [
        ...(storageClass.reclaimPolicy === 'Retain' ? [] : [PROVISIONER_FINALIZER]),
        VOLUME_PROTECTION,
      ],
    },
    spec: {
      accessModes: claim.spec?.accessModes,
      capacity: { storage: claim.spec?.resources?.requests?.storage },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid },
      csi: { driver: PROVISIONER, volumeHandle: volumeName },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy,
      storageClassName: storageClass.metadata.name,
      volumeMode: claim.spec?.volumeMode,
    },
  };
}

import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';

/** A claim, and its volume after that was put on Retain. */
export const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'shop', name: 'data', uid: 'uid-claim' },
};
export const volume: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv-1', uid: 'uid-pv' },
  spec: {
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace: 'shop', name: 'data', uid: 'uid-claim' },
  },
  status: { phase: 'Bound' },
};
/** Of a softening that put the claim's volume on Retain. */
export const ON_RETAIN: Partial<SoftenRecord> = {
  how: 'retain-first',
  owner: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace: 'shop',
    name: 'data',
    uid: 'uid-claim',
  },
  left: [],
  volumes: [{ name: 'pv-1', uid: 'uid-pv', reclaimPolicy: 'Delete' }],
};

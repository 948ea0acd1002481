import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import { marks } from '@toolcrib/model';
import { withoutAssigned } from './service.ts';

const SERVER_SIDE = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'managedFields',
] as const;

/** Finalizers that belong to the deletion that was, or that Kubernetes puts on by itself. */
const NOT_KEPT = new Set([
  'orphan',
  'foregroundDeletion',
  marks.finalizer,
  'batch.kubernetes.io/job-tracking',
  'kubernetes.io/pvc-protection',
  'kubernetes.io/pv-protection',
]);

/**
 * An object of a snapshot as it can be created again: without what the server sets, without its status, without the
 * finalizers of its deletion and our marks, and with what each kind needs beside. Owner references are the
 * caller's: they need the new owners' UIDs. Returns a copy.
 */
export function prepared(snapshot: KubeObject): KubeObject {
  const object = structuredClone(snapshot);
  const { metadata } = object;
  for (const field of SERVER_SIDE) delete metadata[field];
  const finalizers = (metadata.finalizers ?? []).filter((name) => !NOT_KEPT.has(name));
  delete metadata.finalizers;
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  drop(metadata.labels, [marks.act]);
  drop(metadata.annotations, [marks.finishAfter, marks.softenedFrom]);
  delete object.status;
  PER_KIND[`${groupVersionOf(object.apiVersion).group}/${object.kind}`]?.(object);
  return object;
}

const CONTROLLER_UID = ['controller-uid', 'batch.kubernetes.io/controller-uid'];
const BINDING = [
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
];

const PER_KIND: Record<string, (object: KubeObject) => void> = {
  '/Pod': (pod) => {
    delete pod.spec?.nodeName;
    // They can't be created with a Pod, only added to one.
    delete pod.spec?.ephemeralContainers;
  },
  '/Namespace': (namespace) => {
    delete namespace.spec?.finalizers;
  },
  'batch/Job': (job) => {
    if (job.spec?.manualSelector === true) return;
    delete job.spec?.selector;
    drop(job.metadata.labels, CONTROLLER_UID);
    drop(job.spec?.template?.metadata?.labels, CONTROLLER_UID);
  },
  '/PersistentVolumeClaim': (claim) => drop(claim.metadata.annotations, BINDING),
  '/PersistentVolume': (volume) => {
    drop(volume.metadata.annotations, BINDING);
    drop(volume.spec?.claimRef, ['uid', 'resourceVersion']);
  },
  '/Secret': (secret) => {
    if (secret.type !== 'kubernetes.io/service-account-token') return;
    drop(secret.metadata.annotations, ['kubernetes.io/service-account.uid']);
    drop(secret.data, ['token', 'ca.crt', 'namespace']);
  },
};

function drop(fields: Record<string, unknown> | undefined, names: readonly string[]): void {
  if (fields) for (const name of names) delete fields[name];
}

/**
 * True where two objects want the same: everything but metadata and status, and apart from what the server assigns
 * (a Service's addresses, a claim's volume).
 */
export function sameIntent(a: KubeObject, b: KubeObject): boolean {
  return isDeepStrictEqual(intentOf(a), intentOf(b));
}

/**
 * True for the ServiceAccount that every namespace gets, where it stands as the controller manager makes it: without the
 * pull secrets, labels and annotations that somebody had given the one that was kept.
 */
export function isBareDefault(kept: KubeObject, now: KubeObject): boolean {
  if (now.kind !== 'ServiceAccount' || now.apiVersion !== 'v1' || kept.metadata.name !== 'default')
    return false;
  const { labels, annotations, ownerReferences, finalizers } = now.metadata;
  return [labels, annotations, ownerReferences, finalizers, now.imagePullSecrets, now.secrets].every(
    (one) => one === undefined || Object.keys(one).length === 0,
  );
}

/** What an object wants: everything but metadata, status and what the server assigns. For comparing. */
export function intentOf(object: KubeObject): unknown {
  const { metadata: _metadata, apiVersion: _version, ...body } = prepared(object);
  if (object.kind === 'Service')
    return withoutAssigned({ ...body, apiVersion: 'v1', metadata: { name: '' } } as KubeObject, []);
  if (object.kind === 'PersistentVolumeClaim' && body.spec) delete body.spec.volumeName;
  if (object.kind === 'ServiceAccount') delete body.secrets;
  // The number of a revision is its controller's to give; what it says is its data.
  if (object.kind === 'ControllerRevision') delete body.revision;
  if (object.kind === 'Job') drop(body.spec?.template?.metadata, ['creationTimestamp']);
  return withoutEmpty(body);
}

/** `{}`, `[]` and null say nothing: a server may leave them out or write them. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
    .filter(
      ([, inner]) =>
        inner !== null &&
        inner !== undefined &&
        !isDeepStrictEqual(inner, {}) &&
        !isDeepStrictEqual(inner, []),
    );
  return Object.fromEntries(kept);
}

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, groupVersionOf } from '@toolcrib/kube';

/** Everything that stands in one namespace, the Namespace itself and the volumes of its claims included. */
export type Standing = KubeObject[];

/** Kind and name: how one is found again. */
export function idOf({ apiVersion, kind, metadata }: KubeObject): string {
  return `${groupVersionOf(apiVersion).group}/${kind} ${metadata.name}`;
}

/** Made by a controller under a name of chance: counted for their controller, never compared one by one. */
export function isCounted(object: KubeObject): boolean {
  const controller = controllerOf(object);
  if (object.kind === 'Pod') return controller !== undefined && controller.kind !== 'StatefulSet';
  return false;
}

/** Records of a moment, and what a controller keeps as a copy of something else. */
export function isLeftOut({ kind, metadata, apiVersion }: KubeObject): boolean {
  if (kind === 'Event' || kind === 'Lease') return true;
  if (kind === 'EndpointSlice') return true;
  if (kind === 'Endpoints') return metadata.labels?.['endpoints.kubernetes.io/managed-by'] !== undefined;
  if (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') return true;
  return groupVersionOf(apiVersion).group === 'metrics.k8s.io';
}

const CONTROLLERS =
  /^(kube-controller-manager|sandbox-|kube-scheduler|testbed|kubelet|deployment-controller)/;

/**
 * An object as it is wanted, without what only the server assigns. Owners are named by kind and name.
 * @param emptied its volume's data went: a claim comes back on another, empty one
 */
export function wanted(object: KubeObject, emptied: boolean): unknown {
  const { apiVersion: _v, status: _s, ...body } = withoutNames(object);
  const { labels, annotations, finalizers, ownerReferences, managedFields } = object.metadata;
  const spec = body.spec;
  const notes = { ...annotations };
  for (const name of ASSIGNED) delete notes[name];
  const tags = { ...labels };
  for (const name of ['controller-uid', 'batch.kubernetes.io/controller-uid']) delete tags[name];
  switch (object.kind) {
    case 'PersistentVolumeClaim':
      if (emptied) delete spec?.volumeName;
      break;
    case 'PersistentVolume':
      for (const field of ['uid', 'resourceVersion']) delete spec?.claimRef?.[field];
      break;
    case 'Pod':
      delete spec?.nodeName;
      for (const zone of ['zone', 'region']) delete tags[`topology.kubernetes.io/${zone}`];
      break;
    case 'Job':
      delete spec?.selector;
      for (const name of ['controller-uid', 'batch.kubernetes.io/controller-uid'])
        delete spec?.template?.metadata?.labels?.[name];
      delete spec?.template?.metadata?.creationTimestamp;
      break;
    case 'ControllerRevision':
      delete body.revision;
      break;
    case 'Namespace':
      delete tags['kubernetes.io/metadata.name'];
      break;
  }
  const custom = !isBuiltIn(object.apiVersion);
  const managers = ((managedFields ?? []) as { manager?: string; operation?: string; subresource?: string }[])
    .filter(({ manager = '', subresource }) => !CONTROLLERS.test(manager) && subresource === undefined)
    .map(({ manager, operation }) => `${manager} ${operation}`);
  return {
    ...body,
    ...(custom && object.status !== undefined ? { status: object.status } : {}),
    metadata: {
      name: object.metadata.name,
      labels: tags,
      annotations: notes,
      finalizers: [...(finalizers ?? [])].sort(),
      managers: [...new Set(managers)].sort(),
      owners: (ownerReferences ?? [])
        .map(({ kind, name, controller, blockOwnerDeletion }) =>
          [kind, name, controller ?? false, blockOwnerDeletion ?? false].join(' '),
        )
        .sort(),
    },
  };
}

/** A Pod that its controller makes again gets its token by a volume of a new name. */
function withoutNames(object: KubeObject): KubeObject {
  if (object.kind !== 'Pod' || !controllerOf(object)) return structuredClone(object);
  return JSON.parse(JSON.stringify(object).replace(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access'));
}

const ASSIGNED = [
  // A Deployment that is made again counts its revisions anew; their order stays.
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/revision-history',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.beta.kubernetes.io/storage-provisioner',
  'endpoints.kubernetes.io/last-change-trigger-time',
];

function isBuiltIn(apiVersion: string): boolean {
  const { group } = groupVersionOf(apiVersion);
  return !group.includes('example.io');
}

/** Where two objects differ, as a few paths with both values: for the person who mends it. */
export function differences(before: unknown, after: unknown, at = ''): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const plain = (one: unknown): one is Record<string, unknown> =>
    typeof one === 'object' && one !== null && !Array.isArray(one);
  if (!plain(before) || !plain(after)) {
    if (isNothing(before) && isNothing(after)) return [];
    return [`${at}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], at === '' ? key : `${at}.${key}`),
  );
}

function isNothing(one: unknown): boolean {
  return one === undefined || one === null || (typeof one === 'object' && Object.keys(one).length === 0);
}

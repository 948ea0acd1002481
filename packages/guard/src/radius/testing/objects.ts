import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import type { Aim, View } from '../view.ts';
import { listedKey } from '../view.ts';

/** Short ways to write objects and views in tests; nothing here decides anything. */
export interface Extra {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  terminating?: boolean;
  generation?: number;
  /** Owners; the first is the controller unless `noController`. */
  owners?: KubeObject[];
  noController?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any kind
  spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any kind
  status?: any;
}

/** `object('apps/v1 Deployment', 'shop/web')`, or without a slash a cluster-scoped one; its UID is kind and name. */
export function object(type: string, at: string, extra: Extra = {}): KubeObject {
  const [apiVersion = '', kind = ''] = type.split(' ');
  const [namespace, name] = at.includes('/') ? at.split('/') : [undefined, at];
  const { owners = [], noController, terminating, spec, status, ...meta } = extra;
  return {
    apiVersion,
    kind,
    metadata: {
      name: name ?? '',
      ...(namespace === undefined ? {} : { namespace }),
      uid: `${kind}:${at}`,
      ...meta,
      ...(terminating ? { deletionTimestamp: '2026-11-23T00:00:00Z' } : {}),
      ...(owners.length > 0
        ? {
            ownerReferences: owners.map((owner, index) => ({
              apiVersion: owner.apiVersion,
              kind: owner.kind,
              name: owner.metadata.name,
              uid: owner.metadata.uid ?? '',
              controller: index === 0 && !noController,
              blockOwnerDeletion: true,
            })),
          }
        : {}),
    },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
}

export function pod(at: string, owner?: KubeObject, extra: Extra = {}): KubeObject {
  return object('v1 Pod', at, {
    ...(owner ? { owners: [owner] } : {}),
    spec: { nodeName: 'worker-1', containers: [{ name: 'main' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    ...extra,
  });
}

/** A Deployment with its current ReplicaSet and Pods. */
export function deployment(at: string, replicas: number, extra: Extra = {}): KubeObject[] {
  const [, name = ''] = at.split('/');
  const labels = { app: name };
  const selector = { matchLabels: labels };
  const revision = { 'deployment.kubernetes.io/revision': '1' };
  const top = object('apps/v1 Deployment', at, {
    generation: 1,
    annotations: revision,
    spec: { replicas, selector },
    status: { observedGeneration: 1, replicas, updatedReplicas: replicas },
    ...extra,
  });
  const set = object('apps/v1 ReplicaSet', `${at}-5d8f`, {
    owners: [top],
    labels,
    annotations: revision,
    spec: { replicas, selector },
  });
  const pods = Array.from({ length: replicas }, (_, i) => pod(`${at}-5d8f-${i}`, set, { labels }));
  return [top, set, ...pods];
}

/** A StatefulSet with its revision, Pods, and one bound claim and volume for each. */
export function statefulSet(
  at: string,
  replicas: number,
  options: {
    reclaim?: 'Delete' | 'Retain';
    whenDeleted?: string;
    whenScaled?: string;
    owners?: KubeObject[];
  } = {},
): KubeObject[] {
  const { reclaim = 'Delete', whenDeleted = 'Retain', whenScaled = 'Retain', owners } = options;
  const [namespace, name = ''] = at.split('/');
  const labels = { app: name };
  const set = object('apps/v1 StatefulSet', at, {
    generation: 1,
    ...(owners ? { owners } : {}),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    },
    status: { observedGeneration: 1, currentRevision: `${name}-1`, updateRevision: `${name}-1`, replicas },
  });
  const revision = object('apps/v1 ControllerRevision', `${at}-1`, { owners: [set], labels });
  const rest = Array.from({ length: replicas }, (_, i) => {
    const claimName = `data-${name}-${i}`;
    const claimOwners = whenDeleted === 'Delete' ? { owners: [set], noController: true } : {};
    const claim = object('v1 PersistentVolumeClaim', `${namespace}/${claimName}`, {
      ...claimOwners,
      spec: { volumeName: `pv-${claimName}` },
    });
    return [
      pod(`${at}-${i}`, set, {
        labels,
        spec: {
          nodeName: 'worker-1',
          containers: [{ name: 'main' }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
        },
      }),
      claim,
      object('v1 PersistentVolume', `pv-${claimName}`, {
        spec: {
          persistentVolumeReclaimPolicy: reclaim,
          claimRef: { namespace, name: claimName, uid: claim.metadata.uid },
        },
      }),
    ];
  }).flat();
  return [set, revision, ...rest];
}

const CLUSTER_SCOPED =
  /^(Node|Namespace|PersistentVolume|StorageClass|CustomResourceDefinition|ClusterThing)$/;
const MORE_KINDS = [
  'v1 Pod',
  'v1 Secret',
  'v1 ConfigMap',
  'v1 Service',
  'v1 ServiceAccount',
  'v1 PersistentVolumeClaim',
  'v1 PersistentVolume',
  'v1 Node',
  'v1 Namespace',
  'apps/v1 Deployment',
  'apps/v1 ReplicaSet',
  'apps/v1 StatefulSet',
  'apps/v1 DaemonSet',
  'batch/v1 Job',
];

/** A view in which every kind was listed everywhere. */
export function view(objects: KubeObject[], extra: Partial<View> = {}): View {
  const types = new Set([...MORE_KINDS, ...objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)]);
  const kinds = [...types].map((type): ResourceInfo => {
    const [apiVersion = '', kind = ''] = type.split(' ');
    return {
      ...groupVersionOf(apiVersion),
      resource: `${kind.toLowerCase()}s`,
      kind,
      namespaced: !CLUSTER_SCOPED.test(kind),
      verbs: ['delete', 'get', 'list'],
      subresources: [],
    };
  });
  return {
    objects,
    kinds,
    failedGroups: [],
    listed: kinds.map((info) => listedKey(info)),
    absent: [],
    unseen: [],
    seenAt: 0,
    ...extra,
  };
}

export function aim(target: KubeObject, effect: Aim['effect'] = { does: 'delete', options: {} }): Aim {
  const { name, namespace, uid } = target.metadata;
  return {
    ref: { apiVersion: target.apiVersion, kind: target.kind, name, namespace, uid },
    type: { group: groupVersionOf(target.apiVersion).group, resource: `${target.kind.toLowerCase()}s` },
    effect,
  };
}

import type { Body } from '../actor.ts';
import type { Actor } from '../step.ts';
import { definition } from './objects.ts';
import { isEstablished } from './states.ts';

/** A valid object of a kind, and a change that it allows. */
export type Sample = {
  body: (t: Actor) => Record<string, unknown> & { metadata: { name: string } };
  change: unknown;
  /** What to wait for after each write, where a controller writes to the object as well. */
  rest?: (body: Body) => unknown;
  /** Not beside other steps. */
  alone?: true;
};

export const meta = (name: string) => ({ metadata: { name } });
export const label = { metadata: { labels: { changed: 'yes' } } };

/** One of every built-in kind that belongs to no namespace. */
export const CLUSTER: Record<string, Sample> = {
  persistentvolumes: {
    rest: (body) => body.status.phase === 'Available',
    body: (t) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      ...meta(t.unique('pv')),
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'by-hand',
        hostPath: { path: '/tmp/x' },
      },
    }),
    change: { spec: { persistentVolumeReclaimPolicy: 'Delete' } },
  },
  storageclasses: {
    body: (t) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      ...meta(t.unique('sc')),
      provisioner: 'example.com/none',
    }),
    change: { allowVolumeExpansion: true },
  },
  priorityclasses: {
    body: (t) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      ...meta(t.unique('pc')),
      value: 5,
    }),
    change: { description: 'five' },
  },
  ingressclasses: {
    body: (t) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      ...meta(t.unique('ic')),
      spec: { controller: 'example.com/none' },
    }),
    change: label,
  },
  clusterroles: {
    body: (t) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      ...meta(t.unique('cr')),
      rules: [],
    }),
    change: { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] },
  },
  clusterrolebindings: {
    body: (t) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      ...meta(t.unique('crb')),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'none' },
      subjects: [{ kind: 'Group', name: 'some' }],
    }),
    change: { subjects: [] },
  },
  csidrivers: {
    body: (t) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      ...meta(`${t.unique('csi')}.example.com`),
      spec: {},
    }),
    change: { spec: { requiresRepublish: true } },
  },
  namespaces: {
    body: (t) => ({ apiVersion: 'v1', kind: 'Namespace', ...meta(t.unique('ns')) }),
    change: label,
  },
  nodes: {
    // DaemonSets of other steps would want to be on it.
    alone: true,
    rest: (body) => body.metadata.annotations['node.alpha.kubernetes.io/ttl'] && !body.spec.taints,
    body: (t) => ({ apiVersion: 'v1', kind: 'Node', ...meta(t.unique('node')) }),
    change: label,
  },
  csinodes: {
    body: (t) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      ...meta(t.unique('node')),
      spec: { drivers: [] },
    }),
    change: { spec: { drivers: [{ name: 'csi.example.com', nodeID: 'one', topologyKeys: ['zone'] }] } },
  },
  volumeattachments: {
    body: (t) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      ...meta(t.unique('va')),
      spec: { attacher: 'none.example.com', nodeName: 'none', source: { persistentVolumeName: 'none' } },
    }),
    change: label,
  },
  customresourcedefinitions: {
    rest: (body) =>
      isEstablished(body) && body.status.acceptedNames.shortNames?.[0] === body.spec.names.shortNames?.[0],
    body: (t) => definition(`${t.namespace}.example.com`),
    change: { spec: { names: { shortNames: ['wd'] } } },
  },
};

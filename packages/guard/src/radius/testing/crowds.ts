import type { KubeObject } from '@toolcrib/kube';
import { refOf } from '@toolcrib/kube';
import type { Aim, View } from '../view.ts';

/** A cluster of a size, and what is done to it. */
export interface Crowd {
  view: View;
  aims: Aim[];
}

const made = (apiVersion: string, kind: string, name: string, namespace?: string, more: object = {}) => ({
  apiVersion,
  kind,
  ...more,
  metadata: {
    name,
    ...(namespace ? { namespace } : {}),
    uid: `${kind} ${namespace ?? ''} ${name}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...('metadata' in more ? (more.metadata as object) : {}),
  },
});

const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

/** One of each that a shop has, `i` of them all in a namespace: the i-th Pod uses what is the i-th's. */
function shop(i: number, namespace: string, ending: boolean): KubeObject[] {
  const metadata = ending ? { deletionTimestamp: '2026-01-02T00:00:00Z' } : {};
  const claim = `data-set${i}-0`;
  const volumes = [
    { name: 'data', persistentVolumeClaim: { claimName: claim } },
    { name: 'config', configMap: { name: `map${i}` } },
    { name: 'secret', secret: { secretName: `secret${i}` } },
  ];
  const uid = `PersistentVolumeClaim ${namespace} ${claim}`;
  return [
    made('v1', 'Pod', `pod${i}`, namespace, {
      metadata: { labels: { app: `app${i}`, tier: 'web' } },
      spec: { nodeName: `node${i % 50}`, serviceAccountName: `account${i}`, volumes, containers: [{}] },
      status: ready,
    }),
    made('apps/v1', 'StatefulSet', `set${i}`, namespace, {
      spec: {
        replicas: 1,
        volumeClaimTemplates: [{ metadata: { name: 'data' } }],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
      },
    }),
    made('v1', 'PersistentVolumeClaim', claim, namespace, {
      metadata,
      spec: { volumeName: `volume-${namespace}-${i}` },
    }),
    made('v1', 'PersistentVolume', `volume-${namespace}-${i}`, undefined, {
      spec: {
        persistentVolumeReclaimPolicy: i % 2 ? 'Retain' : 'Delete',
        claimRef: { uid, namespace, name: claim },
      },
    }),
    made('v1', 'ConfigMap', `map${i}`, namespace),
    made('v1', 'Secret', `secret${i}`, namespace),
    made('v1', 'Secret', `token${i}`, namespace, {
      metadata: {
        annotations: { 'kubernetes.io/service-account.uid': `ServiceAccount ${namespace} account${i}` },
      },
    }),
    made('v1', 'ServiceAccount', `account${i}`, namespace),
    made('v1', 'Service', `service${i}`, namespace, { spec: { selector: { tier: 'web', app: `app${i}` } } }),
    made('v1', 'Service', `bare${i}`, namespace, { spec: {} }),
    made('v1', 'Endpoints', `bare${i}`, namespace),
    made('networking.k8s.io/v1', 'Ingress', `ingress${i}`, namespace, {
      spec: { defaultBackend: { service: { name: `service${i}` } } },
    }),
    made('x.io/v1', 'Widget', `widget${i}`, namespace),
  ];
}

const CRD = made('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.x.io', undefined, {
  spec: { group: 'x.io', names: { kind: 'Widget', plural: 'widgets' } },
});

const TYPES: Record<string, string> = {
  Ingress: 'ingresses',
  CustomResourceDefinition: 'customresourcedefinitions',
};

/** Deletes of whatever `aimed` says of a cluster with `shops` times thirteen objects. */
function crowd(shops: number, aimed: (object: KubeObject) => boolean, spaces: number, ending = false): Crowd {
  const objects: KubeObject[] = [CRD];
  for (let i = 0; i < spaces; i++) objects.push(made('v1', 'Namespace', `ns${i}`));
  for (let i = 0; i < 50; i++) objects.push(made('v1', 'Node', `node${i}`));
  for (let i = 0; i < shops; i++) objects.push(...shop(i, `ns${i % spaces}`, ending));
  const aims = objects.filter(aimed).map((object) => ({
    ref: refOf(object),
    type: {
      group: object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '',
      resource: TYPES[object.kind] ?? `${object.kind.toLowerCase()}s`,
    },
    effect: { does: 'delete' as const, options: {} },
  }));
  const view = { objects, kinds: [], failedGroups: [], listed: [], absent: [], unseen: [], seenAt: 1 };
  return { view, aims };
}

const kind = (name: string) => (object: KubeObject) => object.kind === name;

/** Everything that has an own way to what goes with it. */
export const CROWDS: Record<string, (shops: number) => Crowd> = {
  'a Namespace': (n) => crowd(n, kind('Namespace'), 1),
  'a Namespace whose claims are being deleted': (n) => crowd(n, kind('Namespace'), 1, true),
  'every Namespace': (n) => crowd(n, kind('Namespace'), n / 10),
  'a definition': (n) => crowd(n, kind('CustomResourceDefinition'), 20),
  'every Node': (n) => crowd(n, kind('Node'), 20),
  'every Pod of claims that are being deleted': (n) => crowd(n, kind('Pod'), 1, true),
  ...Object.fromEntries(
    [
      'StatefulSet',
      'PersistentVolumeClaim',
      'PersistentVolume',
      'ConfigMap',
      'Secret',
      'ServiceAccount',
      'Service',
      'Ingress',
    ].map((name) => [`every ${name}`, (n: number) => crowd(n, kind(name), 1)]),
  ),
};

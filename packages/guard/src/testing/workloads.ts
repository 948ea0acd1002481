import type { KubeObject } from '@toolcrib/kube';
import type { ClusterTarget } from './target.ts';
import { items, paths, put, seen, until } from './target.ts';

const template = (app: string, more: object = {}) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
    ...more,
  },
});

/** Both targets' kubelets are told so: the sandbox by the grace, the real plane's stand-in by its annotation. */
const slowToStop = (one: ReturnType<typeof template>, seconds: number) => ({
  metadata: { ...one.metadata, annotations: { 'testbed.toolcrib.dev/stop-after': `${seconds}s` } },
  spec: { ...one.spec, terminationGracePeriodSeconds: seconds },
});

/** A Deployment whose Pods are Running. */
export async function runDeployment(
  target: ClusterTarget,
  namespace: string,
  app: string,
  replicas: number,
): Promise<{ owner: KubeObject; pods: KubeObject[] }> {
  await put(target, paths.apps(namespace, 'deployments'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, labels: { app } },
    spec: { replicas, selector: { matchLabels: { app } }, template: template(app) },
  });
  return rested(target, namespace, 'deployments', app, replicas);
}

/** A StatefulSet with a claim for each Pod, all Running and bound. `stopsAfter`: seconds that its Pods take to stop. */
export async function runStatefulSet(
  target: ClusterTarget,
  namespace: string,
  app: string,
  replicas: number,
  options: { whenDeleted?: string; whenScaled?: string; stopsAfter?: number } = {},
): Promise<{ owner: KubeObject; pods: KubeObject[] }> {
  const { whenDeleted = 'Retain', whenScaled = 'Retain', stopsAfter } = options;
  await put(target, paths.apps(namespace, 'statefulsets'), {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: app, labels: { app } },
    spec: {
      replicas,
      serviceName: app,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app } },
      template: stopsAfter === undefined ? template(app) : slowToStop(template(app), stopsAfter),
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });
  return rested(target, namespace, 'statefulsets', app, replicas);
}

/** A ReplicaSet that belongs to nobody, whose Pods are Running. */
export async function runReplicaSet(
  target: ClusterTarget,
  namespace: string,
  app: string,
  replicas: number,
): Promise<{ owner: KubeObject; pods: KubeObject[] }> {
  await put(target, paths.apps(namespace, 'replicasets'), {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: app, labels: { app } },
    spec: { replicas, selector: { matchLabels: { app } }, template: template(app) },
  });
  return rested(target, namespace, 'replicasets', app, replicas);
}

/** A DaemonSet whose Pods are Running, one on each of so many Nodes at most. */
export async function runDaemonSet(
  target: ClusterTarget,
  namespace: string,
  app: string,
  most: number,
): Promise<{ owner: KubeObject; pods: KubeObject[] }> {
  const names = (await items(target, '/api/v1/nodes')).map((node) => node.metadata.name).slice(0, most);
  const nodes = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: names }] };
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [nodes] } },
  };
  await put(target, paths.apps(namespace, 'daemonsets'), {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: app, labels: { app } },
    spec: { selector: { matchLabels: { app } }, template: template(app, { affinity }) },
  });
  return rested(target, namespace, 'daemonsets', app, names.length);
}

export type Workload = 'deployments' | 'statefulsets' | 'daemonsets' | 'replicasets';

/** How each kind that can be softened is run. */
export const runWorkload = {
  deployments: runDeployment,
  statefulsets: runStatefulSet,
  daemonsets: runDaemonSet,
  replicasets: runReplicaSet,
} as const;

/** A claim called `data`, bound to a volume of the default class. */
export async function runClaim(
  target: ClusterTarget,
  namespace: string,
): Promise<{ path: string; claim: KubeObject; volumePath: string; volume: { name: string; uid: string } }> {
  const path = `${paths.claims(namespace)}/data`;
  await put(target, paths.claims(namespace), {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  const claim = await until('bound', async () => {
    const now = await seen(target, path);
    return now?.status?.phase === 'Bound' && now;
  });
  const volumePath = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
  const { name, uid = '' } = (await seen(target, volumePath))?.metadata ?? { name: '' };
  return { path, claim, volumePath, volume: { name, uid } };
}

/** Waits until a workload has what it wants and has said so. */
export async function rested(
  target: ClusterTarget,
  namespace: string,
  resource: Workload,
  app: string,
  replicas: number,
): Promise<{ owner: KubeObject; pods: KubeObject[] }> {
  return until(`${resource} ${app} at rest`, async () => {
    const { status, body: owner } = await target.https('GET', `${paths.apps(namespace, resource)}/${app}`);
    const pods = await podsOf(target, namespace, app);
    const { observedGeneration = 0, currentRevision, updateRevision } = owner.status ?? {};
    const readyReplicas = owner.status?.readyReplicas ?? owner.status?.numberReady ?? 0;
    const atRest =
      status === 200 &&
      observedGeneration >= (owner.metadata.generation ?? 0) &&
      readyReplicas === replicas &&
      pods.filter((pod) => pod.status?.phase === 'Running').length === replicas &&
      pods.length === replicas &&
      currentRevision === updateRevision;
    return atRest && { owner, pods };
  });
}

/** Pods with the label, that are not on their way out; by name. */
export async function podsOf(target: ClusterTarget, namespace: string, app: string): Promise<KubeObject[]> {
  const pods = await items(target, `${paths.pods(namespace)}?labelSelector=app%3D${app}`);
  return pods
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
}

export const uidsOf = (objects: readonly KubeObject[]): string[] =>
  objects.map((object) => object.metadata.uid ?? '').sort();

/** All containers of all Pods. */
export function restartsOf(pods: readonly KubeObject[]): number {
  return pods
    .flatMap((pod): { restartCount?: number }[] => pod.status?.containerStatuses ?? [])
    .reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
}

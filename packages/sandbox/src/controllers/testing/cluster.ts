import type { Body, KubeObject, ResourceType } from '@toolcrib/kube';
import { strategyOf } from '../../kinds/index.ts';
import { createStore, type MemoryStore } from '../../store/memory-store.ts';
import { DEPLOYMENTS, NAMESPACES, PODS, STATEFUL_SETS } from '../common/types.ts';
import { type ControllersOptions, startControllers } from '../index.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';

export interface TestCluster {
  store: MemoryStore;
  clock: FakeClock;
  /** What the controllers could not do at once: `controller key: message`. */
  failures: string[];
  stop(): void;
  /** Lets the controllers work for this long. @param seconds 5 by default */
  settle(seconds?: number): void;
  pods(namespace?: string): KubeObject[];
  get(type: ResourceType, name: string, namespace?: string): KubeObject;
  exists(type: ResourceType, name: string, namespace?: string): boolean;
  events(name: string): { reason: string; message: string; type: string; count: number }[];
}

export interface TestClusterOptions extends ControllersOptions {
  noControllers?: boolean;
  /** A store without the API's rules, into which anything gets, however malformed. */
  lawless?: boolean;
}

const NAMESPACE = 'shop';

/** A store with the rules that the controllers count on, and controllers on a clock that stands still. */
export function testCluster(options: TestClusterOptions = {}): TestCluster {
  const clock = fakeClock();
  const store = createStore({ clock, ...(options.lawless ? {} : { strategyOf }) });
  const failures: string[] = [];
  const report = (name: string, key: string, error: unknown) => failures.push(`${name} ${key}: ${error}`);
  for (const name of ['default', NAMESPACE]) {
    store.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const stop = options.noControllers
    ? () => {}
    : startControllers(store, clock, { podStopMs: 1000, report, ...options });
  const cluster: TestCluster = {
    store,
    clock,
    failures,
    stop,
    settle: (seconds = 5) => clock.advance(seconds * 1000),
    pods: (namespace = NAMESPACE) => store.list(PODS, { namespace }),
    get: (type, name, namespace = NAMESPACE) =>
      store.get(type, store.find(type)?.namespaced ? namespace : undefined, name),
    exists(type, name, namespace = NAMESPACE) {
      return store
        .list(type, store.find(type)?.namespaced ? { namespace } : {})
        .some((item) => item.metadata.name === name);
    },
    events: (name) =>
      store
        .list({ group: '', version: 'v1', resource: 'events' })
        .filter((event) => event.involvedObject?.name === name)
        .map(({ reason, message, type, count }) => ({ reason, message, type, count })),
  };
  cluster.settle();
  return cluster;
}

export const labelled = (app: string): Body => ({
  metadata: { labels: { app } },
  spec: {
    containers: [{ name: 'main', image: 'nginx:1.29' }],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
  },
});

export function newDeployment(name: string, replicas: number, spec: Body = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: labelled(name),
      ...spec,
    },
  };
}

export function newStatefulSet(name: string, replicas: number, spec: Body = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace: NAMESPACE, labels: { app: name } },
    spec: {
      replicas,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      template: labelled(name),
      ...spec,
    },
  };
}

export function claimTemplate(name: string): Body {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
}

export function deploy(cluster: TestCluster, name: string, replicas: number, spec: Body = {}): KubeObject {
  const made = cluster.store.create(DEPLOYMENTS, newDeployment(name, replicas, spec));
  cluster.settle();
  return made;
}

export function deployStateful(
  cluster: TestCluster,
  name: string,
  replicas: number,
  spec: Body = {},
): KubeObject {
  const made = cluster.store.create(STATEFUL_SETS, newStatefulSet(name, replicas, spec));
  cluster.settle(10);
  return made;
}

/** Name → UID, for telling whether Pods are still the same. */
export function uidsOf(objects: KubeObject[]): Record<string, string | undefined> {
  return Object.fromEntries(objects.map((object) => [object.metadata.name, object.metadata.uid]));
}

export function restartsOf(pods: KubeObject[]): number {
  return pods.reduce(
    (sum, pod) =>
      sum + pod.status.containerStatuses.reduce((total: number, item: Body) => total + item.restartCount, 0),
    0,
  );
}

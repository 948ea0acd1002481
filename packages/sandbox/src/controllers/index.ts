import type { Clock, Controller, Store } from '../store/store.ts';
import { daemonSetController } from './daemonset/daemonset.ts';
import { deploymentController } from './deployment/deployment.ts';
import { disruptionController } from './disruption.ts';
import { endpointsController } from './endpoints.ts';
import { eventTtl } from './event-ttl.ts';
import { type GarbageCollectorOptions, garbageCollector } from './gc/garbage-collector.ts';
import { cronJobController } from './job/cronjob.ts';
import { jobController } from './job/job.ts';
import { orphanPodController } from './job/tracking.ts';
import { ttlController } from './job/ttl.ts';
import { namespaceController } from './namespace.ts';
import { type KubeletOptions, kubelet } from './node/kubelet.ts';
import { type NodeOptions, nodeController } from './node/nodes.ts';
import { scheduler } from './node/scheduler.ts';
import { type PodGcOptions, podGarbageCollector } from './podgc.ts';
import { quotaController } from './quota.ts';
import { replicaSetController } from './replicaset.ts';
import { type NamespaceContentOptions, namespaceContentController } from './service-accounts.ts';
import { statefulSetController } from './statefulset/statefulset.ts';
import { volumeBinder } from './storage/binder.ts';
import { claimProtection, volumeProtection } from './storage/protection.ts';

export type ControllersOptions = KubeletOptions &
  NodeOptions &
  GarbageCollectorOptions &
  NamespaceContentOptions &
  PodGcOptions & {
    /** Names of controllers to leave out, for tests that want to play one themselves. */
    without?: ControllerName[];
  };

/** In the order in which they start: Nodes and classes are there before anything is placed. */
const CONTROLLERS = {
  node: nodeController,
  namespace: namespaceController,
  'namespace-content': namespaceContentController,
  'volume-binder': volumeBinder,
  'claim-protection': claimProtection,
  'volume-protection': volumeProtection,
  deployment: deploymentController,
  replicaset: replicaSetController,
  statefulset: statefulSetController,
  daemonset: daemonSetController,
  job: jobController,
  'job-orphans': orphanPodController,
  'job-ttl': ttlController,
  cronjob: cronJobController,
  endpoints: endpointsController,
  disruption: disruptionController,
  quota: quotaController,
  'pod-gc': podGarbageCollector,
  scheduler,
  kubelet,
  'garbage-collector': garbageCollector,
  'event-ttl': eventTtl,
} satisfies Record<string, (options: ControllersOptions) => Controller>;

type ControllerName = keyof typeof CONTROLLERS;

/**
 * Starts the controllers of a cluster on a store.
 * @returns how to stop them all; afterwards they hold no timer and no subscription
 */
export function startControllers(store: Store, clock: Clock, options: ControllersOptions = {}): () => void {
  const stops: (() => void)[] = [];
  for (const [name, make] of Object.entries(CONTROLLERS)) {
    if (options.without?.includes(name as ControllerName)) continue;
    stops.push(make(options)(store, clock));
  }
  return () => {
    for (const stop of stops.reverse()) stop();
  };
}

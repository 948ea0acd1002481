import type { ResourceInfo } from '@toolcrib/kube';
import type { Aim } from './view.ts';
import { isKind } from './view.ts';

/** One LIST that a look needs. */
export interface PlannedList {
  info: ResourceInfo;
  /** Absent: all namespaces, or cluster-scoped. */
  namespace?: string;
  /** PartialObjectMetadata is enough. */
  metadata: boolean;
  labelSelector?: string;
}

/** Needed whole: PartialObjectMetadata has no selectors, claims, replicas, phases or node names. */
const WHOLE = new Set([
  '/pods',
  '/services',
  '/persistentvolumeclaims',
  '/replicationcontrollers',
  'apps/statefulsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/daemonsets',
  'batch/jobs',
  'policy/poddisruptionbudgets',
]);

/**
 * Left out: Events and Leases are records of a moment and often outnumber everything else; Endpoints and
 * EndpointSlices are made again from their Service at once. Nothing of theirs is worth bringing back, and nothing
 * hangs on them. The exception: what somebody wrote by hand goes with a Namespace, and is asked for there (`look` leaves
 * out the Endpoints of Services that have a selector, and reads those that go with a Service without one by name).
 */
const LEFT_OUT = new Set([
  '/events',
  'events.k8s.io/events',
  'coordination.k8s.io/leases',
  '/endpoints',
  'discovery.k8s.io/endpointslices',
]);

const HAND_WRITTEN_SLICES =
  'endpointslice.kubernetes.io/managed-by notin (endpointslice-controller.k8s.io,endpointslicemirroring-controller.k8s.io)';

/**
 * The LISTs for a look at these aims, each once.
 * Namespaced targets: their own namespace suffices, since an owner in another namespace counts as absent.
 * A scale-down needs only what is listed whole: who controls the Pods, and what stands around them.
 * Cluster-scoped targets may own anything anywhere (CiliumNodes belong to their Node), so everything is listed,
 * metadata only, except for what its controller cannot own: a volume and a storage class.
 */
export function planLists(resources: readonly ResourceInfo[], aims: readonly Aim[]): PlannedList[] {
  const lists = new Map<string, PlannedList>();
  const add = (list: PlannedList) => {
    const type = `${list.info.group}/${list.info.resource}`;
    const key = `${type}@${list.namespace ?? '*'}`;
    const everywhere = lists.get(`${type}@*`);
    if (!lists.has(key) && !everywhere) lists.set(key, list);
  };
  const deletable = resources.filter(({ verbs }) => verbs.includes('list') && verbs.includes('delete'));
  const clusterWide = aims.filter(({ ref }) => ref.namespace === undefined);
  for (const aim of [...clusterWide, ...aims.filter(({ ref }) => ref.namespace !== undefined)]) {
    for (const info of deletable) {
      const list = listFor(info, aim);
      if (list) add(list);
    }
  }
  return [...lists.values()];
}

function listFor(info: ResourceInfo, aim: Aim): PlannedList | undefined {
  const type = `${info.group}/${info.resource}`;
  const whole = WHOLE.has(type);
  const { namespace } = aim.ref;
  if (namespace !== undefined) {
    if (!info.namespaced || LEFT_OUT.has(type)) return undefined;
    if (aim.effect.does === 'scale' && !whole) return undefined;
    return { info, namespace, metadata: !whole };
  }
  if (isKind(aim.ref, '', 'Namespace')) {
    const slices = type === 'discovery.k8s.io/endpointslices';
    if (LEFT_OUT.has(type) && !slices && type !== '/endpoints') return undefined;
    const labelSelector = slices ? HAND_WRITTEN_SLICES : undefined;
    // Its namespaced contents; and whatever cluster-scoped it owns itself (some operators do that).
    return info.namespaced
      ? { info, namespace: aim.ref.name, metadata: !whole, ...(labelSelector ? { labelSelector } : {}) }
      : { info, metadata: true };
  }
  if (LEFT_OUT.has(type)) return undefined;
  if (isKind(aim.ref, '', 'PersistentVolume') || isKind(aim.ref, 'storage.k8s.io', 'StorageClass')) {
    return type === '/persistentvolumeclaims' ? { info, metadata: false } : undefined;
  }
  return { info, metadata: !whole };
}

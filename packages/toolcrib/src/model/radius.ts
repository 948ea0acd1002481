import type { ObjectRef } from '@toolcrib/kube';

/**
 * What becomes of an object that is lost:
 * `returns` it comes back by itself (a controller outside the radius makes it again);
 * `restorable` it can be brought back from the snapshot;
 * `lost` it cannot be brought back (the data of a volume whose reclaim policy is Delete).
 */
export type LossClass = 'returns' | 'restorable' | 'lost';

/**
 * `deleted` it goes; `stops` it stays but does no more (a Service without a Pod, a workload scaled to 0, a kept
 * volume without its claim); `orphaned` it stays without its owner.
 */
export type Fate = 'deleted' | 'stops' | 'orphaned';

export interface RadiusMember {
  /** Always with a UID. */
  ref: ObjectRef;
  fate: Fate;
  loss: LossClass;
  /** One short clause for the tree: "owned by StatefulSet kafka", "reclaim policy Delete". */
  why: string;
  /** UID of the member through which it is reached; absent for a target. */
  via?: string;
  /** UIDs of everything else that would take it, a target too: whichever of them goes first, it may go with that. */
  also?: string[];
  /** Finalizers and generation as seen, for the approval's fingerprint (targets only). */
  finalizers?: string[];
  generation?: number;
  /** UIDs of its owners as seen, for the fingerprint. */
  owners: string[];
  /** For Pods: Ready when looked at. */
  ready?: boolean;
  /** It had finished: it is `lost` because nothing would be restored by running it again. */
  spent?: true;
  /** A scale-down takes a number of Pods; that it takes just this one is a guess. */
  estimated?: true;
}

export interface RadiusCounts {
  /** Objects that go. */
  objects: number;
  pods: number;
  /** Pods that go and that no controller outside the radius makes again; finished ones aside. */
  podsNotReplaced: number;
  /** Workloads (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job … at the top of their chain) that go. */
  workloads: number;
  /** Workloads that stand or go with none of their Pods left: an outage. A lone replaced Pod does not count. */
  workloadsLeftWithoutPods: number;
  claims: number;
  /** Volumes whose data would be gone for good. Not those that are made for a Pod's life, where the Pod goes. */
  volumesLost: number;
  /** Services and Ingresses that go before ready Pods that stay; Services that lose every Pod for good. */
  servicesCut: number;
  /** Pods on Nodes that go, without those of DaemonSets and the Nodes' own. */
  podsOnNodes: number;
  /** ConfigMaps, Secrets, ServiceAccounts and claims that go, and that running Pods which stay use. */
  usedByPods: number;
  /** StatefulSets scaled to less than half of their Pods, but not to 0. */
  setsBelowHalf: number;
  /** Live Pods of StatefulSets that go. */
  statefulPods: number;
}

/** Of a radius in which nothing but its objects is counted. */
export const NOTHING_COUNTED: Omit<RadiusCounts, 'objects'> = {
  pods: 0,
  podsNotReplaced: 0,
  workloads: 0,
  workloadsLeftWithoutPods: 0,
  claims: 0,
  volumesLost: 0,
  servicesCut: 0,
  podsOnNodes: 0,
  usedByPods: 0,
  setsBelowHalf: 0,
  statefulPods: 0,
};

/** What is said of a radius of which nothing but the targets was looked at: its figures say nothing. */
export const EVERYTHING = 'everything';

/** Something that could belong to a radius and was not seen, with the reason. */
export interface UnseenKind {
  /** A kind, or one object of it: `Secret`, `PersistentVolume pv-7`. */
  kind: string;
  why: string;
  /** It only decides what becomes of something that was seen, and that is counted as going: nothing goes unseen. */
  decides?: true;
  /** It hardly ever belongs to such a target: told, and no reason to stop it. */
  unlikely?: true;
}

/**
 * The blast radius of a request or of a whole act.
 * `complete`: everything that could belong to it was seen. `incomplete`: something was not. `opaque`: a foreign
 * finalizer or an operator decides what happens.
 */
export interface Radius {
  state: 'complete' | 'incomplete' | 'opaque';
  targets: ObjectRef[];
  members: RadiusMember[];
  unseen: UnseenKind[];
  /** Objects where somebody else decides. */
  opaque: { ref: ObjectRef; why: string }[];
  counts: RadiusCounts;
  /** Milliseconds since 1970 when the first object was read. */
  seenAt: number;
  /** One for each target, as seen: what an approval is pinned to, also where the target itself stays (a scale). */
  pins?: {
    uid: string;
    generation?: number;
    finalizers: string[];
    /** Of a built-in workload that goes: a digest of its spec but for its size. It counts instead of the generation. */
    besidesSize?: string;
  }[];
}

/** How a hold's target could be let through reversibly, or why it could not. */
export type Softening =
  | { possible: true; how: 'orphan-first' | 'retain-first' }
  | { possible: false; why: string };

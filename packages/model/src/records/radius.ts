import { z } from 'zod';
import { number, objectRef, text, texts, time } from './words.ts';

/**
 * What becomes of an object that is lost:
 * `returns` it comes back by itself (a controller outside the radius makes it again);
 * `restorable` it can be brought back from the snapshot;
 * `lost` it cannot be brought back (the data of a volume whose reclaim policy is Delete).
 */
export const lossSchema = z.enum(['returns', 'restorable', 'lost']);
export type LossClass = z.output<typeof lossSchema>;

/**
 * `deleted` it goes; `stops` it stays but does no more (a Service without a Pod, a workload scaled to 0, a kept
 * volume without its claim); `orphaned` it stays without its owner.
 */
export const fateSchema = z.enum(['deleted', 'stops', 'orphaned']);
export type Fate = z.output<typeof fateSchema>;

export const radiusMemberSchema = z.object({
  /** Always with a UID. */
  ref: objectRef,
  fate: fateSchema,
  loss: lossSchema,
  /** One short clause for the tree: "owned by StatefulSet kafka", "reclaim policy Delete". */
  why: text,
  /** UID of the member through which it is reached; absent for a target. */
  via: text.optional(),
  /** UIDs of everything else that would take it, a target too: whichever of them goes first, it may go with that. */
  also: texts.optional(),
  /** Finalizers and generation as seen, for the approval's fingerprint (targets only). */
  finalizers: texts.optional(),
  generation: number.optional(),
  /** UIDs of its owners as seen, for the fingerprint. */
  owners: texts,
  /** For Pods: Ready when looked at. */
  ready: z.boolean().optional(),
  /** It had finished: it is `lost` because nothing would be restored by running it again. */
  spent: z.literal(true).optional(),
  /** A scale-down takes a number of Pods; that it takes just this one is a guess. */
  estimated: z.literal(true).optional(),
});
export type RadiusMember = z.output<typeof radiusMemberSchema>;

/** Not counted by the first versions. */
const countedLater = number.default(0);

export const radiusCountsSchema = z.object({
  /** Objects that go. */
  objects: number,
  pods: number,
  /** Pods that go and that no controller outside the radius makes again; finished ones aside. */
  podsNotReplaced: number,
  /** Workloads (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job … at the top of their chain) that go. */
  workloads: number,
  /** Workloads that stand or go with none of their Pods left: an outage. A lone replaced Pod does not count. */
  workloadsLeftWithoutPods: number,
  claims: number,
  /** Volumes whose data would be gone for good. Not those that are made for a Pod's life, where the Pod goes. */
  volumesLost: number,
  /** Services and Ingresses that go before ready Pods that stay; Services that lose every Pod for good. */
  servicesCut: countedLater,
  /** Pods on Nodes that go, without those of DaemonSets and the Nodes' own. */
  podsOnNodes: countedLater,
  /** ConfigMaps, Secrets, ServiceAccounts and claims that go, and that running Pods which stay use. */
  usedByPods: countedLater,
  /** StatefulSets scaled to less than half of their Pods, but not to 0. */
  setsBelowHalf: countedLater,
  /** Live Pods of StatefulSets that go. */
  statefulPods: countedLater,
});
export type RadiusCounts = z.output<typeof radiusCountsSchema>;

/** Something that could belong to a radius and was not seen, with the reason. */
export const unseenKindSchema = z.object({
  /** A kind, or one object of it: `Secret`, `PersistentVolume pv-7`. */
  kind: text,
  why: text,
  /** It only decides what becomes of something that was seen, and that is counted as going: nothing goes unseen. */
  decides: z.literal(true).optional(),
  /** It hardly ever belongs to such a target: told, and no reason to stop it. */
  unlikely: z.literal(true).optional(),
});
export type UnseenKind = z.output<typeof unseenKindSchema>;

/**
 * The blast radius of a request or of a whole act.
 * `complete`: everything that could belong to it was seen. `incomplete`: something was not. `opaque`: a foreign
 * finalizer or an operator decides what happens.
 */
export const radiusSchema = z.object({
  state: z.enum(['complete', 'incomplete', 'opaque']),
  targets: z.array(objectRef),
  members: z.array(radiusMemberSchema),
  unseen: z.array(unseenKindSchema),
  /** Objects where somebody else decides. */
  opaque: z.array(z.object({ ref: objectRef, why: text })),
  counts: radiusCountsSchema,
  /** When the first object was read. */
  seenAt: time,
  /** One for each target, as seen: what an approval is pinned to, also where the target itself stays (a scale). */
  pins: z
    .array(
      z.object({
        uid: text,
        generation: number.optional(),
        finalizers: texts,
        /** Of a built-in workload that goes: a digest of its spec but for its size. It counts instead of the generation. */
        besidesSize: text.optional(),
      }),
    )
    .optional(),
});
export type Radius = z.output<typeof radiusSchema>;

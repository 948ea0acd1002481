import type { KubeObject } from '@toolcrib/kube';
import type { Tools } from '../common/loop.ts';
import { isAvailable, isFinished, isTerminating } from '../common/pods.ts';
import { templateOf } from '../common/revisions.ts';
import { countOf } from '../common/values.ts';
import {
  identityMatches,
  isInRange,
  newMember,
  ordinalOf,
  ordinalsOf,
  podRevision,
  storageMatches,
} from './identity.ts';
import {
  claimsMatchRetention,
  createMember,
  createMissingClaims,
  deleteMember,
  hasStaleClaim,
  repairMember,
  settleClaimOwners,
} from './members.ts';

export interface Rollout {
  set: KubeObject;
  tools: Tools;
  current: KubeObject;
  update: KubeObject;
}

/** New Pods in one run at most; an ordered set makes one. What lies beyond has to wait anyway. */
const DRAFTS_AT_ONCE = 500;

/** The set's Pods by their place: wanted ones by ordinal (drafts where missing), condemned ones highest first. */
export interface Places {
  replicas: KubeObject[];
  condemned: KubeObject[];
}

export function placesOf(rollout: Rollout, pods: KubeObject[]): Places {
  const { set } = rollout;
  const { start, count } = ordinalsOf(set);
  const byOrdinal = new Map(pods.filter((pod) => isInRange(set, pod)).map((pod) => [ordinalOf(pod), pod]));
  const replicas: KubeObject[] = [];
  let drafts = set.spec?.podManagementPolicy === 'Parallel' ? DRAFTS_AT_ONCE : 1;
  for (let index = 0; index < count && drafts > 0; index++) {
    const there = byOrdinal.get(start + index);
    if (!there) drafts--;
    replicas.push(there ?? draft(rollout, start + index));
  }
  const condemned = pods
    .filter((pod) => !isInRange(set, pod) && ordinalOf(pod) >= 0)
    .sort((a, b) => ordinalOf(b) - ordinalOf(a));
  return { replicas, condemned };
}

function draft({ set, current, update }: Rollout, ordinal: number): KubeObject {
  const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {};
  const { start } = ordinalsOf(set);
  const keep = rollingUpdate
    ? countOf(rollingUpdate.partition, 0)
    : countOf(type === 'RollingUpdate' ? set.status?.currentReplicas : 0, 0);
  const revision = ordinal < start + keep ? current : update;
  return newMember(set, templateOf(revision), ordinal, revision.metadata.name);
}

function isCreated(pod: KubeObject): boolean {
  return pod.metadata.uid !== undefined;
}

/**
 * One step towards the wanted Pods. Ordered sets stop at the first Pod that is not yet ready or not yet gone;
 * Parallel ones go on. @throws Error where a write failed; the rest of a Parallel set is done all the same
 */
export function step(rollout: Rollout, places: Places): void {
  const { set } = rollout;
  if (isTerminating(set)) return;
  const ordered = set.spec?.podManagementPolicy !== 'Parallel';
  if (eachOf(places.replicas, ordered, (pod) => settleReplica(rollout, pod, ordered))) return;
  for (const pod of places.condemned) {
    if (!claimsMatchRetention(rollout.tools, set, pod)) settleClaimOwners(rollout.tools, set, pod);
  }
  const firstUnavailable = [...places.replicas, ...[...places.condemned].reverse()].find((pod) =>
    isUnavailable(rollout, pod),
  );
  const retire = (pod: KubeObject) => settleCondemned(rollout, pod, ordered, firstUnavailable);
  if (eachOf(places.condemned, ordered, retire)) return;
  rollUpdate(rollout, places.replicas);
}

/** Ordered: stops where `act` says so. Parallel: goes through all, and throws the first failure at the end. */
function eachOf(pods: KubeObject[], ordered: boolean, act: (pod: KubeObject) => boolean): boolean {
  if (!ordered) allOf(pods, act);
  return ordered && pods.some(act);
}

function allOf(pods: KubeObject[], act: (pod: KubeObject) => void): void {
  const failures: unknown[] = [];
  for (const pod of pods) {
    try {
      act(pod);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** @returns true where an ordered set has to wait */
function settleReplica({ set, tools }: Rollout, pod: KubeObject, ordered: boolean): boolean {
  if (isCreated(pod) && isFinished(pod)) {
    if (!isTerminating(pod)) deleteMember(tools, set, pod);
    return true;
  }
  if (!isCreated(pod)) {
    if (hasStaleClaim(tools, set, pod)) return true;
    createMember(tools, set, pod);
    return ordered;
  }
  if (pod.status?.phase === 'Pending') createMissingClaims(tools, set, pod);
  const minReady = countOf(set.spec?.minReadySeconds, 0);
  const settled =
    pod.status?.phase === 'Running' && !isTerminating(pod) && isAvailable(pod, minReady, tools.clock.now());
  const waits = ordered && !settled;
  const isWhole = identityMatches(pod) && storageMatches(set, pod) && claimsMatchRetention(tools, set, pod);
  if (!waits && !isWhole) repairMember(tools, set, pod);
  return waits;
}

function settleCondemned(
  rollout: Rollout,
  pod: KubeObject,
  ordered: boolean,
  firstUnavailable: KubeObject | undefined,
): boolean {
  if (isTerminating(pod)) return ordered;
  if (ordered && pod !== firstUnavailable && isUnavailable(rollout, pod)) return true;
  deleteMember(rollout.tools, rollout.set, pod);
  return true;
}

function isUnavailable({ set, tools }: Rollout, pod: KubeObject): boolean {
  const minReady = countOf(set.spec?.minReadySeconds, 0);
  return isTerminating(pod) || !isAvailable(pod, minReady, tools.clock.now());
}

/** Replaces the highest Pod that is not of the newest revision, one at a time, down to the partition. */
function rollUpdate(rollout: Rollout, replicas: KubeObject[]): void {
  const { set, tools, update } = rollout;
  const { type = 'RollingUpdate', rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return;
  const lowest = countOf(rollingUpdate?.partition, 0);
  for (const pod of replicas.slice(lowest).reverse()) {
    if (isCreated(pod) && podRevision(pod) !== update.metadata.name && !isTerminating(pod)) {
      deleteMember(tools, set, pod);
      return;
    }
    if (isUnavailable(rollout, pod)) return;
  }
}

import type { KubeObject } from '@toolcrib/kube';
import { isAlreadyExists, isNotFound, messageOf } from '../common/errors.ts';
import type { Tools } from '../common/loop.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../common/types.ts';
import { claimName, claimTemplates, newClaim, ordinalOf, restoreIdentity } from './identity.ts';
import {
  claimOwnersMatch,
  correctOwners,
  hasForeignController,
  hasStaleReference,
  retentionOf,
} from './retention.ts';

/** Creates the Pod's claims and then the Pod. @throws what the store throws */
export function createMember(tools: Tools, set: KubeObject, pod: KubeObject): void {
  try {
    createMissingClaims(tools, set, pod);
    tools.store.create(PODS, pod);
  } catch (error) {
    if (!isAlreadyExists(error)) recordPod(tools, set, pod, 'Create', error);
    throw error;
  }
  recordPod(tools, set, pod, 'Create');
}

export function deleteMember(tools: Tools, set: KubeObject, pod: KubeObject): void {
  const { namespace, name, uid } = pod.metadata;
  try {
    tools.store.delete(PODS, namespace, name, { preconditions: { uid } });
  } catch (error) {
    if (isNotFound(error)) return;
    recordPod(tools, set, pod, 'Delete', error);
    throw error;
  }
  recordPod(tools, set, pod, 'Delete');
}

/** Makes a member's labels, volumes and claims what they should be again. */
export function repairMember(tools: Tools, set: KubeObject, pod: KubeObject): void {
  try {
    createMissingClaims(tools, set, pod);
    tools.store.modify(PODS, pod.metadata.namespace, pod.metadata.name, (fresh) =>
      restoreIdentity(set, fresh),
    );
  } catch (error) {
    recordPod(tools, set, pod, 'Update', error);
    throw error;
  }
  recordPod(tools, set, pod, 'Update');
}

export function createMissingClaims(tools: Tools, set: KubeObject, pod: KubeObject): void {
  const failures: unknown[] = [];
  for (const template of claimTemplates(set)) {
    const claim = newClaim(set, template, ordinalOf(pod));
    const { namespace, name } = claim.metadata;
    const there = tools.view.get(PERSISTENT_VOLUME_CLAIMS, namespace, name);
    if (there) {
      if (there.metadata.deletionTimestamp) failures.push(new Error(`pvc ${name} is being deleted`));
      continue;
    }
    try {
      tools.store.create(PERSISTENT_VOLUME_CLAIMS, claim);
      const message = `Create Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`;
      tools.record(set, 'Normal', 'SuccessfulCreate', message);
    } catch (error) {
      failures.push(error);
      const message = `Create Claim ${name} for Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`;
      tools.record(set, 'Warning', 'FailedCreate', message);
    }
  }
  if (failures.length > 0) throw new Error(failures.map(messageOf).join('; '), { cause: failures[0] });
  settleClaimOwners(tools, set, pod);
}

export function claimsMatchRetention(tools: Tools, set: KubeObject, pod: KubeObject): boolean {
  return claimsOf(tools, set, pod).every((claim) => claimOwnersMatch(claim, set, pod));
}

/** Puts the owners on the Pod's claims that the retention policy asks for. */
export function settleClaimOwners(tools: Tools, set: KubeObject, pod: KubeObject): void {
  for (const claim of claimsOf(tools, set, pod)) {
    const { namespace, name } = claim.metadata;
    if (hasForeignController(claim, set, pod)) {
      const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`;
      tools.record(set, 'Warning', 'ConflictingController', message);
    }
    if (claimOwnersMatch(claim, set, pod)) continue;
    tools.store.modify(PERSISTENT_VOLUME_CLAIMS, namespace, name, (fresh) => {
      fresh.metadata.ownerReferences = correctOwners(fresh, set, pod);
    });
  }
}

/** True where a claim still belongs to an earlier Pod of this name, i.e. is about to be collected. */
export function hasStaleClaim(tools: Tools, set: KubeObject, pod: KubeObject): boolean {
  if (retentionOf(set).whenScaled === 'Retain') return false;
  return claimsOf(tools, set, pod).some((claim) => hasStaleReference(claim, pod));
}

function claimsOf(tools: Tools, set: KubeObject, pod: KubeObject): KubeObject[] {
  return claimTemplates(set)
    .map((template) => claimName(set, template, ordinalOf(pod)))
    .map((name) => tools.view.get(PERSISTENT_VOLUME_CLAIMS, set.metadata.namespace, name))
    .filter((claim) => claim !== undefined);
}

function recordPod(tools: Tools, set: KubeObject, pod: KubeObject, verb: string, error?: unknown): void {
  const message = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  if (error === undefined) tools.record(set, 'Normal', `Successful${verb}`, `${message} successful`);
  else tools.record(set, 'Warning', `Failed${verb}`, `${message} failed error: ${messageOf(error)}`);
}

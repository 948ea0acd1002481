import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { conditionOf } from './conditions.ts';
import { isNamespaceTerminating, isNotFound, messageOf } from './errors.ts';
import type { Tools } from './loop.ts';
import { controllerReference } from './owner.ts';
import { timeOf } from './time.ts';
import { PODS } from './types.ts';
import { clone } from './values.ts';

export function isFinished(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** A Pod that counts as a replica: neither finished nor on its way out. */
export function isActive(pod: KubeObject): boolean {
  return !isFinished(pod) && !isTerminating(pod);
}

export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod.status, 'Ready')?.status === 'True';
}

/** When the Pod became ready, in milliseconds, or undefined while it is not. */
export function readySince(pod: KubeObject): number | undefined {
  const ready = conditionOf(pod.status, 'Ready');
  return ready?.status === 'True' ? timeOf(ready.lastTransitionTime) : undefined;
}

/** Ready for at least `minReadySeconds`. @param now milliseconds since 1970 */
export function isAvailable(pod: KubeObject, minReadySeconds: number, now: number): boolean {
  if (!isReady(pod)) return false;
  if (minReadySeconds <= 0) return true;
  const since = readySince(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= now;
}

/** Milliseconds until the next of these ready Pods becomes available, or undefined where none will. */
export function nextAvailability(
  pods: KubeObject[],
  minReadySeconds: number,
  now: number,
): number | undefined {
  let next: number | undefined;
  for (const pod of pods) {
    const since = readySince(pod);
    if (since === undefined || isAvailable(pod, minReadySeconds, now)) continue;
    const wait = since + minReadySeconds * 1000 - now;
    if (next === undefined || wait < next) next = wait;
  }
  return next;
}

/** A new Pod from a workload's template, controlled by `owner`; named by the server unless `name` is given. */
export function podFromTemplate(template: KubeObject['spec'], owner: KubeObject, name?: string): KubeObject {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? { name: '', generateName: `${owner.metadata.name}-` } : { name }),
      namespace: owner.metadata.namespace,
      ...(labels ? { labels: clone(labels) } : {}),
      ...(annotations ? { annotations: clone(annotations) } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: clone(template?.spec ?? {}),
  };
}

/** Creates a Pod for `owner` and writes the Event that the real controllers write. @throws what the store throws */
export function createPod(tools: Tools, owner: KubeObject, pod: KubeObject): KubeObject {
  try {
    const created = tools.store.create(PODS, pod);
    tools.record(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    return created;
  } catch (error) {
    if (!isNamespaceTerminating(error)) {
      tools.record(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** Deletes a Pod of `owner`, gracefully, with its UID as precondition; one that has gone is no error. */
export function deletePod(tools: Tools, owner: KubeObject, pod: KubeObject): void {
  const { namespace, name, uid } = pod.metadata;
  try {
    tools.store.delete(PODS, namespace, name, { preconditions: { uid } });
    tools.record(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
  } catch (error) {
    if (isNotFound(error)) return;
    tools.record(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw error;
  }
}

/** The Pods that the owner controls, and those of its namespace that nobody does: what it may have to claim. */
export function ownAndOrphaned(tools: Tools, type: ResourceType, owner: KubeObject): KubeObject[] {
  return [
    ...tools.view.controlledBy(type, owner.metadata.uid),
    ...tools.view.uncontrolled(type, owner.metadata.namespace),
  ];
}

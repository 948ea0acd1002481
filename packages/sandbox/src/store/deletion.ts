import type { DeleteOptions, KubeObject, ResourceInfo } from '@toolcrib/kube';
import { effectivePropagation } from '@toolcrib/kube';
import { conflict } from '../apimachinery/api-error.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { DeletionStep, Strategy } from './strategy.ts';

/** @throws ApiError 409 where a precondition is not met */
export function checkPreconditions(info: ResourceInfo, object: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const name = object.metadata.name;
  // Here the server names the kind, not the resource.
  const kind = { group: info.group, resource: info.kind };
  if (uid !== undefined && uid !== object.metadata.uid) {
    throw conflict(
      kind,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    throw conflict(
      kind,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/**
 * The API server's rules of deletion (apiserver registry/generic/registry/store.go and registry/rest/delete.go).
 * @param object the caller's own copy: it is changed
 * @param now milliseconds since 1970
 */
export function deletionStep(
  info: ResourceInfo,
  strategy: Strategy,
  object: KubeObject,
  options: DeleteOptions,
  now: number,
): DeletionStep {
  const meta = object.metadata;
  const grace = gracefulStep(strategy, object, options, now);
  if (grace === 'pending') return { do: 'nothing' };
  const finalizersChanged = setPropagationFinalizer(info, strategy, object, options);
  const pendingFinalizers = Boolean(meta.finalizers?.length);
  if (grace === 'no') {
    if (!pendingFinalizers) return { do: 'remove', object };
    const stands = meta.deletionTimestamp !== undefined && meta.deletionGracePeriodSeconds === 0;
    if (stands && !finalizersChanged) return { do: 'nothing' };
    markAsDeleting(object, now);
    return { do: 'update', object };
  }
  if (pendingFinalizers || Number(meta.deletionGracePeriodSeconds) > 0) return { do: 'update', object };
  return { do: 'remove', object };
}

/** @returns undefined where the object is marked as going gracefully; `pending` where it goes already, `no` where it can't */
function gracefulStep(
  strategy: Strategy,
  object: KubeObject,
  options: DeleteOptions,
  now: number,
): 'no' | 'pending' | undefined {
  if (!strategy.gracePeriod) return 'no';
  const meta = object.metadata;
  if (meta.deletionTimestamp !== undefined) {
    const current = meta.deletionGracePeriodSeconds;
    const asked = options.gracePeriodSeconds;
    // Only a shorter grace period may be asked for once the deletion has begun.
    if (current === undefined || asked === undefined || asked >= current) return 'pending';
    const begun = Date.parse(meta.deletionTimestamp) - current * 1000;
    const period = asked < 0 ? 1 : asked;
    meta.deletionTimestamp = timestamp(begun + period * 1000);
    meta.deletionGracePeriodSeconds = period;
    return undefined;
  }
  const period = strategy.gracePeriod(object, options.gracePeriodSeconds);
  meta.deletionTimestamp = timestamp(now + period * 1000);
  meta.deletionGracePeriodSeconds = period;
  if (meta.generation) meta.generation++;
  return undefined;
}

/** Adds or takes away `orphan` and `foregroundDeletion`; the garbage collector acts on them. */
function setPropagationFinalizer(
  info: ResourceInfo,
  strategy: Strategy,
  object: KubeObject,
  options: DeleteOptions,
): boolean {
  const before = object.metadata.finalizers ?? [];
  const policy = effectivePropagation(options, info, before);
  const after = before.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  if (policy === 'Orphan') after.push('orphan');
  if (policy === 'Foreground') after.push('foregroundDeletion');
  const same = before.length === after.length && after.every((name) => before.includes(name));
  const changes = strategy.garbageCollected !== false && !same;
  if (changes) object.metadata.finalizers = after.length > 0 ? after : undefined;
  return changes;
}

function markAsDeleting(object: KubeObject, now: number): void {
  const meta = object.metadata;
  if (meta.deletionTimestamp === undefined && meta.generation) meta.generation++;
  if (meta.deletionTimestamp === undefined || Date.parse(meta.deletionTimestamp) > now) {
    meta.deletionTimestamp = timestamp(now);
  }
  meta.deletionGracePeriodSeconds = 0;
}

/** An update that removes the last finalizer of an object in deletion removes the object. */
export function deletesByUpdate(object: KubeObject, old: KubeObject): boolean {
  if (old.metadata.deletionTimestamp === undefined) return false;
  if (object.metadata.finalizers?.length) return false;
  if (object.kind === 'Namespace' && object.spec?.finalizers?.length) return false;
  return !old.metadata.deletionGracePeriodSeconds;
}

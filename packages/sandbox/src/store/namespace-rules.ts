import type { DeleteOptions, KubeObject, ResourceInfo } from '@toolcrib/kube';
import { forbidden } from '../apimachinery/api-error.ts';
import { equalJson } from '../apimachinery/json.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { Store } from './store.ts';
import type { DeletionStep } from './strategy.ts';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

/** Admission's NamespaceLifecycle: the namespace must be there, and not be going away. */
export function checkNamespace(store: Pick<Store, 'get'>, info: ResourceInfo, object: KubeObject): void {
  if (!info.namespaced) return;
  const name = object.metadata.namespace ?? '';
  const namespace = store.get(NAMESPACES, undefined, name);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  throw forbidden(
    info,
    object.metadata.name,
    `unable to create new content in namespace ${name} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${name} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}

const IMMORTAL = ['default', 'kube-system', 'kube-public'];

/**
 * A Namespace's own deletion: the first request marks it Terminating, later ones wait for `spec.finalizers`.
 * @returns undefined where the common rules go on
 */
export function deleteNamespace(
  object: KubeObject,
  options: DeleteOptions,
  now: number,
): DeletionStep | undefined {
  if (IMMORTAL.includes(object.metadata.name)) {
    throw forbidden(NAMESPACES, object.metadata.name, 'this namespace may not be deleted');
  }
  const meta = object.metadata;
  if (meta.deletionTimestamp !== undefined) {
    return (object.spec?.finalizers?.length ?? 0) > 0 ? { do: 'nothing' } : undefined;
  }
  meta.deletionTimestamp = timestamp(now);
  object.status = { ...object.status, phase: 'Terminating' };
  const before = meta.finalizers ?? [];
  const after = before.filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  const { orphanDependents, propagationPolicy } = options;
  const orphan =
    orphanDependents ?? (propagationPolicy ? propagationPolicy === 'Orphan' : before.includes('orphan'));
  const foreground =
    orphanDependents !== undefined
      ? !orphanDependents
      : propagationPolicy
        ? propagationPolicy === 'Foreground'
        : before.includes('foregroundDeletion');
  if (orphan) after.push('orphan');
  if (foreground) after.push('foregroundDeletion');
  if (!equalJson(before, after)) meta.finalizers = after.length > 0 ? after : undefined;
  return { do: 'update', object };
}

export function isNamespace(info: ResourceInfo): boolean {
  return info.group === '' && info.resource === 'namespaces';
}

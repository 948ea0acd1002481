import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { cloneJson, equalJson } from '../apimachinery/json.ts';
import { isNamespace } from './namespace-rules.ts';
import type { Strategy } from './strategy.ts';

/** What a write may change: everything but the status, only the status, or only the named part. */
export function mergeWrite(
  object: KubeObject,
  old: KubeObject,
  info: ResourceInfo,
  subresource: 'status' | 'scale' | 'finalize' | undefined,
): KubeObject {
  object.apiVersion = apiVersionOf(info);
  object.kind = info.kind;
  const kept = cloneJson(old);
  if (subresource === 'status') {
    // Labels and annotations may be written through status too; spec and finalizers may not.
    const meta = { ...kept.metadata };
    for (const field of [
      'labels',
      'annotations',
      'managedFields',
      'finalizers',
      'ownerReferences',
    ] as const) {
      if (object.metadata[field] !== undefined) Object.assign(meta, { [field]: object.metadata[field] });
      else if (field !== 'managedFields') delete meta[field];
    }
    const merged: KubeObject = { ...kept, metadata: meta };
    if (object.status === undefined) delete merged.status;
    else merged.status = object.status;
    return merged;
  }
  if (info.subresources.includes('status')) {
    if (kept.status === undefined) delete object.status;
    else object.status = kept.status;
  }
  if (subresource === 'finalize' && isNamespace(info)) {
    return { ...kept, spec: { ...kept.spec, finalizers: object.spec?.finalizers } };
  }
  if (isNamespace(info)) object.spec = { ...object.spec, finalizers: kept.spec?.finalizers };
  for (const field of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
  ] as const) {
    if (kept.metadata[field] === undefined) delete object.metadata[field];
    else Object.assign(object.metadata, { [field]: kept.metadata[field] });
  }
  if (info.namespaced) object.metadata.namespace = kept.metadata.namespace;
  return object;
}

/** Counts what the kind counts as a change of what is wanted. */
export function bumpGeneration(object: KubeObject, old: KubeObject, strategy: Strategy): void {
  const generation = old.metadata.generation;
  if (generation === undefined || strategy.generation === 'none') return;
  const annotationsCount = strategy.generation === 'spec-or-annotations';
  const changed =
    (strategy.generation === 'all' || strategy.generation === 'all-and-labels'
      ? !equalJson(withoutMeta(object), withoutMeta(old))
      : !equalJson(without(object.spec, strategy.uncounted), without(old.spec, strategy.uncounted))) ||
    (strategy.generation === 'all-and-labels' && !equalJson(object.metadata.labels, old.metadata.labels)) ||
    (annotationsCount && !equalJson(object.metadata.annotations, old.metadata.annotations));
  object.metadata.generation = changed ? generation + 1 : generation;
}

function withoutMeta(object: KubeObject): Record<string, unknown> {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}

function without(spec: Record<string, unknown>, fields: string[] = []): Record<string, unknown> {
  if (fields.length === 0) return spec;
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !fields.includes(field)));
}

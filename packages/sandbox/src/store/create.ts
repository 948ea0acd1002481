import { randomUUID } from 'node:crypto';
import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { alreadyExists, invalid, plainError } from '../apimachinery/api-error.ts';
import { cloneJson } from '../apimachinery/json.ts';
import { timestamp } from '../apimachinery/time.ts';
import { validateMeta } from './meta-rules.ts';
import { generateName } from './names.ts';
import { checkNamespace } from './namespace-rules.ts';
import type { Manager } from './store.ts';
import { contextOf, track, type Writing } from './writing.ts';

const NEVER_SET = ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'resourceVersion'] as const;

/** Creates as the API server does. @returns the caller's own copy @throws ApiError 403, 404, 409, 422 */
export function createObject(
  writing: Writing,
  type: ResourceType,
  given: KubeObject,
  { dryRun = false, manager }: { dryRun?: boolean; manager?: Manager } = {},
): KubeObject {
  const { contents, store, clock } = writing;
  const info = contents.infoOf(type);
  const strategy = writing.strategyOf(info);
  const object = cloneJson(given);
  const meta = object.metadata;
  object.apiVersion = apiVersionOf(info);
  object.kind = info.kind;
  if (meta.resourceVersion !== undefined && meta.resourceVersion !== '' && meta.resourceVersion !== '0') {
    throw plainError(500, 'resourceVersion should not be set on objects to be created');
  }
  if (!meta.name && meta.generateName) meta.name = generateName(meta.generateName);
  if (!info.namespaced) delete meta.namespace;
  checkNamespace(store, info, object);
  for (const field of NEVER_SET) delete meta[field];
  meta.uid = randomUUID();
  meta.creationTimestamp = timestamp(clock.now());
  delete meta.generation;
  if (strategy.generation !== 'none' && (strategy.generation || info.subresources.includes('status')))
    meta.generation = 1;
  const context = contextOf(writing, info, manager);
  strategy.setDefaults?.(object);
  track(writing, info, object, undefined, { manager });
  strategy.prepareForCreate?.(object, context);
  try {
    const faults = [...validateMeta(object, info), ...(strategy.validate?.(object, context) ?? [])];
    if (faults.length > 0) throw invalid(info, meta.name ?? '', faults);
    if (contents.has(info, meta.namespace, meta.name)) throw alreadyExists(info, meta.name);
  } catch (error) {
    strategy.release?.(object);
    throw error;
  }
  if (dryRun) strategy.release?.(object);
  else contents.commit('ADDED', info, object);
  return cloneJson(object);
}

import type { KubeObject, ResourceInfo, ResourceType } from '@toolcrib/kube';
import { conflict, type FieldFault, invalid, STALE_VERSION } from '../apimachinery/api-error.ts';
import { cloneJson, equalJson } from '../apimachinery/json.ts';
import { deletesByUpdate } from './deletion.ts';
import { keyOf } from './keys.ts';
import { validateMeta, validateMetaUpdate } from './meta-rules.ts';
import type { Manager } from './store.ts';
import type { Strategy, WriteContext } from './strategy.ts';
import { bumpGeneration, mergeWrite } from './write-rules.ts';
import { contextOf, remove, track, type Writing } from './writing.ts';

export interface UpdateOptions {
  subresource?: 'status' | 'scale' | 'finalize';
  dryRun?: boolean;
  manager?: Manager;
}

/** Updates as the API server does. @returns the caller's own copy @throws ApiError 404, 409, 422 */
export function updateObject(
  writing: Writing,
  type: ResourceType,
  given: KubeObject,
  { subresource, dryRun = false, manager }: UpdateOptions = {},
): KubeObject {
  const { contents } = writing;
  const info = contents.infoOf(type);
  const strategy = writing.strategyOf(info);
  const old = contents.existing(info, given.metadata.namespace, given.metadata.name);
  checkVersion(info, strategy, given, old);
  const context = contextOf(writing, info, manager);
  const object = mergeWrite(cloneJson(given), old, info, subresource);
  strategy.setDefaults?.(object);
  track(writing, info, object, old, { manager, subresource });
  if (subresource === 'status') strategy.prepareForStatusUpdate?.(object, old, context);
  else {
    strategy.prepareForUpdate?.(object, old, context);
    bumpGeneration(object, old, strategy);
  }
  const faults = [...validateMeta(object, info), ...validateMetaUpdate(object, old)];
  if (subresource !== 'status') faults.push(...kindFaults(strategy, object, old, context));
  if (faults.length > 0) throw invalid(info, given.metadata.name, faults);
  if (deletesByUpdate(object, old)) {
    // Watchers are told the last state that was stored, with its finalizers.
    if (!dryRun) remove(writing, info, strategy, { object: cloneJson(old), previous: old });
    return cloneJson(object);
  }
  object.metadata.resourceVersion = old.metadata.resourceVersion;
  // A write that changes nothing is no change: no new version, no event.
  if (!dryRun && !equalJson(object, old)) contents.commit('MODIFIED', info, object, old);
  return cloneJson(object);
}

/** What is written must be meant for the object as it stands. */
function checkVersion(
  info: ResourceInfo,
  strategy: Strategy,
  { metadata }: KubeObject,
  old: KubeObject,
): void {
  const { uid, name, namespace, resourceVersion } = metadata;
  if (uid && uid !== old.metadata.uid) {
    throw conflict(
      info,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${info.resource}/${keyOf(info, namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== '0') {
    if (resourceVersion !== old.metadata.resourceVersion) throw conflict(info, name, STALE_VERSION);
    return;
  }
  if (strategy.unconditionalUpdate !== false) return;
  const field = 'metadata.resourceVersion';
  const body = 'Invalid value: 0: must be specified for an update';
  const faults = [{ type: 'FieldValueInvalid', field, body }];
  throw invalid({ group: info.group, kind: info.resource }, name, faults);
}

function kindFaults(
  strategy: Strategy,
  object: KubeObject,
  old: KubeObject,
  context: WriteContext,
): FieldFault[] {
  return [
    ...(strategy.validate?.(object, context) ?? []),
    ...(strategy.validateUpdate?.(object, old, context) ?? []),
  ];
}

import { randomUUID } from 'node:crypto';
import type { DeleteOptions, KubeObject, ResourceInfo, ResourceType, Schema } from '@toolcrib/kube';
import { apiVersionOf, isDryRun, schemaOf } from '@toolcrib/kube';
import {
  alreadyExists,
  conflict,
  invalid,
  notFound,
  plainError,
  STALE_VERSION,
} from '../apimachinery/api-error.ts';
import { cloneJson, equalJson } from '../apimachinery/json.ts';
import { timestamp } from '../apimachinery/time.ts';
import { BUILT_IN, storedInfos } from '../schema/resources.ts';
import { checkPreconditions, deletesByUpdate, deletionStep } from './deletion.ts';
import { createEventLog } from './event-log.ts';
import { NOBODY, trackOwnership } from './field-ownership.ts';
import { fieldGetter } from './fields.ts';
import { byNamespaceAndName, keyOf } from './keys.ts';
import { createListeners } from './listeners.ts';
import { matchesQuery } from './match.ts';
import { validateMeta, validateMetaUpdate } from './meta-rules.ts';
import { generateName } from './names.ts';
import { checkNamespace, deleteNamespace, isNamespace } from './namespace-rules.ts';
import type { Clock, ListQuery, Manager, Store, StoreEvent } from './store.ts';
import type { Strategy, StrategyOf, WriteContext } from './strategy.ts';
import { bumpGeneration, mergeWrite } from './write-rules.ts';

/** What the API handlers use beyond the interface that the controllers see. */
export interface MemoryStore extends Store {
  /** The stored objects themselves, sorted by namespace and name: **not copies**, never to be changed. */
  peek(type: ResourceType, query?: ListQuery): readonly KubeObject[];
  /** Adds or replaces a served type (a CRD that is established), or takes it away with its objects. */
  serve(info: ResourceInfo): void;
  unserve(type: ResourceType): void;
  /** The oldest version that a watch may start from. */
  oldest(): number;
  /** Forgets the changes up to `version`, as etcd's compaction does: older watches get 410. */
  compact(version?: number): void;
}

export interface StoreOptions {
  clock: Clock;
  /** The rules of each kind; default: none, plain storage. */
  strategyOf?: StrategyOf;
  /** How many changes a watch can go back at least. Default 5,000. */
  keepEvents?: number;
  /** The schema of a kind, for field ownership; default: the built-in ones. */
  schemaOf?: (object: KubeObject) => Schema | undefined;
  /** False: no `metadata.managedFields` (faster, and not what the real server does). */
  fieldOwnership?: boolean;
}

const FIRST_VERSION = 1;

/** An in-memory {@link Store} with the API server's rules for writing. */
export function createStore(options: StoreOptions): MemoryStore {
  const { clock, strategyOf = (): Strategy => ({}), keepEvents = 5_000, fieldOwnership = true } = options;
  const schemaFor = options.schemaOf ?? schemaOf;
  const infos: ResourceInfo[] = storedInfos(BUILT_IN);
  const objects = new Map<string, Map<string, KubeObject>>();
  const listeners = createListeners();
  const log = createEventLog(FIRST_VERSION, keepEvents);
  let version = FIRST_VERSION;

  const find = ({ group, resource }: { group: string; resource: string }) =>
    infos.find((info) => info.resource === resource && info.group === group);

  function infoOf(type: ResourceType): ResourceInfo {
    const info = find(type);
    if (!info) throw notFound(type, '');
    return info;
  }

  function bucket(info: ResourceInfo): Map<string, KubeObject> {
    const key = `${info.group}/${info.resource}`;
    const found = objects.get(key) ?? new Map<string, KubeObject>();
    objects.set(key, found);
    return found;
  }

  function existing(info: ResourceInfo, namespace: string | undefined, name: string): KubeObject {
    const found = bucket(info).get(keyOf(info, namespace, name));
    if (!found) throw notFound(info, name);
    return found;
  }

  function commit(
    type: StoreEvent['type'],
    info: ResourceInfo,
    object: KubeObject,
    previous?: KubeObject,
  ): void {
    version++;
    object.metadata.resourceVersion = String(version);
    const key = keyOf(info, object.metadata.namespace, object.metadata.name);
    if (type === 'DELETED') bucket(info).delete(key);
    else bucket(info).set(key, object);
    const event: StoreEvent = { type, resource: info, object, version, ...(previous ? { previous } : {}) };
    log.append(event);
    listeners.tell(event);
  }

  const contextOf = (info: ResourceInfo, manager?: Manager): WriteContext => ({
    info,
    now: clock.now(),
    store,
    manager: manager === NOBODY ? undefined : manager,
  });

  function track(
    object: KubeObject,
    old: KubeObject | undefined,
    info: ResourceInfo,
    by: { manager?: Manager; subresource?: string },
  ): void {
    if (!fieldOwnership) return;
    trackOwnership(object, old, { info, schema: schemaFor(object), now: clock.now(), ...by });
  }

  function remove(
    info: ResourceInfo,
    strategy: Strategy,
    object: KubeObject,
    previous: KubeObject,
  ): KubeObject {
    commit('DELETED', info, object, previous);
    strategy.release?.(object);
    return object;
  }

  const store: MemoryStore = {
    resources: () => [...infos],
    find,
    findKind: (group, kind) => infos.find((info) => info.group === group && info.kind === kind),
    version: () => version,
    oldest: () => log.oldest(),
    compact: (through = version) => log.compact(through),

    get: (type, namespace, name) => cloneJson(existing(infoOf(type), namespace, name)),
    list: (type, query) => store.peek(type, query).map(cloneJson),
    peek(type, query = {}) {
      const info = infoOf(type);
      const found: KubeObject[] = [];
      const matches = matchesQuery(query, fieldGetter(info));
      for (const object of bucket(info).values()) if (matches(object)) found.push(object);
      return found.sort(byNamespaceAndName);
    },

    create(type, given, { dryRun = false, manager } = {}) {
      const info = infoOf(type);
      const strategy = strategyOf(info);
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
      for (const field of [
        'deletionTimestamp',
        'deletionGracePeriodSeconds',
        'selfLink',
        'resourceVersion',
      ] as const) {
        delete meta[field];
      }
      meta.uid = randomUUID();
      meta.creationTimestamp = timestamp(clock.now());
      delete meta.generation;
      if (strategy.generation !== 'none' && (strategy.generation || info.subresources.includes('status')))
        meta.generation = 1;
      const context = contextOf(info, manager);
      strategy.setDefaults?.(object);
      track(object, undefined, info, { manager });
      // A taken name is told before the rules of the kind are, as admission would find the object unchanged.
      strategy.prepareForCreate?.(object, context);
      try {
        const faults = [...validateMeta(object, info), ...(strategy.validate?.(object, context) ?? [])];
        if (faults.length > 0) throw invalid(info, meta.name ?? '', faults);
        if (bucket(info).has(keyOf(info, meta.namespace, meta.name))) throw alreadyExists(info, meta.name);
      } catch (error) {
        strategy.release?.(object);
        throw error;
      }
      if (dryRun) strategy.release?.(object);
      else commit('ADDED', info, object);
      return cloneJson(object);
    },

    update(type, given, { subresource, dryRun = false, manager } = {}) {
      const info = infoOf(type);
      const strategy = strategyOf(info);
      const old = existing(info, given.metadata.namespace, given.metadata.name);
      const meta = given.metadata;
      if (meta.uid && meta.uid !== old.metadata.uid) {
        throw conflict(
          info,
          meta.name,
          `StorageError: invalid object, Code: 4, Key: /registry/${info.resource}/${keyOf(info, meta.namespace, meta.name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${old.metadata.uid}`,
        );
      }
      if (!meta.resourceVersion || meta.resourceVersion === '0') {
        if (strategy.unconditionalUpdate === false) {
          const fault = {
            type: 'FieldValueInvalid',
            field: 'metadata.resourceVersion',
            body: 'Invalid value: 0: must be specified for an update',
          };
          throw invalid({ group: info.group, kind: info.resource }, meta.name, [fault]);
        }
      } else if (meta.resourceVersion !== old.metadata.resourceVersion) {
        throw conflict(info, meta.name, STALE_VERSION);
      }
      const context = contextOf(info, manager);
      const object = mergeWrite(cloneJson(given), old, info, subresource);
      strategy.setDefaults?.(object);
      track(object, old, info, { manager, subresource });
      if (subresource === 'status') strategy.prepareForStatusUpdate?.(object, old, context);
      else {
        strategy.prepareForUpdate?.(object, old, context);
        bumpGeneration(object, old, strategy);
      }
      const faults = [
        ...validateMeta(object, info),
        ...validateMetaUpdate(object, old),
        ...(subresource === 'status'
          ? []
          : [
              ...(strategy.validate?.(object, context) ?? []),
              ...(strategy.validateUpdate?.(object, old, context) ?? []),
            ]),
      ];
      if (faults.length > 0) throw invalid(info, meta.name, faults);
      if (deletesByUpdate(object, old)) {
        // Watchers are told the last state that was stored, with its finalizers.
        if (!dryRun) remove(info, strategy, cloneJson(old), old);
        return cloneJson(object);
      }
      object.metadata.resourceVersion = old.metadata.resourceVersion;
      // A write that changes nothing is no change: no new version, no event.
      if (!dryRun && !equalJson(object, old)) commit('MODIFIED', info, object, old);
      return cloneJson(object);
    },

    modify(type, namespace, name, change, modifyOptions) {
      // All is synchronous here, so a conflict can't come between; the loop is the interface's promise.
      const object = store.get(type, namespace, name);
      change(object);
      return store.update(type, object, modifyOptions);
    },

    delete(type, namespace, name, deleteOptions: DeleteOptions = {}) {
      const info = infoOf(type);
      const strategy = strategyOf(info);
      const old = existing(info, namespace, name);
      checkPreconditions(info, old, deleteOptions);
      const copy = cloneJson(old);
      const step =
        (isNamespace(info) ? deleteNamespace(copy, deleteOptions, clock.now()) : undefined) ??
        strategy.beginDeletion?.(copy, clock.now()) ??
        deletionStep(info, strategy, copy, deleteOptions, clock.now());
      const dryRun = isDryRun(deleteOptions);
      if (step.do === 'nothing') return { object: cloneJson(old), gone: false };
      if (step.do === 'update') {
        if (!dryRun && !equalJson(step.object, old)) commit('MODIFIED', info, step.object, old);
        return { object: cloneJson(step.object), gone: false };
      }
      const gone = dryRun ? step.object : remove(info, strategy, step.object, old);
      return { object: cloneJson(gone), gone: true };
    },

    subscribe: listeners.add,
    since: (after) => log.since(after),

    serve(info) {
      const at = infos.findIndex(({ group, resource }) => group === info.group && resource === info.resource);
      if (at < 0) infos.push(info);
      else infos[at] = info;
    },
    unserve(type) {
      const at = infos.findIndex(({ group, resource }) => group === type.group && resource === type.resource);
      if (at >= 0) infos.splice(at, 1);
      objects.delete(`${type.group}/${type.resource}`);
    },
  };
  return store;
}

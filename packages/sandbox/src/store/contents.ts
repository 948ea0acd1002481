import type { KubeObject, ResourceInfo, ResourceType } from '@toolcrib/kube';
import { notFound } from '../apimachinery/api-error.ts';
import { BUILT_IN, storedInfos } from '../schema/resources.ts';
import { createEventLog, type EventLog } from './event-log.ts';
import { fieldGetter } from './fields.ts';
import { byNamespaceAndName, keyOf } from './keys.ts';
import { createListeners, type Listener } from './listeners.ts';
import { matchesQuery } from './match.ts';
import type { ListQuery, StoreEvent } from './store.ts';

type Named = Pick<ResourceType, 'group' | 'resource'>;

/** What is stored and the versions of its changes. No rules: it keeps, finds and tells. */
export interface Contents extends Pick<EventLog, 'oldest' | 'since' | 'compact'> {
  infos(): ResourceInfo[];
  find(type: Named): ResourceInfo | undefined;
  findKind(group: string, kind: string): ResourceInfo | undefined;
  /** @throws ApiError 404 where the type is not served */
  infoOf(type: ResourceType): ResourceInfo;
  /** The version of the last change. */
  version(): number;
  /** The stored object itself, **not a copy**. @throws ApiError 404 */
  existing(info: ResourceInfo, namespace: string | undefined, name: string): KubeObject;
  has(info: ResourceInfo, namespace: string | undefined, name: string): boolean;
  /** The stored objects themselves, **not copies**, sorted as etcd sorts them. */
  peek(type: ResourceType, query?: ListQuery): KubeObject[];
  /** Stores (or takes away) an object under a new version, and tells the listeners. */
  commit(type: StoreEvent['type'], info: ResourceInfo, object: KubeObject, previous?: KubeObject): void;
  subscribe(listener: Listener): () => void;
  serve(info: ResourceInfo): void;
  unserve(type: ResourceType): void;
}

const FIRST_VERSION = 1;

/** @param keepEvents how many changes a watch can go back at least */
export function createContents(keepEvents = 5_000): Contents {
  const infos: ResourceInfo[] = storedInfos(BUILT_IN);
  const objects = new Map<string, Map<string, KubeObject>>();
  const listeners = createListeners();
  const log = createEventLog(FIRST_VERSION, keepEvents);
  let version = FIRST_VERSION;

  const positionOf = ({ group, resource }: Named) =>
    infos.findIndex((info) => info.resource === resource && info.group === group);
  const find = (type: Named) => infos[positionOf(type)];

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

  return {
    infos: () => [...infos],
    find,
    findKind: (group, kind) => infos.find((info) => info.group === group && info.kind === kind),
    infoOf,
    version: () => version,
    oldest: log.oldest,
    since: log.since,
    compact: log.compact,
    existing(info, namespace, name) {
      const found = bucket(info).get(keyOf(info, namespace, name));
      if (!found) throw notFound(info, name);
      return found;
    },
    has: (info, namespace, name) => bucket(info).has(keyOf(info, namespace, name)),
    peek(type, query = {}) {
      const info = infoOf(type);
      const matches = matchesQuery(query, fieldGetter(info));
      return [...bucket(info).values()].filter(matches).sort(byNamespaceAndName);
    },
    commit(type, info, object, previous) {
      version++;
      object.metadata.resourceVersion = String(version);
      const key = keyOf(info, object.metadata.namespace, object.metadata.name);
      if (type === 'DELETED') bucket(info).delete(key);
      else bucket(info).set(key, object);
      const event: StoreEvent = { type, resource: info, object, version, ...(previous ? { previous } : {}) };
      log.append(event);
      listeners.tell(event);
    },
    subscribe: listeners.add,
    serve(info) {
      const at = positionOf(info);
      if (at < 0) infos.push(info);
      else infos[at] = info;
    },
    unserve(type) {
      const at = positionOf(type);
      if (at >= 0) infos.splice(at, 1);
      objects.delete(`${type.group}/${type.resource}`);
    },
  };
}

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, ObjectMeta, ResourceInfo } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { keyOf, keyOfObject } from '../steps.ts';

/**
 * A cluster that is a map, for properties over thousands of random states and for what a test wants to happen in between: no
 * controllers, and every write recorded. What only a real API server can show is in the contracts.
 */
export interface MemoryCluster extends Cluster {
  objects: Map<string, KubeObject>;
  /** The UIDs that were written to; a create counts with the UID that it made. */
  writes: { method: string; key: string; uid: string }[];
  /** The bodies of these writes, in their order. */
  bodies: unknown[];
  /** Asked before each call: a status with which the server says no, or nothing. */
  refuse: (method: string, key: string) => number | undefined;
  /** What is answered to a request of its own path; the paths that were asked. */
  answers: Map<string, { status: number; body: unknown }>;
  asked: Parameters<Cluster['request']>[0][];
}

const NAMESPACED = new Set([
  'ConfigMap',
  'Secret',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ControllerRevision',
  'Job',
  'Kafka',
  'Pod',
  'PersistentVolumeClaim',
  'Service',
  'ServiceAccount',
]);
const KINDS: [string, string, string][] = [
  ['', 'v1', 'ConfigMap'],
  ['', 'v1', 'Secret'],
  ['', 'v1', 'Pod'],
  ['', 'v1', 'Namespace'],
  ['', 'v1', 'Service'],
  ['', 'v1', 'ServiceAccount'],
  ['', 'v1', 'PersistentVolume'],
  ['', 'v1', 'PersistentVolumeClaim'],
  ['apps', 'v1', 'Deployment'],
  ['apps', 'v1', 'ReplicaSet'],
  ['apps', 'v1', 'StatefulSet'],
  ['apps', 'v1', 'DaemonSet'],
  ['apps', 'v1', 'ControllerRevision'],
  ['batch', 'v1', 'Job'],
  ['apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'],
];
const infoOf = ([group, version, kind]: [string, string, string]): ResourceInfo => ({
  group,
  version,
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced: NAMESPACED.has(kind),
  verbs: ['get', 'list', 'create', 'delete', 'patch'],
  subresources: [],
});
export const kinds: ResourceInfo[] = KINDS.map(infoOf);
/** A kind of an operator; no part of {@link kinds}. */
export const custom: ResourceInfo = infoOf(['k.io', 'v1', 'Kafka']);

export function memoryCluster(start: readonly KubeObject[]): MemoryCluster {
  const objects = new Map(start.map((object) => [keyOfObject(object), structuredClone(object)]));
  const writes: MemoryCluster['writes'] = [];
  const bodies: unknown[] = [];
  let next = 0;
  const served = [...kinds, custom];
  const infoFor = (type: { group: string; resource: string }) =>
    served.find((one) => one.group === type.group && one.resource === type.resource);
  const keyAt = (type: { group: string; resource: string }, at: { namespace?: string; name: string }) => {
    const apiVersion = type.group === '' ? 'v1' : `${type.group}/v1`;
    return keyOf({ apiVersion, kind: infoFor(type)?.kind ?? '', ...at });
  };
  const fail = (status: number): ToolcribError =>
    new ToolcribError('api', `said ${status}`, { cause: { status, message: '' } });
  const ask = (method: string, key: string): void => {
    const status = cluster.refuse(method, key);
    if (status !== undefined) throw fail(status);
  };
  const wrote = (method: string, key: string, object: KubeObject, body: unknown): KubeObject => {
    object.metadata.resourceVersion = String(1000 + writes.length);
    writes.push({ method, key, uid: object.metadata.uid ?? '' });
    bodies.push(structuredClone(body));
    return structuredClone(object);
  };
  const pinned = (object: KubeObject, metadata: Partial<ObjectMeta> = {}): void => {
    const { uid, resourceVersion } = metadata;
    if (uid !== undefined && uid !== object.metadata.uid) throw fail(409);
    if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) throw fail(409);
  };
  const cluster: MemoryCluster = {
    context: 'memory',
    identity: async () => ({ uid: 'memory', address: 'memory' }),
    objects,
    writes,
    bodies,
    refuse: () => undefined,
    answers: new Map(),
    asked: [],
    request: async (request) => {
      cluster.asked.push(request);
      const found = cluster.answers.get(request.path);
      if (!found) throw new Error(`not in this cluster: ${request.path}`);
      const body = Buffer.from(JSON.stringify(found.body));
      return { status: found.status, headers: { 'content-type': 'application/json' }, body };
    },
    mayI: () => Promise.reject(new Error('not in this cluster')),
    close: async () => {},
    resources: async () => ({ resources: served, failed: [] }),
    typeOf: async (ref) => {
      const info = served.find((one) => one.kind === ref.kind);
      if (!info) throw new ToolcribError('not-found', ref.kind);
      return info;
    },
    get: async (type, at) => {
      const key = keyAt(type, at);
      ask('get', key);
      return structuredClone(objects.get(key));
    },
    list: async (type, { namespace, labelSelector } = {}) => {
      const kind = infoFor(type)?.kind;
      ask('list', kind ?? '');
      const [label = '', value] = labelSelector?.split('=') ?? [];
      const found = [...objects.values()].filter(
        (one) =>
          one.kind === kind &&
          (namespace === undefined || one.metadata.namespace === namespace) &&
          (labelSelector === undefined || one.metadata.labels?.[label] === value),
      );
      return structuredClone(found);
    },
    async create(_type, object) {
      const key = keyOfObject(object);
      ask('create', key);
      if (objects.has(key)) throw fail(409);
      const made = structuredClone(object);
      made.metadata.uid = `new-${next++}`;
      objects.set(key, made);
      return wrote('create', key, made, object);
    },
    async patch(type, at, patch) {
      const key = keyAt(type, at);
      ask('patch', key);
      const object = objects.get(key);
      if (!object) throw fail(404);
      if (Array.isArray(patch)) {
        for (const { op, path, value } of patch as { op: string; path: string; value: unknown }[]) {
          const way = path.slice(1).split('/');
          const last = way.pop() ?? '';
          const at = way.reduce(
            (one, part) => one[part] as Record<string, unknown>,
            object as unknown as Record<string, unknown>,
          );
          if (op === 'test' && !isDeepStrictEqual(at[last], value)) throw fail(422);
          if (op === 'remove' && Array.isArray(at)) at.splice(Number(last), 1);
          else if (op === 'remove') delete at[last];
        }
        return wrote('patch', key, object, patch);
      }
      const { metadata, ...body } = structuredClone(patch) as { metadata?: Partial<ObjectMeta> };
      pinned(object, metadata);
      merge(object as never, { ...body, ...(metadata ? { metadata } : {}) });
      return wrote('patch', key, object, patch);
    },
    async replace(type, object) {
      const key = keyAt(type, object.metadata);
      ask('replace', key);
      const now = objects.get(key);
      if (!now) throw fail(404);
      pinned(now, object.metadata);
      objects.set(key, structuredClone(object));
      return wrote('replace', key, objects.get(key) as KubeObject, object);
    },
    async delete(type, at, options) {
      const key = keyAt(type, at);
      ask('delete', key);
      const now = objects.get(key);
      if (!now) return undefined;
      pinned(now, (options as { preconditions?: Partial<ObjectMeta> } | undefined)?.preconditions);
      objects.delete(key);
      return wrote('delete', key, now, options);
    },
  };
  return cluster;
}

/** A merge patch (RFC 7386), in place. */
function merge(object: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (value === null) delete object[name];
    else if (isMap) {
      const inner = object[name];
      object[name] = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
      merge(object[name] as Record<string, unknown>, value as Record<string, unknown>);
    } else object[name] = value;
  }
}

import type { KubeObject, ObjectMeta, ResourceInfo } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { keyOf, keyOfObject } from '../steps.ts';

/**
 * A cluster that is a map, for properties over thousands of random states: no controllers, and every write recorded.
 * What only a real API server can show is in the contracts.
 */
export interface MemoryCluster extends Cluster {
  objects: Map<string, KubeObject>;
  /** The UIDs that were written to; a create counts with the UID that it made. */
  writes: { method: string; key: string; uid: string }[];
}

const NAMESPACED = new Set([
  'ConfigMap',
  'Secret',
  'Deployment',
  'StatefulSet',
  'Pod',
  'PersistentVolumeClaim',
  'Service',
]);
const KINDS: [string, string, string][] = [
  ['', 'v1', 'ConfigMap'],
  ['', 'v1', 'Secret'],
  ['', 'v1', 'Pod'],
  ['', 'v1', 'Namespace'],
  ['', 'v1', 'Service'],
  ['', 'v1', 'PersistentVolume'],
  ['', 'v1', 'PersistentVolumeClaim'],
  ['apps', 'v1', 'Deployment'],
  ['apps', 'v1', 'ReplicaSet'],
  ['apps', 'v1', 'StatefulSet'],
  ['apps', 'v1', 'ControllerRevision'],
  ['batch', 'v1', 'Job'],
];
export const kinds: ResourceInfo[] = KINDS.map(([group, version, kind]) => ({
  group,
  version,
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced: NAMESPACED.has(kind),
  verbs: ['get', 'list', 'create', 'delete', 'patch'],
  subresources: [],
}));

export function memoryCluster(start: readonly KubeObject[]): MemoryCluster {
  const objects = new Map(start.map((object) => [keyOfObject(object), structuredClone(object)]));
  const writes: MemoryCluster['writes'] = [];
  let next = 0;
  const keyAt = (type: { group: string; resource: string }, at: { namespace?: string; name: string }) => {
    const info = kinds.find((one) => one.group === type.group && one.resource === type.resource);
    const apiVersion = type.group === '' ? 'v1' : `${type.group}/v1`;
    return keyOf({ apiVersion, kind: info?.kind ?? '', ...at });
  };
  const fail = (status: number): ToolcribError =>
    new ToolcribError('api', `said ${status}`, { cause: { status, message: '' } });
  const unsupported = () => Promise.reject(new Error('not in this cluster'));
  return {
    context: 'memory',
    identity: async () => ({ uid: 'memory', address: 'memory' }),
    objects,
    writes,
    request: unsupported,
    delete: unsupported,
    replace: unsupported,
    mayI: unsupported,
    close: async () => {},
    resources: async () => ({ resources: kinds, failed: [] }),
    typeOf: async (ref) => {
      const info = kinds.find((one) => one.kind === ref.kind);
      if (!info) throw new ToolcribError('not-found', ref.kind);
      return info;
    },
    get: async (type, at) => structuredClone(objects.get(keyAt(type, at))),
    list: async () => [],
    async create(_type, object) {
      const key = keyOfObject(object);
      if (objects.has(key)) throw fail(409);
      const made = structuredClone(object);
      made.metadata.uid = `new-${next++}`;
      objects.set(key, made);
      writes.push({ method: 'create', key, uid: made.metadata.uid });
      return structuredClone(made);
    },
    async patch(type, at, patch) {
      const key = keyAt(type, at);
      const object = objects.get(key);
      if (!object) throw fail(404);
      const asked = patch as { metadata?: Partial<ObjectMeta>; spec?: object };
      if (asked.metadata?.uid !== undefined && asked.metadata.uid !== object.metadata.uid) throw fail(409);
      Object.assign(object.metadata, asked.metadata);
      Object.assign(object.spec, asked.spec);
      writes.push({ method: 'patch', key, uid: object.metadata.uid ?? '' });
      return structuredClone(object);
    },
  };
}

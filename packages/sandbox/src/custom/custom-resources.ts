import type { KubeObject, ResourceInfo, Schema } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { ApiError } from '../apimachinery/api-error.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { GroupVersionResources } from '../schema/resources.ts';
import { BUILT_IN } from '../schema/resources.ts';
import { API_SERVER } from '../store/field-ownership.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import { validateReferences } from '../store/meta-rules.ts';
import type { Clock, StoreEvent } from '../store/store.ts';
import type { Strategy } from '../store/strategy.ts';
import { age } from '../tables/column.ts';
import type { TableShape } from '../tables/columns.ts';
import { customTable } from '../tables/columns.ts';
import type { DefinedVersion } from './definition.ts';
import { definedVersions, discoveryOf, isEstablished } from './definition.ts';
import { CLEANUP } from './definition-deletion.ts';
import { readPath } from './json-path.ts';
import { defaultBySchema, validateBySchema } from './validate.ts';

const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };

const BY_THE_SERVER = {
  subresource: 'status' as const,
  manager: { ...API_SERVER, subresource: 'status' },
};

/** What is served at this moment: the built-in groups and those of established CustomResourceDefinitions. */
export interface CustomResources {
  groups(): GroupVersionResources[];
  /** Schemas of custom resources by `group/version/kind`. */
  schemas(): ReadonlyMap<string, Schema>;
  versionOf(info: ResourceInfo): DefinedVersion | undefined;
  strategyOf(info: ResourceInfo): Strategy | undefined;
  tableOf(info: ResourceInfo): TableShape | undefined;
  /** Begins to serve what the store's definitions say. */
  attach(store: MemoryStore, clock: Clock): void;
  stop(): void;
}

export function serveCustomResources(): CustomResources {
  const served = new Map<string, { versions: DefinedVersion[]; categories?: string[] }>();
  let groups = BUILT_IN;
  let schemas = new Map<string, Schema>();
  let stop = () => {};

  const keyOf = ({ group, resource }: { group: string; resource: string }) => `${resource}.${group}`;
  const versionOf = (info: ResourceInfo) => {
    const versions = served.get(keyOf(info))?.versions;
    return versions?.find(({ version }) => version === info.version) ?? versions?.[0];
  };

  function rebuild(): void {
    schemas = new Map();
    const byVersion = new Map<string, GroupVersionResources>();
    for (const { versions, categories } of served.values()) {
      // The stored version comes first.
      const [stored] = versions;
      for (const defined of versions) {
        const groupVersion = apiVersionOf(defined.info);
        const entry = byVersion.get(groupVersion) ?? { groupVersion, resources: [] };
        entry.resources.push(...discoveryOf(defined, categories, String(stored?.version)));
        byVersion.set(groupVersion, entry);
        schemas.set(`${defined.info.group}/${defined.version}/${defined.info.kind}`, defined.schema);
      }
    }
    groups = [...BUILT_IN, ...byVersion.values()];
  }

  function onChange(store: MemoryStore, clock: Clock, event: StoreEvent): void {
    if (served.has(keyOf(event.resource))) cleanUpAfter(store, event);
    if (keyOf(event.resource) !== keyOf(DEFINITIONS)) return;
    const definition = event.object;
    if (event.type === 'DELETED') {
      served.delete(definition.metadata.name);
      store.unserve({ group: definition.spec.group, version: '', resource: definition.spec.names.plural });
      rebuild();
    } else if (definition.metadata.deletionTimestamp !== undefined) removeObjects(store, definition);
    else if (!isEstablished(definition)) establish(store, clock, definition);
    else {
      acceptNames(store, definition);
      const versions = definedVersions(definition);
      served.set(definition.metadata.name, { versions, categories: definition.spec.names.categories });
      if (versions[0]) store.serve(versions[0].info);
      rebuild();
    }
  }

  return {
    groups: () => groups,
    schemas: () => schemas,
    versionOf,
    strategyOf(info) {
      const defined = versionOf(info);
      if (!defined) return undefined;
      return {
        generation: 'all',
        unconditionalUpdate: false,
        setDefaults: (object) => defaultBySchema(object, defined.schema),
        validate: (object) => [...validateReferences(object), ...validateBySchema(object, defined.schema)],
      };
    },
    tableOf(info) {
      const defined = versionOf(info);
      return (
        defined &&
        customTable(defined.columns, (object, { type, jsonPath }, now) => {
          const value = readPath(object, jsonPath);
          if (value === undefined) return null;
          if (type === 'date') return age(String(value), now);
          return typeof value === 'object' ? JSON.stringify(value) : value;
        })
      );
    },
    attach(store, clock) {
      stop = store.subscribe((event) => onChange(store, clock, event));
    },
    stop: () => stop(),
  };
}

function establish(store: MemoryStore, clock: Clock, definition: KubeObject): void {
  const now = timestamp(clock.now());
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    reason,
    message,
  });
  store.modify(
    DEFINITIONS,
    undefined,
    definition.metadata.name,
    (object) => {
      object.status = {
        ...object.status,
        conditions: [
          condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
          condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
        ],
        acceptedNames: object.spec.names,
      };
    },
    BY_THE_SERVER,
  );
}

/** Of a definition that is served already, and now has other names. */
function acceptNames(store: MemoryStore, { metadata }: KubeObject): void {
  store.modify(
    DEFINITIONS,
    undefined,
    metadata.name,
    (object) => {
      object.status = { ...object.status, acceptedNames: object.spec.names };
    },
    BY_THE_SERVER,
  );
}

/** Deletes the objects of a definition that goes; the definition goes when the last of them has gone. */
function removeObjects(store: MemoryStore, definition: KubeObject): void {
  const { group, names } = definition.spec;
  const info = store.find({ group, resource: names.plural });
  if (info) {
    for (const object of store.list(info)) {
      // It waits for its finalizers: each that goes would ask for all the others once more.
      if (object.metadata.deletionTimestamp !== undefined) continue;
      ignoreGone(() => store.delete(info, object.metadata.namespace, object.metadata.name));
    }
    if (store.peek(info).length > 0) return;
  }
  ignoreGone(() =>
    store.modify(DEFINITIONS, undefined, definition.metadata.name, (object) => {
      object.metadata.finalizers = object.metadata.finalizers?.filter((name) => name !== CLEANUP);
    }),
  );
}

function cleanUpAfter(store: MemoryStore, event: StoreEvent): void {
  if (event.type !== 'DELETED') return;
  const name = `${event.resource.resource}.${event.resource.group}`;
  const definition = store.peek(DEFINITIONS).find(({ metadata }) => metadata.name === name);
  if (definition?.metadata.deletionTimestamp !== undefined) removeObjects(store, definition);
}

function ignoreGone(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

import type { KubeObject, ResourceInfo, ResourceType, Schema } from '@toolcrib/kube';
import { schemaOf } from '@toolcrib/kube';
import { cloneJson } from '../apimachinery/json.ts';
import { createContents } from './contents.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import type { Clock, ListQuery, Store } from './store.ts';
import type { Strategy, StrategyOf } from './strategy.ts';
import { updateObject } from './update.ts';
import type { Writing } from './writing.ts';

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

/** An in-memory {@link Store} with the API server's rules for writing. */
export function createStore(options: StoreOptions): MemoryStore {
  const contents = createContents(options.keepEvents);
  const store: MemoryStore = {
    resources: contents.infos,
    find: contents.find,
    findKind: contents.findKind,
    version: contents.version,
    oldest: contents.oldest,
    compact: (through = contents.version()) => contents.compact(through),

    get: (type, namespace, name) => cloneJson(contents.existing(contents.infoOf(type), namespace, name)),
    list: (type, query) => contents.peek(type, query).map(cloneJson),
    peek: contents.peek,

    create: (type, given, createOptions) => createObject(writing, type, given, createOptions),
    update: (type, given, updateOptions) => updateObject(writing, type, given, updateOptions),
    modify(type, namespace, name, change, modifyOptions) {
      // All is synchronous here, so a conflict can't come between; the loop is the interface's promise.
      const object = store.get(type, namespace, name);
      change(object);
      return store.update(type, object, modifyOptions);
    },
    delete: (type, namespace, name, deleteOptions) =>
      deleteObject(writing, type, { namespace, name }, deleteOptions),

    subscribe: contents.subscribe,
    since: contents.since,
    serve: contents.serve,
    unserve: contents.unserve,
  };
  const writing: Writing = {
    contents,
    store,
    clock: options.clock,
    strategyOf: options.strategyOf ?? ((): Strategy => ({})),
    schemaOf: options.fieldOwnership === false ? undefined : (options.schemaOf ?? schemaOf),
  };
  return store;
}

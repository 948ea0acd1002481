import type {
  DeleteOptions,
  FieldRequirement,
  KubeObject,
  Requirement,
  ResourceInfo,
  ResourceType,
} from '@toolcrib/kube';

/** One change, as a watch sends it. `object` is the new state; for DELETED the last state with a new version. */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: ResourceInfo;
  object: KubeObject;
  previous?: KubeObject;
  /** The cluster-wide version of this change, a growing whole number. */
  version: number;
}

export interface ListQuery {
  namespace?: string;
  labels?: Requirement[];
  fields?: FieldRequirement[];
}

/**
 * What the API handlers and the controllers build on: one versioned map of objects with the API server's own
 * rules for writing (UIDs, resource versions, generation, finalizers, deletion timestamps, graceful deletion
 * of Pods, preconditions). Every returned object is the caller's own copy; every method throws `ApiError`
 * with the Status that the real server would send (404 NotFound, 409 Conflict, 409 AlreadyExists, 422 …).
 */
export interface Store {
  /** Served types, CRDs included once they are established. */
  resources(): ResourceInfo[];
  find(type: { group: string; resource: string }): ResourceInfo | undefined;
  findKind(group: string, kind: string): ResourceInfo | undefined;
  /** The version of the last change. */
  version(): number;

  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject;
  list(type: ResourceType, query?: ListQuery): KubeObject[];
  create(
    type: ResourceType,
    object: KubeObject,
    options?: { dryRun?: boolean; manager?: Manager },
  ): KubeObject;
  /**
   * Replaces spec and metadata (status untouched), or only the status with `subresource: 'status'`.
   * A resourceVersion in `object` must be the current one (409). Removing the last finalizer of an object
   * that is being deleted removes it.
   */
  update(
    type: ResourceType,
    object: KubeObject,
    options?: { subresource?: 'status' | 'scale' | 'finalize'; dryRun?: boolean; manager?: Manager },
  ): KubeObject;
  /** Reads, lets `change` mutate its copy, updates; retries on conflict. For controllers. */
  modify(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    change: (object: KubeObject) => void,
    options?: { subresource?: 'status'; manager?: Manager },
  ): KubeObject;
  /** `gone: true` when the object left at once; otherwise it stands with a deletionTimestamp. */
  delete(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    options?: DeleteOptions,
  ): { object: KubeObject; gone: boolean };

  /** Calls back for each later change, in order, synchronously after the change is stored. */
  subscribe(listener: (event: StoreEvent) => void): () => void;
  /** Changes after `version`, or undefined where they are no longer kept (410 Expired). */
  since(version: number): StoreEvent[] | undefined;
}

/** Who writes, for `metadata.managedFields`. */
export interface Manager {
  name: string;
  operation: 'Update' | 'Apply';
  subresource?: string;
}

/** Time, so that tests can hold it still. Milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** @param delay milliseconds */
  after(delay: number, run: () => void): () => void;
}

/** A control loop: starts on the store, and returns how to stop it. */
export type Controller = (store: Store, clock: Clock) => () => void;

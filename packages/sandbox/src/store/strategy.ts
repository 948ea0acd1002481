import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';
import type { Manager, Store } from './store.ts';

/** What a delete makes of an object: nothing new, a new state with a deletionTimestamp, or its removal. */
export type DeletionStep =
  | { do: 'nothing' }
  | { do: 'update'; object: KubeObject }
  | { do: 'remove'; object: KubeObject };

/** What a kind's rules may look at besides the object itself. */
export interface WriteContext {
  info: ResourceInfo;
  /** milliseconds since 1970 */
  now: number;
  /** For rules that need other objects (a free cluster IP, the default storage class). */
  store: Store;
  /** Who writes; undefined for the control plane's own writes. */
  manager?: Manager;
}

/**
 * The rules of one kind, as the API server's registry strategies have them. All are optional; what is missing
 * is plain storage. Each may change the object that it is given.
 */
export interface Strategy {
  /** Fills in what the caller left out; also runs on updates. */
  setDefaults?(object: KubeObject): void;
  /** Admission on create (tolerations, volumes, priority …), and allocation. May throw ApiError. */
  prepareForCreate?(object: KubeObject, context: WriteContext): void;
  prepareForUpdate?(object: KubeObject, old: KubeObject, context: WriteContext): void;
  validate?(object: KubeObject, context: WriteContext): FieldFault[];
  validateUpdate?(object: KubeObject, old: KubeObject, context: WriteContext): FieldFault[];
  /** Called after a delete or a failed create, to give back what `prepareForCreate` allocated. */
  release?(object: KubeObject): void;
  /** `spec`: generation counts spec changes (default where the kind has a status); `none`: never set. */
  generation?: 'spec' | 'spec-or-annotations' | 'all' | 'all-and-labels' | 'none';
  /** Fields of the spec whose change does not count for the generation (a Pod's binding). */
  uncounted?: string[];
  /** A deletion of the kind's own kind; undefined: the common rules go on. May change the object. */
  beginDeletion?(object: KubeObject, now: number): DeletionStep | undefined;
  /** What a write of the status leaves as it was, or adds to it. */
  prepareForStatusUpdate?(object: KubeObject, old: KubeObject, context: WriteContext): void;
  /** Pods: the seconds until the kubelet is asked to be done; undefined: not deleted gracefully. */
  gracePeriod?(object: KubeObject, asked: number | undefined): number;
  /** False where the server sets no orphan or foreground finalizer (Events). */
  garbageCollected?: boolean;
  /** False where an update must carry a resourceVersion. */
  unconditionalUpdate?: boolean;
}

export type StrategyOf = (info: ResourceInfo) => Strategy;

import type { DeleteOptions, KubeObject, ObjectRef, ResourceInfo, ResourceType } from '@toolcrib/kube';
import type { ClusterIdentity } from './records/act.ts';
import type { As } from './records/words.ts';

/** Milliseconds since 1970, and timers; held still in tests. */
export interface Clock {
  now(): number;
  /** @param delay milliseconds. @returns how to cancel it */
  after(delay: number, run: () => void): () => void;
}

export interface Ids {
  /** `act-7f3k2m`: short enough to type, with 30 bits or more. */
  act(): string;
  request(): string;
  /** An approval code: four to six characters without 0/O, 1/I/L. */
  code(): string;
}

/** Tells people (desktop, terminal, Slack, console …). Must never throw into the way of a request. */
export interface Notifier {
  tell(news: {
    kind: 'held' | 'softened' | 'finished' | 'failed';
    title: string;
    text: string;
    /** Who asks and how, for who is to say yes. */
    asked?: string;
    code?: string;
    /** A client waits for the answer, with nothing to see on its screen. */
    waiting?: boolean;
    /** The client's own TCP port towards the door, to find its terminal by. */
    clientPort?: number;
  }): void;
}

/** The program at the other end of a connection, told by the kernel of this machine. */
export interface ClientProcess {
  pid: number;
  /** The same for one process alone: pids are given again, so the time of its start is in it. */
  id: string;
  /** As it was started; a claim, since a program may write over it. */
  argv: string[];
  /** A path to the file on its standard input; undefined where that is none: a pipe or a terminal can't be read twice. */
  stdin?: string;
  /** Its working folder, for the files that `argv` names. Undefined where it may not be read. */
  cwd?: string;
}

export interface ClusterResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array;
}

/**
 * The way to one cluster with one set of credentials. Every method may throw `ToolcribError`:
 * `unreachable` (no answer), `credentials` (401, exec plugin failed), `api` (a Status; `cause` is an `ApiFailure`).
 */
export interface Cluster {
  readonly context: string;
  /** Which cluster this is, with the person's own rights; remembered for a few seconds. */
  identity(): Promise<ClusterIdentity>;
  request(request: {
    method: string;
    /** Path with query. */
    path: string;
    headers?: Record<string, string>;
    body?: Uint8Array | string;
    as?: As;
    signal?: AbortSignal;
  }): Promise<ClusterResponse>;

  /**
   * What the cluster serves, preferred versions only, cached for a minute; `failed` names groups that could not
   * be asked (a broken APIService must not hide the rest).
   * @param how.anew asked now, whatever is remembered: for what holds objects of any kind, also of the youngest
   */
  resources(
    as?: As,
    how?: { anew?: boolean },
  ): Promise<{ resources: ResourceInfo[]; failed: { group: string; why: string }[] }>;

  /** undefined where it does not exist. */
  get(type: ResourceType, at: { namespace?: string; name: string }, as?: As): Promise<KubeObject | undefined>;
  /** All pages. `metadata: true` asks for PartialObjectMetadata (kind and apiVersion are filled in all the same). */
  list(
    type: ResourceType,
    query?: { namespace?: string; labelSelector?: string; fieldSelector?: string; metadata?: boolean },
    as?: As,
  ): Promise<KubeObject[]>;
  create(type: ResourceType, object: KubeObject, as?: As): Promise<KubeObject>;
  /** JSON merge patch unless said otherwise; put `metadata.resourceVersion`/`uid` in it to pin it. */
  patch(
    type: ResourceType,
    at: { namespace?: string; name: string; subresource?: string },
    patch: unknown,
    options?: { type?: 'merge' | 'json' | 'strategic' },
    as?: As,
  ): Promise<KubeObject>;
  replace(
    type: ResourceType,
    object: KubeObject,
    options?: { subresource?: string },
    as?: As,
  ): Promise<KubeObject>;
  /** undefined where it was gone already. */
  delete(
    type: ResourceType,
    at: { namespace?: string; name: string },
    options: DeleteOptions,
    as?: As,
  ): Promise<KubeObject | undefined>;
  /** SelfSubjectAccessReview. */
  mayI(
    what: ResourceType & { verb: string; namespace?: string; name?: string; subresource?: string },
    as?: As,
  ): Promise<{ allowed: boolean; why?: string }>;
  /**
   * The served type of an object reference; `unknown-kind` as ToolcribError `not-found`, and as `api` where its group could
   * not be asked.
   */
  typeOf(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>, as?: As): Promise<ResourceInfo>;
  close(): Promise<void>;
}

/** What the API said no with; the `cause` of a ToolcribError `api`. */
export interface ApiFailure {
  status: number;
  /** Of the API server's own Status; absent where something else answered, or it gave none. */
  reason?: string;
  message: string;
  /** The reasons of its `details.causes`. */
  causes?: string[];
}

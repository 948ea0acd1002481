/** A request as the door hands it on: plain data, so that it can cross to the worker. */
export interface AskedRequest {
  /** Unique in this guard's life; the journal's request id. */
  id: string;
  context: string;
  person: string;
  tokenId: string;
  tool?: { name: string; version?: string; sha256: string };
  agent?: boolean;
  method: string;
  /** Path without query, as sent, already found unambiguous. */
  path: string;
  /** Query without `?`, as sent. */
  query: string;
  /**
   * Lower-case names; the ones that matter: who asks, as whom, in which format. Several `Impersonate-*` values of
   * one name stand on a line each.
   */
  headers: Record<string, string>;
  /** The client's TCP port. */
  clientPort?: number;
  /** Empty where none was sent. */
  body: Uint8Array;
}

/** A guard's lease, as it is known at one moment. */
export interface LeaseEnd {
  guard: string;
  /** Milliseconds since 1970. */
  until: number;
}

/** What the door is to do with a request. `warnings` become `Warning: 299` headers. */
export type Instruction =
  | {
      do: 'forward';
      /** In place of what the client sent: the canonical form that was judged. */
      path?: string;
      query?: string;
      body?: { bytes: Uint8Array; type: string };
      warnings: string[];
      /** As which guard it was let go, and when that one's lease ends: not sent any more then, since another may have taken it over. */
      lease?: LeaseEnd;
      /** It was judged before it came, and is known under this id: its outcome is reported so. */
      judgedAs?: string;
    }
  | { do: 'answer'; status: number; body: string | Uint8Array; type: string; warnings: string[] };

/**
 * What an answer says of a request: `yes`, the cluster took it; `no`, it certainly did not and never will; `unknown`, for
 * all else: somebody between here and the API server may have answered in its place.
 */
export type Said = 'yes' | 'no' | 'unknown';

/**
 * What became of a forwarded request. `said`: whether the answer is the API server's certain yes or no; `failed`, it may
 * have arrived and no answer came; `notSent`, it never left.
 */
export type Outcome = Answered | { failed: string } | { notSent: string };

export interface Answered {
  status: number;
  said: Said;
  /** Its client was not told: what it named had changed since it was judged, so it is judged once more. */
  untold?: true;
}

/** A read of a kubectl session. */
export interface Noticed {
  context: string;
  session: string;
  path: string;
  query: string;
  /** As with a request that is judged. */
  headers?: Record<string, string>;
  clientPort?: number;
}

/**
 * The way from the door (which only moves bytes) to the part that thinks (in a worker): asynchronous, so that a
 * large snapshot or a slow rule never stalls a stream.
 */
export interface RequestHandler {
  judge(request: AskedRequest): Promise<Instruction>;
  /** After a `forward`: what the cluster said. */
  settled(id: string, outcome: Outcome): void;
  /** The client has gone while `judge` was under way. */
  gone(id: string): void;
  /** A connection was closed. @param clientPort the client's TCP port */
  left(clientPort: number): void;
  /** A LIST or GET of a kubectl session: it tells how large the act will be. Nobody waits for it. */
  noticed(read: Noticed): void;
  /** True where a CREATE or apply of this type in this namespace must be judged (a softened act's window). */
  watchesCreates(context: string, group: string, resource: string, namespace: string | undefined): boolean;
}

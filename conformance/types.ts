/** One request as a step sends it. */
export interface HttpRequest {
  method: string;
  /** Path and query. */
  path: string;
  body?: string;
  /** Instead of `body`: bytes, such as protobuf. */
  raw?: Buffer;
  headers?: Record<string, string | string[]>;
  /** Of somebody else than the administrator. */
  token?: string;
}

/** What of an answer is known before its body. */
export interface Head {
  status: number;
  headers: Record<string, string>;
}

export interface Answer extends Head {
  text: string;
  /** The body as it came. */
  bytes: Buffer;
}

/** For answers that come in pieces: watches. */
export interface Stream {
  onHead?(head: Head): void;
  onChunk?(piece: Buffer): void;
  signal?: AbortSignal;
}

/** One of the two control planes that are compared. */
export interface Target {
  name: 'testbed' | 'sandbox';
  /** A folder of its own: the clients' HOME. */
  home: string;
  kubeconfigPath: string;
  /** Paths of the executables. */
  kubectl: string;
  helm: string;
  server: string;
  /** Writes a kubeconfig for another address without credentials, for a proxy. @returns its path */
  writeKubeconfig(name: string, server: string): Promise<string>;
  send(asked: HttpRequest, stream?: Stream): Promise<Answer>;
  /** Milliseconds that a step waits for a state at most; 40,000 by default. */
  patience?: number;
  /** Milliseconds after which kubectl and helm are ended; 60,000 by default. */
  clientTimeout?: number;
  close(): Promise<void>;
}

export interface Pair {
  testbed: Target;
  sandbox: Target;
}

/** What one thing that a step did has brought back: what is compared. */
export interface Observation {
  /** `GET /api/v1/…`, `kubectl get …`: the same on both sides. */
  what: string;
  status?: number;
  headers?: Record<string, string>;
  /** Parsed where it is JSON, else the text. */
  body?: unknown;
  exit?: number;
  stdout?: string;
  stderr?: string;
  /** Lines of a watch. */
  events?: unknown[];
  /** When it was complete, in ms; not compared, but times in it must not be later. */
  seen?: number;
  /** Something that a step worked out from answers, such as whether a resource version had changed. */
  fact?: unknown;
}

/** Any answer that a step got, compared or not. */
export interface Answered {
  /** When the request was sent, in ms. */
  sent: number;
  body: unknown;
  /** One of many while the step waited: what it shows is a matter of chance. */
  poll: boolean;
}

/** What a step did on one of the two. */
export interface Run {
  observed: Observation[];
  trail: Answered[];
  /** Why it could not be carried on. */
  stopped?: string;
}

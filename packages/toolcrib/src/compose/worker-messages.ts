import type { MessagePort } from 'node:worker_threads';

/** What the door's thread hands to a worker at its start. */
export interface WorkerSetup {
  /** The journal's folder: database and key. */
  journal: string;
  policyPath: string;
  home: string;
  /** Environment of the guard; KUBECONFIG and the key come from here. */
  env: Record<string, string | undefined>;
}

/** The first message of all: from now on it judges, for one context. */
export interface Serve {
  type: 'serve';
  context: string;
  /** Requests that the door still has from an earlier thread. */
  underWay: string[];
  /** To the thread that people ask. */
  desk: MessagePort;
}

import { parseRequestPath, type ResourceType } from '@toolcrib/kube';

/** One LIST that a kubectl session made: what it is about to go through, one object after another. */
export interface SessionList extends ResourceType {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/**
 * Whether a session's LISTs tell what its deletes will go through. `kubectl apply --prune` lists what it has just applied
 * together with what it will prune: there the list is no foresight, and would show living workloads as lost.
 *
 * @param command the `Kubectl-Command` header; what is not known is taken from the cautious side
 */
export function foretells(command: string | undefined): boolean {
  return !/^kubectl apply\b/.test(String(command));
}

const MAX_SESSIONS = 500;
const MAX_LISTS = 20;

/**
 * Remembers the LISTs of each kubectl session. kubectl's `delete --all`, `-l` and `drain` are a LIST and then single
 * requests: only the LIST tells, at the first of them, how many there will be. Bounded: the oldest session is forgotten.
 */
export function sessionLists() {
  const sessions = new Map<string, Map<string, SessionList>>();
  return {
    notice(read: { context: string; session: string; path: string; query: string }): void {
      const list = listOf(read.path, read.query);
      if (!list) return;
      const key = `${read.context}\n${read.session}`;
      const lists = sessions.get(key) ?? new Map<string, SessionList>();
      sessions.delete(key);
      sessions.set(key, lists);
      if (lists.size < MAX_LISTS) lists.set(JSON.stringify(list), list);
      for (const oldest of sessions.keys()) {
        if (sessions.size <= MAX_SESSIONS) break;
        sessions.delete(oldest);
      }
    },
    of(context: string, session: string | undefined): SessionList[] {
      if (session === undefined) return [];
      return [...(sessions.get(`${context}\n${session}`)?.values() ?? [])];
    },
  };
}

export type SessionLists = ReturnType<typeof sessionLists>;

/** The LIST that a GET is; undefined where it is none, or waits for one object to go. */
export function listOf(path: string, query: string): SessionList | undefined {
  const target = parseRequestPath(path);
  if (target.type !== 'resource' || target.name !== undefined) return undefined;
  const parameters = new URLSearchParams(query);
  if (parameters.has('watch')) return undefined;
  const { group, version, resource, namespace } = target;
  const fieldSelector = parameters.get('fieldSelector') || undefined;
  // kubectl's own waiting for one object to go is no list of what it will do.
  if (fieldSelector?.startsWith('metadata.name=')) return undefined;
  return {
    group,
    version,
    resource,
    namespace,
    labelSelector: parameters.get('labelSelector') || undefined,
    fieldSelector,
  };
}

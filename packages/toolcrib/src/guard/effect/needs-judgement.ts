import type { RequestTarget } from '@toolcrib/kube';

/**
 * Whether a request must be read whole and judged, from its method and path alone. Everything else is streamed
 * through untouched. docs/guard.md names the destructive requests that are not guarded yet.
 *
 * @param createWatched a softened act's window is open for this type and namespace
 */
export function needsJudgement(
  method: string,
  target: RequestTarget,
  _query: string,
  createWatched: boolean,
): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  // What travels through a proxy subresource is some application's own protocol.
  if (target.type === 'resource' && /^proxy(\/|$)/.test(target.subresource ?? '')) return false;
  if (method === 'DELETE') return true;
  if (target.type !== 'resource') return false;
  if (method === 'POST') return isEviction(target) || (createWatched && target.subresource === undefined);
  // Whoever names an owner that is not there has the object deleted (`owners.ts`): that stands in the body alone.
  if (method === 'PUT' || method === 'PATCH') return target.name !== undefined;
  // An unknown method is for the server to refuse; it must not be a way past the guard.
  return true;
}

export function isEviction(target: Extract<RequestTarget, { type: 'resource' }>): boolean {
  return target.group === '' && target.resource === 'pods' && target.subresource === 'eviction';
}

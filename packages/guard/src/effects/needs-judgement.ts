import type { RequestTarget } from '@toolcrib/kube';
import { mayAdopt } from '../read/adopters.ts';
import { mayNameOwners } from '../read/owners.ts';
import type { AskedRequest } from '../request.ts';
import { mayBeOne } from './index.ts';

/**
 * Whether a request must be read whole, from its method and path alone. Everything else is streamed through untouched. docs/guard.md names the destructive requests that are not guarded yet.
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
  if (method === 'POST')
    return (
      mayBeOne(method, target) || (target.subresource === undefined && (createWatched || mayAdopt(target)))
    );
  // Whoever names an owner that is not there has the object deleted (`owners.ts`): that stands in the body alone.
  if (method === 'PUT' || method === 'PATCH') return target.name !== undefined;
  // An unknown method is for the server to refuse; it must not be a way past the guard.
  return true;
}

/**
 * Of a request that was read whole, whether it must be judged: a write that is of no kind of effect by its path, is
 * watched by no window and can name no owners, destroys nothing. It waits for no judgement, however long another one takes.
 * In any doubt it is judged. Pure, and cheap enough for the thread that moves the bytes.
 */
export function bodyNeedsJudgement(
  request: Pick<AskedRequest, 'method' | 'headers' | 'body'>,
  target: RequestTarget,
  createWatched: boolean,
): boolean {
  if (createWatched || target.type !== 'resource' || target.name === undefined) return true;
  if (request.method !== 'PUT' && request.method !== 'PATCH') return true;
  return mayBeOne(request.method, target) || mayNameOwners(request);
}

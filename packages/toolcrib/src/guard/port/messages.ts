import type { ToolcribErrorCode } from '../../model/index.ts';
import type { TokenGrant } from '../door/tokens.ts';
import type { AskedRequest, Instruction, Outcome } from '../request.ts';

/** From the door's thread to the worker. Plain data: what `postMessage` can copy. */
export type ToBrain =
  | { type: 'judge'; request: AskedRequest }
  | { type: 'settled'; id: string; outcome: Outcome }
  | { type: 'gone'; id: string }
  | { type: 'noticed'; read: { context: string; session: string; path: string; query: string } }
  /** The door listens. */
  | { type: 'opened' }
  | { type: 'close' };

/** From the worker to the door's thread. */
export type FromBrain =
  | { type: 'instruction'; id: string; instruction: Instruction }
  | { type: 'failed'; id: string; message: string }
  /** The types and namespaces in which a CREATE must be judged: the whole list, each time it changes. */
  | { type: 'create-watches'; keys: string[] }
  /** A token minted by `run`, and its end. */
  | { type: 'grant'; token: string; grant: TokenGrant }
  | { type: 'revoke'; id: string }
  | { type: 'stop' }
  /** The worker is ready to judge. */
  | { type: 'ready' }
  | { type: 'start-failed'; code: ToolcribErrorCode; message: string; next?: string }
  | { type: 'closed' };

/** The key of a create watch. */
export function createWatchKey(context: string, group: string, resource: string, namespace = ''): string {
  return JSON.stringify([context, group, resource, namespace]);
}

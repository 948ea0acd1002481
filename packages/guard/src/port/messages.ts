import type { TokenGrant } from '../door/tokens.ts';
import type { AskedRequest, Instruction, Noticed, Outcome } from '../request.ts';
import type { PassesGiven } from './passes.ts';

/** From the door's thread to the worker that judges for one context. Plain data: what `postMessage` can copy. */
export type ToJudge =
  | { type: 'judge'; request: AskedRequest }
  /** Too late: whatever has not been sent yet must not be sent any more. Answered by `given-up`, or not at all. */
  | { type: 'give-up'; id: string }
  | { type: 'settled'; id: string; outcome: Outcome }
  /** Of requests that had a pass: a moment's together. */
  | { type: 'passed'; all: { id: string; outcome: Outcome }[] }
  /** The answer to `recall`: which of the passes were taken. What of those is settled was said before. */
  | { type: 'recalled'; call: number; taken: string[] }
  /** The client of these acts has hung up. */
  | { type: 'left'; actIds: string[] }
  | { type: 'gone'; id: string }
  | { type: 'noticed'; read: Noticed }
  /** The guard ends: what is held is answered, and nothing is held any more. */
  | { type: 'stopping' }
  | { type: 'close' }
  /** Is this thread free to think? */
  | { type: 'ping'; round: number };

/** From that worker to the door's thread. */
export type FromJudge =
  | { type: 'instruction'; id: string; instruction: Instruction }
  | { type: 'failed'; id: string; message: string }
  /** Nothing of it was sent, and nothing will be. */
  | { type: 'given-up'; id: string }
  /** From now on something of it may have been sent by the worker itself. */
  | { type: 'acting'; id: string }
  /** It is held, and waits for a person; without a code: no longer. */
  | { type: 'waiting'; id: string; code?: string }
  /** Requests that are expected, judged and kept: they may go as soon as they come. */
  | { type: 'passes'; given: PassesGiven }
  /** None of an act's passes is good any more. Answered by `recalled`. */
  | { type: 'recall'; call: number; actId: string }
  /** The types and namespaces in which a CREATE must be judged: the whole list, each time it changes. */
  | { type: 'create-watches'; keys: string[] }
  /** It is loaded and can be asked. */
  | { type: 'begun' }
  | { type: 'pong'; round: number }
  /** What an earlier life left is in hand: it judges. */
  | { type: 'ready' }
  | { type: 'start-failed'; message: string }
  | { type: 'closed' };

/** A token minted by `run`, and its end. */
export type TokenNews = { type: 'grant'; token: string; grant: TokenGrant } | { type: 'revoke'; id: string };

/** The key of a create watch. */
export function createWatchKey(context: string, group: string, resource: string, namespace = ''): string {
  return JSON.stringify([context, group, resource, namespace]);
}

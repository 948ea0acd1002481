import type { MessagePort } from 'node:worker_threads';
import type { LeaseNews } from '@toolcrib/guard/lease/lease';
import type { TokenNews } from '@toolcrib/guard/port/messages';
import type { ToolcribErrorCode } from '@toolcrib/model';
import type { GuardStatus } from '../laptop/api/schema.ts';
import type { WorkerSetup } from './worker-messages.ts';

/** What the door's thread hands to the one that people ask, at its start. */
export interface KeeperSetup extends WorkerSetup {
  socket: string;
  /** The folder of the runs' kubeconfigs. */
  runs: string;
  port: number;
  /** The file that says which guard had the lock of this state folder last. */
  lastGuard: string;
  /** Another lease than usual, for tests: ms. */
  lease?: number;
  /** Another one than usual, for tests: ms. */
  answerLimit?: number;
}

/** From the door's thread. */
export type ToKeeper =
  /** A thread judges for this context from now on. */
  | { type: 'desk'; context: string; desk: MessagePort }
  /** The door listens. */
  | { type: 'opened' }
  /** The guard was asked to end, and waits for what is under way. */
  | { type: 'ending'; waits: NonNullable<GuardStatus['ending']> }
  | { type: 'close' };

export type FromKeeper =
  | TokenNews
  /** The guard's lease, each time that it was renewed or could not be. */
  | { type: 'lease'; news: LeaseNews }
  /** Contexts with something left over: each needs a thread that sees to it. */
  | { type: 'unfinished'; contexts: string[] }
  | { type: 'ready' }
  | { type: 'start-failed'; code: ToolcribErrorCode; message: string; next?: string }
  | { type: 'stop' }
  | { type: 'closed' };

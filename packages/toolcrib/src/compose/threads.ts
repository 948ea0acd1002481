import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { JudgeThread } from '@toolcrib/guard/port/judges';
import { messageOf, ToolcribError } from '@toolcrib/model';
import type { GuardStatus } from '../laptop/api/schema.ts';
import type { FromKeeper, KeeperSetup, ToKeeper } from './keeper-messages.ts';
import { startThread } from './own-thread.ts';
import type { Serve, WorkerSetup } from './worker-messages.ts';

export interface Keeper {
  /** Contexts with something left over, as far as that is known. */
  leftOver(): string[];
  /** Told of those that became known only later. */
  unfinished(listener: (contexts: string[]) => void): void;
  /** A thread judges for this context from now on, and this is the way to its desk. */
  introduce(context: string, desk: MessagePort): void;
  /** The door listens. */
  opened(): void;
  /** The guard was asked to end, and waits. */
  ending(waits: NonNullable<GuardStatus['ending']>): void;
  close(): Promise<void>;
}

/**
 * Starts the thread that people ask.
 * @param died called when it ends by itself
 * @throws ToolcribError `wrong-key`, `damaged`, `bad-file`, `journal`
 */
export async function startKeeper(
  setup: KeeperSetup,
  news: (message: FromKeeper) => void,
  died: (why: string) => void,
): Promise<Keeper> {
  const worker = startThread('faces/api/main', setup);
  const send = (message: ToKeeper, transfer: MessagePort[] = []) => worker.postMessage(message, transfer);
  let left: string[] = [];
  let later: ((contexts: string[]) => void) | undefined;
  let closing = false;
  let closed: () => void = () => undefined;
  await new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('its keeper ended')));
    worker.on('message', (message: FromKeeper) => {
      if (message.type === 'ready') return resolve();
      if (message.type === 'closed') return closed();
      if (message.type === 'start-failed')
        return reject(new ToolcribError(message.code, message.message, { next: message.next }));
      if (message.type !== 'unfinished') return news(message);
      left = message.contexts;
      later?.(left);
    });
  }).catch(async (cause: unknown) => {
    await worker.terminate();
    throw cause instanceof ToolcribError ? cause : new ToolcribError('journal', messageOf(cause), { cause });
  });
  let why = 'it ended';
  worker.on('error', (error) => {
    why = messageOf(error);
  });
  worker.on('exit', () => {
    closed();
    if (!closing) died(why);
  });
  return {
    leftOver: () => left,
    unfinished(listener) {
      later = listener;
    },
    introduce: (context, desk) => send({ type: 'desk', context, desk }, [desk]),
    opened: () => send({ type: 'opened' }),
    ending: (waits) => send({ type: 'ending', waits }),
    async close() {
      closing = true;
      const done = new Promise<void>((resolve) => {
        closed = resolve;
      });
      send({ type: 'close' });
      await done;
      await worker.terminate();
    },
  };
}

/** A thread that judges, once it is told for which context. */
export function judgeThread(setup: WorkerSetup, introduce: Keeper['introduce']): JudgeThread {
  const worker = startThread('compose/guard-worker', setup);
  let why: string | undefined;
  worker.on('error', (error) => {
    why = messageOf(error);
  });
  return {
    postMessage: (message) => worker.postMessage(message),
    on: (event, listener) => worker.on(event, listener as (message: unknown) => void),
    serve(context, underWay) {
      const { port1, port2 } = new MessageChannel();
      introduce(context, port1);
      const serve: Serve = { type: 'serve', context, underWay, desk: port2 };
      worker.postMessage(serve, [port2]);
    },
    terminate: () => worker.terminate(),
    died: (listener) => void worker.once('exit', (code) => listener(why ?? `it ended with ${code}`)),
  };
}

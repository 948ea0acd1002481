import type { Brain, Instruction } from '../request.ts';
import { createWatchKey, type FromBrain, type ToBrain } from './messages.ts';

/** The part of MessagePort and Worker that is needed. */
export interface Channel {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: never) => void): unknown;
}

/** The door's end: a {@link Brain} that lives behind a channel. When the worker dies, what waits is refused. */
export function brainClient(
  channel: Channel,
): Brain & { opened(): void; failAll(why: string): void; close(): Promise<void> } {
  const waiting = new Map<string, { resolve(instruction: Instruction): void; reject(error: Error): void }>();
  let watches = new Set<string>();
  let dead: string | undefined;
  let closed: (() => void) | undefined;
  const send = (message: ToBrain) => channel.postMessage(message);

  channel.on('message', (message: FromBrain) => {
    if (message.type === 'create-watches') watches = new Set(message.keys);
    if (message.type === 'closed') closed?.();
    if (message.type !== 'instruction' && message.type !== 'failed') return;
    const waiter = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === 'instruction') waiter?.resolve(message.instruction);
    else waiter?.reject(new Error(message.message));
  });

  return {
    judge(request) {
      if (dead) return Promise.reject(new Error(dead));
      return new Promise((resolve, reject) => {
        waiting.set(request.id, { resolve, reject });
        send({ type: 'judge', request });
      });
    },
    settled: (id, outcome) => send({ type: 'settled', id, outcome }),
    gone: (id) => send({ type: 'gone', id }),
    noticed: (read) => send({ type: 'noticed', read }),
    watchesCreates: (context, group, resource, namespace) =>
      watches.size > 0 && watches.has(createWatchKey(context, group, resource, namespace)),
    opened: () => send({ type: 'opened' }),
    failAll(why) {
      dead = why;
      for (const { reject } of waiting.values()) reject(new Error(why));
      waiting.clear();
    },
    close() {
      if (dead) return Promise.resolve();
      const done = new Promise<void>((resolve) => {
        closed = resolve;
      });
      send({ type: 'close' });
      return done;
    },
  };
}

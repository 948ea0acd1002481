import type { MessagePort } from 'node:worker_threads';
import { isCurrent } from '@toolcrib/guard/hold/life';
import type { LeaseNews } from '@toolcrib/guard/lease/lease';
import { type AnsweredFrom, type Clock, type Hold, ToolcribError } from '@toolcrib/model';
import { unknownCode } from '../laptop/api/schema.ts';
import { ANSWER_LIMIT, type Answer, type FromDesk, type ToDesk } from './desk-messages.ts';

interface Call {
  port: MessagePort;
  /** It is in hand: no time limit any more. */
  inHand(): void;
  resolve(hold: Hold): void;
  reject(error: ToolcribError): void;
}

/** How long a hold that is over can still be looked at. Milliseconds. */
const AFTERLIFE = 10 * 60_000;

/** What lies at the desks of all judging threads: known here too, so that it can be asked for while one of them is busy. */
export interface Desks {
  /** A thread's desk, in the place of its forerunner's: it is given what lay there. */
  join(context: string, port: MessagePort): void;
  /** The guard's lease, for those that are there and those that will be. */
  lease(news: LeaseNews): void;
  list(): Hold[];
  get(code: string): Hold | undefined;
  /** @throws ToolcribError `not-found`, `conflict`, `usage` */
  answer(code: string, body: Answer, from?: AnsweredFrom): Promise<Hold>;
  /** Of these something is left over, and none has said yet how much. */
  expect(contexts: readonly string[]): void;
  /** What is left over can't be told now. */
  unknown(): void;
  /** Requests of an earlier life of which nobody knows what became; -1 where that can't be told. */
  unsettled(): number;
}

export function desks({
  clock,
  policy,
  answerLimit = ANSWER_LIMIT,
}: {
  clock: Clock;
  policy(): string | undefined;
  answerLimit?: number;
}): Desks {
  const holds = new Map<string, Hold>();
  const ports = new Map<string, MessagePort>();
  const calls = new Map<number, Call>();
  const left = new Map<string, number>();
  let untold = false;
  let leased: LeaseNews = { guard: '', until: Number.NEGATIVE_INFINITY, inherited: [] };
  let call = 0;

  const live = (hold: Hold): boolean => isCurrent(hold, clock.now());
  const sweep = (): void => {
    for (const [code, hold] of holds) if (!isCurrent(hold, clock.now() - AFTERLIFE)) holds.delete(code);
  };

  return {
    join(context, port) {
      ports.set(context, port);
      port.on('message', (message: FromDesk) => {
        // What a thread that was ended had still to say is overtaken by what its follower was given.
        if (ports.get(context) !== port) return;
        if (message.type === 'hold') {
          holds.set(message.hold.code, message.hold);
          sweep();
        } else if (message.type === 'unsettled') left.set(context, message.count);
        else if (message.type === 'answering') calls.get(message.call)?.inHand();
        else {
          const waiting = calls.get(message.call);
          if (message.type === 'answered') waiting?.resolve(message.hold);
          else waiting?.reject(new ToolcribError(message.code, message.message, { next: message.next }));
        }
      });
      port.on('close', () => {
        if (ports.get(context) === port) ports.delete(context);
        for (const one of [...calls.values()]) if (one.port === port) one.reject(cutOff(context));
      });
      const own = [...holds.values()].filter((hold) => hold.context === context && live(hold));
      for (const hold of own) if (hold.waiting) holds.set(hold.code, { ...hold, waiting: false });
      port.postMessage({ type: 'begin', holds: own, policy: policy(), lease: leased } satisfies ToDesk);
    },
    lease(news) {
      leased = news;
      for (const port of ports.values()) port.postMessage({ type: 'lease', news } satisfies ToDesk);
    },
    list: () => [...holds.values()].filter(live),
    get: (code) => holds.get(code),
    answer(code, body, from) {
      const hold = holds.get(code);
      if (!hold) return Promise.reject(unknownCode(code));
      const port = ports.get(hold.context);
      const busy = new ToolcribError(
        'conflict',
        `The guard is busy judging in ${hold.context}: ${code} was not answered.`,
        { next: 'Ask again in a few seconds.' },
      );
      if (!port) return Promise.reject(busy);
      const number = ++call;
      return new Promise((resolve, reject) => {
        // The thread looks at the same clock: what it takes after that is nothing.
        const cancel = clock.after(answerLimit + 500, () => {
          calls.delete(number);
          reject(busy);
        });
        const over = (): void => {
          cancel();
          calls.delete(number);
        };
        calls.set(number, {
          port,
          inHand: cancel,
          resolve(answered) {
            over();
            resolve(answered);
          },
          reject(error) {
            over();
            reject(error);
          },
        });
        const until = Date.now() + answerLimit;
        port.postMessage({ type: 'answer', call: number, code, body, from, until } satisfies ToDesk);
      });
    },
    expect(contexts) {
      untold = false;
      for (const context of contexts) if (!left.has(context)) left.set(context, 1);
    },
    unknown() {
      untold = true;
    },
    unsettled() {
      const counts = [...left.values()];
      if (untold || counts.includes(-1)) return -1;
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

function cutOff(context: string): ToolcribError {
  return new ToolcribError(
    'conflict',
    `What judges in ${context} ended while this was being answered: whether it counts is not known.`,
    { next: 'Look what it says now: toolcrib held' },
  );
}

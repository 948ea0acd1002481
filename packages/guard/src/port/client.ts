import type { Clock } from '@toolcrib/model';
import { listOf } from '../act/sessions.ts';
import type { AskedRequest, Instruction, Outcome, RequestHandler } from '../request.ts';
import { failure } from '../status.ts';
import type { FromJudge, ToJudge } from './messages.ts';
import { passes } from './passes.ts';

/** The part of MessagePort and Worker that is needed. */
export interface Channel {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: never) => void): unknown;
}

/** How long a request may be judged while no person is asked. Milliseconds. */
export const JUDGE_LIMIT = 90_000;

interface Asked {
  resolve(instruction: Instruction): void;
  reject(error: Error): void;
  acting: boolean;
  /** The code under which it is held and waits. */
  code?: string;
  cancel(): void;
}

/** The door's end of one worker. */
export interface JudgeClient extends Omit<RequestHandler, 'watchesCreates'> {
  stopping(): void;
  ping(round: number): void;
  /** Nothing comes from it any more: what waits is answered with what is known to be true. */
  end(why: string): void;
  /** Resolves when it has written down what it had under way. */
  close(): Promise<void>;
  /** Handed to the door to be sent, and not yet reported back. */
  underWay(): string[];
  /** Reported, and not yet told to the worker. */
  untold(): { id: string; outcome: Outcome }[];
}

/**
 * The outcomes of requests that had a pass are told together, after so long at most, or when their client hangs up. Until then
 * the journal has them as on their way, which is what a crash would find. Milliseconds.
 */
const TOLD_EVERY = 250;

/**
 * Speaks with a worker that judges. Each judgement has a time limit, which does not run while a person is asked nor once
 * the worker has begun to change something itself.
 */
export function judgeClient(
  channel: Channel,
  {
    clock,
    limit = JUDGE_LIMIT,
    rules = () => '',
  }: {
    clock: Clock;
    limit?: number;
    /** What the rules' file is now. */
    rules?: () => string;
  },
): JudgeClient {
  const ahead = passes(clock, rules);
  const passed = new Set<string>();
  let outcomes: { id: string; outcome: Outcome }[] = [];
  let cancelTelling: (() => void) | undefined;
  const asked = new Map<string, Asked>();
  const forwarded = new Set<string>();
  let ended: string | undefined;
  let closed: (() => void) | undefined;
  const post = (message: ToJudge) => {
    if (ended === undefined) channel.postMessage(message);
  };
  const tell = () => {
    cancelTelling?.();
    cancelTelling = undefined;
    if (outcomes.length === 0 || ended !== undefined) return;
    post({ type: 'passed', all: outcomes });
    for (const { id } of outcomes) forwarded.delete(id);
    outcomes = [];
  };
  // What came before is told before.
  const send = (message: ToJudge) => {
    tell();
    post(message);
  };
  const timer = (id: string) => clock.after(limit, () => send({ type: 'give-up', id }));
  const take = (id: string): Asked | undefined => {
    const one = asked.get(id);
    asked.delete(id);
    one?.cancel();
    return one;
  };

  channel.on('message', (message: FromJudge) => {
    switch (message.type) {
      case 'instruction':
        if (message.instruction.do === 'forward') forwarded.add(message.id);
        return take(message.id)?.resolve(message.instruction);
      case 'failed':
        return take(message.id)?.reject(new Error(message.message));
      case 'given-up':
        return take(message.id)?.resolve(tooLate(limit));
      case 'acting': {
        const one = asked.get(message.id);
        one?.cancel();
        if (one) one.acting = true;
        return;
      }
      case 'waiting': {
        const one = asked.get(message.id);
        if (!one) return;
        one.code = message.code;
        one.cancel();
        if (message.code === undefined && !one.acting) one.cancel = timer(message.id);
        return;
      }
      case 'passes':
        passed.add(message.given.first);
        return ahead.give(message.given);
      case 'recall':
        return send({ type: 'recalled', call: message.call, taken: ahead.recall(message.actId) });
      case 'closed':
        closed?.();
    }
  });

  return {
    judge(request: AskedRequest) {
      if (ended !== undefined) return Promise.resolve(stuck(ended));
      const pass = ahead.take(request);
      if (pass) {
        passed.add(pass.id);
        forwarded.add(pass.id);
        return Promise.resolve({ ...pass.instruction, judgedAs: pass.id });
      }
      return new Promise((resolve, reject) => {
        asked.set(request.id, { resolve, reject, acting: false, cancel: timer(request.id) });
        send({ type: 'judge', request });
      });
    },
    settled(id: string, outcome: Outcome) {
      if (passed.delete(id)) {
        outcomes.push({ id, outcome });
        cancelTelling ??= clock.after(TOLD_EVERY, tell);
        return;
      }
      forwarded.delete(id);
      send({ type: 'settled', id, outcome });
    },
    gone: (id) => send({ type: 'gone', id }),
    left(clientPort) {
      const actIds = ahead.leftBy(clientPort);
      if (actIds.length > 0) send({ type: 'left', actIds });
      else tell();
    },
    noticed(read) {
      if (listOf(read.path, read.query)) ahead.listed(read.context, read.session);
      send({ type: 'noticed', read });
    },
    stopping: () => send({ type: 'stopping' }),
    ping: (round) => send({ type: 'ping', round }),
    end(why) {
      ended = why;
      for (const id of [...asked.keys()]) {
        const one = take(id);
        one?.resolve(stuck(why, one));
      }
      closed?.();
    },
    close() {
      if (ended !== undefined) return Promise.resolve();
      const done = new Promise<void>((resolve) => {
        closed = resolve;
      });
      send({ type: 'close' });
      return done;
    },
    underWay: () => [...forwarded],
    untold: () => outcomes,
  };
}

function refusal(message: string): Instruction {
  const status = failure(504, `toolcrib: ${message}`);
  return { do: 'answer', status: 504, body: JSON.stringify(status), type: 'application/json', warnings: [] };
}

function tooLate(limit: number): Instruction {
  return refusal(
    `this could not be judged within ${limit / 1000} s, so nothing was sent. Its cluster, or the log-in to it, is slow; send it again.`,
  );
}

function stuck(why: string, { acting, code }: Partial<Asked> = {}): Instruction {
  if (acting) return refusal(`${why} in the middle of carrying this out. What became of it:\n  toolcrib log`);
  if (code === undefined) return refusal(`${why} before this was judged: nothing was sent. Send it again.`);
  return refusal(
    `${why} while this was held, and nothing was sent. It is held still; after a yes send the same request again:\n  toolcrib held ${code}`,
  );
}

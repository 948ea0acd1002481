import type { Clock } from '@toolcrib/model';
import type { AskedRequest, RequestHandler } from '../request.ts';
import { type Channel, type JudgeClient, judgeClient } from './client.ts';
import { type Heartbeat, heartbeat } from './heartbeat.ts';
import { createWatchKey, type FromJudge } from './messages.ts';

/** A thread that can judge, loaded and waiting to be told for which context. */
export interface JudgeThread extends Channel {
  /** @param underWay requests of an earlier thread that the door still has: their outcome is yet to come */
  serve(context: string, underWay: string[]): void;
  terminate(): Promise<unknown>;
  /** Called once, when it has ended in whatever way and all that it had said was heard. */
  died(listener: (why: string) => void): void;
}

export interface Judges extends RequestHandler {
  /** Starts those of contexts with unfinished business. Resolves when each judges, or after `wait` ms. */
  start(contexts: readonly string[], wait: number): Promise<void>;
  /** The guard ends: nothing is held any more, and whoever waits is told. What was let go is still followed. */
  stopping(): void;
  /** After `wait` ms what does not end is ended. */
  close(wait: number): Promise<void>;
}

/** Contexts whose thread is loading, or that no request has needed yet: so many LISTs are remembered for each. */
const NOTICES = 50;
/** Milliseconds each. */
const SPARE_PAUSE = 250;
const BEGIN_LIMIT = 60_000;

interface Judge {
  client: JudgeClient;
  thread: JudgeThread;
  ready: Promise<void>;
  stop(): void;
}

/**
 * One thread judges for each context, and only for that: one that is stuck stops no other context. What is stuck is
 * ended after a while and replaced; its requests are told that nothing was sent (or that something may have been), and what
 * was held stays held. A spare is always loaded, so that nobody waits for a thread to begin.
 */
export function judges(deps: {
  clock: Clock;
  spawn(): JudgeThread;
  log(line: string, detail?: Record<string, unknown>): void;
  heartbeat?: Heartbeat;
  limit?: number;
  /** What the rules' file is now. */
  rules?(): string;
}): Judges {
  const { clock, log } = deps;
  const all = new Map<string, Judge>();
  const watches = new Map<string, Set<string>>();
  const notices = new Map<string, Parameters<RequestHandler['noticed']>[0][]>();
  /** Which thread has the request: its outcome is reported there, or to whoever stands in for it. */
  const contextOf = new Map<string, string>();
  let spare: JudgeThread | undefined;
  let over = false;

  function loadSpare(): void {
    if (over || spare) return;
    const thread = deps.spawn();
    spare = thread;
    thread.died(() => {
      if (spare === thread) spare = undefined;
    });
  }
  loadSpare();

  function take(): JudgeThread {
    const thread = spare ?? deps.spawn();
    spare = undefined;
    // What is urgent comes first.
    clock.after(SPARE_PAUSE, loadSpare);
    return thread;
  }

  function begin(context: string, underWay: string[] = []): Judge {
    const thread = take();
    const client = judgeClient(thread, { clock, limit: deps.limit, rules: deps.rules });
    let ready: () => void = () => undefined;
    let judged = false;
    let freed = false;
    /** We have ended it: that it is gone then is nothing to tell. */
    let ended = false;
    const free = (): void => {
      log('judging got stuck and is ended', { context });
      freed = true;
      void thread.terminate();
    };
    // To load and open the journal may take long on a busy machine; from then on it is asked again and again.
    let beat: Pick<ReturnType<typeof heartbeat>, 'stop'> = { stop: clock.after(BEGIN_LIMIT, free) };
    const begun = (): void => {
      beat.stop();
      const beats = heartbeat(clock, client.ping, free, deps.heartbeat);
      thread.on('message', (message: FromJudge) => message.type === 'pong' && beats.heard(message.round));
      beat = beats;
    };
    thread.on('message', (message: FromJudge) => {
      if (message.type === 'begun') begun();
      if (message.type === 'create-watches') watches.set(context, new Set(message.keys));
      if (message.type === 'ready') {
        judged = true;
        ready();
      }
      if (message.type === 'start-failed') {
        log('judging could not begin', { context, why: message.message });
        lost(`the guard can't judge (${message.message})`, false);
      }
    });
    thread.died((why) => {
      if (freed) return lost('the guard got stuck and was freed', true);
      if (!ended) log('a judging thread died', { context, why });
      // One that dies before it can judge would die again and again: the next request tries it.
      lost(`the guard's judging thread died (${why})`, judged);
    });
    const judge: Judge = {
      client,
      thread,
      ready: new Promise<void>((resolve) => {
        ready = resolve;
      }),
      stop() {
        ended = true;
        beat.stop();
        ready();
      },
    };
    // Once: its end is noticed in more than one way.
    const lost = (why: string, again: boolean): void => {
      if (all.get(context) !== judge) return;
      all.delete(context);
      judge.stop();
      const [left, untold] = [client.underWay(), client.untold()];
      client.end(why);
      void thread.terminate();
      // At once, and not at its next request: windows go on, and what is under way is followed to its end.
      if (!again || over) return;
      const next = begin(context, left);
      for (const { id, outcome } of untold) next.client.settled(id, outcome);
    };
    all.set(context, judge);
    thread.serve(context, underWay);
    for (const read of notices.get(context) ?? []) client.noticed(read);
    notices.delete(context);
    return judge;
  }

  const judgeFor = (context: string): JudgeClient => (all.get(context) ?? begin(context)).client;

  return {
    async judge(request: AskedRequest) {
      contextOf.set(request.id, request.context);
      const instruction = await judgeFor(request.context).judge(request);
      const judgedAs = instruction.do === 'forward' ? (instruction.judgedAs ?? request.id) : undefined;
      contextOf.delete(request.id);
      if (judgedAs !== undefined) contextOf.set(judgedAs, request.context);
      return instruction;
    },
    settled(id, outcome) {
      const context = contextOf.get(id);
      contextOf.delete(id);
      if (context !== undefined && !over) judgeFor(context).settled(id, outcome);
    },
    gone(id) {
      const context = contextOf.get(id);
      if (context !== undefined) all.get(context)?.client.gone(id);
    },
    left(clientPort) {
      for (const { client } of all.values()) client.left(clientPort);
    },
    noticed(read) {
      const judge = all.get(read.context);
      if (judge) return judge.client.noticed(read);
      notices.set(read.context, [...(notices.get(read.context) ?? []), read].slice(-NOTICES));
    },
    watchesCreates: (context, group, resource, namespace) =>
      watches.get(context)?.has(createWatchKey(context, group, resource, namespace)) ?? false,
    async start(contexts, wait) {
      const begun = contexts.map((context) => all.get(context) ?? begin(context));
      let cancel: () => void = () => undefined;
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(wait, resolve);
      });
      await Promise.race([Promise.all(begun.map(({ ready }) => ready)), late]);
      cancel();
    },
    stopping() {
      for (const { client } of all.values()) client.stopping();
    },
    async close(wait) {
      const ending = [...all.values()].map(async ({ client, thread, stop }) => {
        let cancel: () => void = () => undefined;
        const late = new Promise<void>((resolve) => {
          cancel = clock.after(wait, resolve);
        });
        await Promise.race([client.close(), late]);
        cancel();
        over = true;
        stop();
        client.end('the guard was stopped');
        await thread.terminate();
      });
      await Promise.all(ending);
      over = true;
      await spare?.terminate();
    },
  };
}

import { Worker } from 'node:worker_threads';
import { ToolcribError } from '@toolcrib/model';
import type { Errand, FromErrand } from './errand-messages.ts';
import { threadAt } from './thread-at.ts';

/** Each looks at a whole cluster, and takes the memory for that. */
const AT_ONCE = 4;

export interface Errands {
  /**
   * Carries out an operation that reaches a cluster. It goes on to its end, also where nobody waits for that any more.
   * @throws ToolcribError what it says itself; `limit` where too many are under way
   */
  run(
    errand: Pick<Errand, 'name' | 'input' | 'asker' | 'runs'>,
    tell: (event: unknown) => void,
  ): Promise<unknown>;
  /**
   * Resolves once none is under way. What is not done by then is cut off, as by a Ctrl-C at a terminal: what it did until
   * then is written down, and asked again it goes on.
   * @param limit milliseconds
   */
  close(limit: number): Promise<void>;
}

/**
 * Operations that look at clusters, a thread for each: what a cluster sends, however much or slowly, keeps nobody else from
 * being answered.
 */
export function errands(from: Pick<Errand, 'env' | 'home'>, atOnce = AT_ONCE): Errands {
  const underWay = new Map<Worker, Promise<unknown>>();
  return {
    run(errand, tell) {
      if (underWay.size >= atOnce)
        return Promise.reject(
          new ToolcribError('limit', `${underWay.size} operations on clusters are under way already.`, {
            next: 'Ask again once one of them has ended; the command line does it without the guard.',
          }),
        );
      const worker = new Worker(threadAt('./errand-worker'), {
        workerData: { ...errand, ...from } satisfies Errand,
      });
      const work = outcomeOf(worker, tell).finally(() => underWay.delete(worker));
      underWay.set(worker, work);
      return work;
    },
    async close(limit) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, limit);
      await Promise.race([Promise.allSettled(underWay.values()), late.promise]);
      clearTimeout(timer);
      await Promise.all([...underWay.keys()].map((worker) => worker.terminate()));
    },
  };
}

function outcomeOf(worker: Worker, tell: (event: unknown) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromErrand) => {
      if (message.type === 'told') return tell(message.event);
      if (message.type === 'done') return resolve(message.value);
      if (message.type === 'broke') return reject(new Error(message.why));
      const { code, message: text, next } = message;
      reject(new ToolcribError(code, text, next === undefined ? {} : { next }));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`its thread ended with ${code}`)));
  });
}

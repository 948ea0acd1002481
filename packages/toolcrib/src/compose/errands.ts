import type { Worker } from 'node:worker_threads';
import { ToolcribError } from '@toolcrib/model';
import type { Operation } from '../operations/operation.ts';
import type { Errand, FromErrand } from './errand-messages.ts';
import { startThread } from './own-thread.ts';

/** Of those that look at a whole cluster, and take the memory for that; and of the others as many again. */
const AT_ONCE = 4;

export interface Errands {
  /**
   * Carries out an operation that reaches a cluster, or loads much. It goes on to its end, also where nobody waits for that any
   * more. One that touches no cluster takes the place of none that does.
   * @throws ToolcribError what it says itself; `limit` where too many are under way
   */
  run(
    operation: Pick<Operation, 'name' | 'reaches'>,
    errand: Pick<Errand, 'input' | 'asker' | 'runs'>,
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
 * Operations that look at clusters, or load much, a thread for each: what a cluster sends, however much or slowly, keeps nobody else from
 * being answered.
 */
export function errands(from: Pick<Errand, 'env' | 'home'>, atOnce = AT_ONCE): Errands {
  const underWay = new Map<Worker, { onCluster: boolean; work: Promise<unknown> }>();
  return {
    run({ name, reaches }, errand, tell) {
      const onCluster = reaches === 'cluster';
      const alike = [...underWay.values()].filter((one) => one.onCluster === onCluster).length;
      if (alike >= atOnce)
        return Promise.reject(
          new ToolcribError(
            'limit',
            `${alike} operations ${onCluster ? 'on clusters' : 'like it'} are under way already.`,
            { next: 'Ask again once one of them has ended; the command line does it without the guard.' },
          ),
        );
      const worker = startThread('compose/errand-worker', { name, ...errand, ...from } satisfies Errand);
      const work = outcomeOf(worker, tell).finally(() => underWay.delete(worker));
      underWay.set(worker, { onCluster, work });
      return work;
    },
    async close(limit) {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, limit);
      await Promise.race([Promise.allSettled([...underWay.values()].map(({ work }) => work)), late.promise]);
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

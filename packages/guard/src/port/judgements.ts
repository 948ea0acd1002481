import { AsyncLocalStorage } from 'node:async_hooks';
import type { Cluster } from '@toolcrib/model';

interface Judgement {
  id: string;
  state: 'thinking' | 'acting' | 'given-up';
}

/** The judgements under way in a worker, and which of them have begun to change their cluster by themselves. */
export interface Judgements {
  /** Runs one. What it sends is known to be its own. */
  run<Result>(id: string, work: () => Promise<Result>): Promise<Result>;
  /** @returns whether it was given up: nothing of it was sent so far, and nothing will be */
  giveUp(id: string): boolean;
  isGivenUp(id: string): boolean;
  /** The same cluster; before its first change a judgement says so, and one that was given up makes none. */
  announced(cluster: Cluster): Cluster;
}

/**
 * Who has been told "nothing was sent" must be able to rely on it: the moment between thinking and acting is decided
 * here, in the thread that acts.
 * @param acting told before the first change that a judgement makes
 */
export function judgements(acting: (id: string) => void): Judgements {
  const underWay = new Map<string, Judgement>();
  const own = new AsyncLocalStorage<Judgement>();

  function beforeChange(): void {
    // What a timer does (a window that ends, a softening that is resumed) is nobody's request.
    const judgement = own.getStore();
    if (judgement === undefined || judgement.state === 'acting') return;
    if (judgement.state === 'given-up') throw new Error('its time is over, and its client was told so');
    judgement.state = 'acting';
    acting(judgement.id);
  }

  return {
    run(id, work) {
      const judgement: Judgement = { id, state: 'thinking' };
      underWay.set(id, judgement);
      return own.run(judgement, work).finally(() => underWay.delete(id));
    },
    giveUp(id) {
      const judgement = underWay.get(id);
      if (judgement?.state !== 'thinking') return false;
      judgement.state = 'given-up';
      return true;
    },
    isGivenUp: (id) => underWay.get(id)?.state === 'given-up',
    announced: (cluster) => ({
      ...cluster,
      async request(request) {
        if (changes(request)) beforeChange();
        return cluster.request(request);
      },
      async create(...args) {
        beforeChange();
        return cluster.create(...args);
      },
      async patch(...args) {
        beforeChange();
        return cluster.patch(...args);
      },
      async replace(...args) {
        beforeChange();
        return cluster.replace(...args);
      },
      async delete(...args) {
        beforeChange();
        return cluster.delete(...args);
      },
    }),
  };
}

/** Reads, dry runs and questions about rights change nothing. */
function changes({ method, path }: { method: string; path: string }): boolean {
  const [at = '', query = ''] = path.split('?');
  const isRead = method === 'GET' || method === 'HEAD';
  const isQuestion = at.startsWith('/apis/authorization.k8s.io/');
  return !(isRead || isQuestion || new URLSearchParams(query).getAll('dryRun').includes('All'));
}

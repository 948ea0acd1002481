import type { Cluster, Notifier } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { openWay, policyOf } from '../../testing/way.ts';
import { unmarkLeft } from '../../undo/index.ts';
import type { WayDeps } from '../deps.ts';

export interface TestDeps {
  deps: WayDeps;
  told: Parameters<Notifier['tell']>[0][];
  logged: string[];
  /** Milliseconds that the clock is ahead of the real one. */
  ahead(ms: number): void;
  close(): Promise<void>;
}

/** The way over clusters by context name, at a time that is moved by hand: nothing is done later by itself. */
export function testDeps(clusters: Record<string, Cluster>): TestDeps {
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, after: () => () => undefined };
  const told: TestDeps['told'] = [];
  const logged: string[] = [];
  const clusterFor = async (context: string) => {
    const cluster = clusters[context];
    if (!cluster) throw new ToolcribError('unknown-context', `There is no context ${context}.`);
    return cluster;
  };
  const way = openWay(clusterFor, policyOf('[]'), (it) => it, clock);
  return {
    deps: {
      ...way.deps,
      notifier: { tell: (news) => void told.push(news) },
      unmark: (cluster, record, all) => unmarkLeft(cluster, record, { all }),
      log: (line) => void logged.push(line),
    },
    told,
    logged,
    ahead: (ms) => {
      ahead += ms;
    },
    close: way.close,
  };
}

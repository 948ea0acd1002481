import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, mayArriveMs, type Notifier, type SoftenRecord, ToolcribError } from '@toolcrib/model';
import { openJournal } from '../../journal/index.ts';
import { loneLease } from '../../testing/lease.ts';
import { unmarkLeft } from '../../undo/index.ts';
import { ahead as judgedAhead } from '../ahead.ts';
import type { WayDeps } from '../deps.ts';
import { goingOut } from '../going.ts';
import { letGo } from '../let-go.ts';
import { onTheWay } from '../on-the-way.ts';
import { softenings } from '../softenings.ts';

export interface TestDeps {
  deps: WayDeps;
  told: Parameters<Notifier['tell']>[0][];
  logged: string[];
  /** Milliseconds that the clock is ahead of the real one. */
  ahead(ms: number): void;
  close(): Promise<void>;
}

/** What the way takes after a request is let go: a real journal, and clusters by context name. Nothing else is there. */
export function testDeps(clusters: Record<string, Cluster>): TestDeps {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-way-'));
  let ahead = 0;
  const clock = { now: () => Date.now() + ahead, after: () => () => undefined };
  const journal = openJournal({ folder, key: randomBytes(32), clock });
  const told: TestDeps['told'] = [];
  const logged: string[] = [];
  const deps = {
    journal,
    clock,
    lease: loneLease,
    clusterFor: async (context: string) => {
      const cluster = clusters[context];
      if (!cluster) throw new ToolcribError('unknown-context', `There is no context ${context}.`);
      return cluster;
    },
    notifier: { tell: (news: TestDeps['told'][number]) => void told.push(news) },
    onTheWay: onTheWay(),
    softenings: softenings(),
    unmark: (cluster: Cluster, record: SoftenRecord, all: boolean) => unmarkLeft(cluster, record, { all }),
    letGo: letGo(clock),
    going: goingOut(clock),
    policy: () => ({ mayArriveMs: () => mayArriveMs() }),
    lookLater: () => undefined,
    log: (line: string) => void logged.push(line),
    // Nothing is judged before it comes.
    get ahead() {
      return nothing;
    },
  } as unknown as WayDeps;
  const nothing = judgedAhead(deps, { give: () => undefined, recall: async () => [] }, () => undefined);
  return {
    deps,
    told,
    logged,
    ahead: (ms) => {
      ahead += ms;
    },
    async close() {
      await journal.close();
      rmSync(folder, { recursive: true });
    },
  };
}

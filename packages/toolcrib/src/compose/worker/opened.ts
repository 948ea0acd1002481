import { loadKey, openJournal, reopeningJournal } from '@toolcrib/guard/journal';
import { leaseView } from '@toolcrib/guard/lease/lease';
import { stampedJournal } from '@toolcrib/guard/lease/stamped-journal';
import type { Clock, Cluster, Journal } from '@toolcrib/model';
import { type PolicyFile, policyFile } from '../../laptop/policy-file.ts';
import { contexts } from '../contexts.ts';
import type { ToDesk } from '../desk-messages.ts';
import { ownJournal } from '../own-journal.ts';
import type { WorkerSetup } from '../worker-messages.ts';

/** What the thread of one context has open. */
export interface Opened {
  /** Its own context's share, and what it writes carries the guard's lease. */
  journal: Journal;
  lease: ReturnType<typeof leaseView>;
  policy: PolicyFile;
  /** @throws ToolcribError `unknown-context`, `bad-file`, `no-kubeconfig`, `credentials` */
  cluster(context: string): Cluster;
  close(): Promise<void>;
}

/** @param elsewhere requests that the door still has from an earlier thread: they are not left over */
export function openFor(
  { journal: folder, policyPath, env, home }: WorkerSetup,
  context: string,
  elsewhere: ReadonlySet<string>,
  begin: Pick<Extract<ToDesk, { type: 'begin' }>, 'policy' | 'lease'>,
  clock: Clock,
): Opened {
  const stored = reopeningJournal(() => openJournal({ folder, key: loadKey({ folder, env }), clock }));
  const lease = leaseView({ journal: stored, clock }, begin.lease);
  const journal = stampedJournal(ownJournal(stored, context, elsewhere), lease);
  const clusters = contexts({ env, home });
  return {
    journal,
    lease,
    policy: policyFile(policyPath, begin.policy),
    cluster: clusters.cluster,
    async close() {
      await journal.close();
      await clusters.close();
    },
  };
}

import { homedir, userInfo } from 'node:os';
import type { ActDeps } from '@toolcrib/guard/undo/act';
import type { Cluster, Journal } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { pathsOf } from '../../laptop/paths.ts';

export const paths = () => pathsOf(process.env, homedir());

export const person = (): string => userInfo().username;

/** The guard's API, without starting it. */
export async function guard() {
  const { guardClient } = await import('../../laptop/api/client.ts');
  return guardClient(paths().socket);
}

/** The journal, opened by this command itself: it works when the guard is dead. */
export async function openOwnJournal(): Promise<Journal> {
  const { loadKey, openJournal } = await import('@toolcrib/guard/journal');
  const { systemClock } = await import('../../laptop/system-clock.ts');
  const folder = paths().journal;
  const { existsSync } = await import('node:fs');
  if (!existsSync(folder)) {
    throw new ToolcribError('not-found', 'There is no journal yet: nothing has gone through a guard.', {
      next: 'Turn it on: eval "$(toolcrib on)"',
    });
  }
  return openJournal({ folder, key: loadKey({ folder, env: process.env }), clock: systemClock });
}

/** Straight to the person's clusters, with their own credentials, by the names that the guard has for them. */
export async function ownClusters(): Promise<{
  clusterFor(context: string): Promise<Cluster>;
  close(): Promise<void>;
}> {
  const { contexts } = await import('../../laptop/contexts.ts');
  const all = contexts({ env: process.env, home: homedir() });
  return { clusterFor: async (context) => all.cluster(context), close: () => all.close() };
}

/** Runs `work` with journal and clusters, and closes both whatever happens. */
export async function withActs<T>(work: (deps: ActDeps) => Promise<T>): Promise<T> {
  const { systemClock } = await import('../../laptop/system-clock.ts');
  const journal = await openOwnJournal();
  const clusters = await ownClusters();
  try {
    const { clusterFor } = clusters;
    return await work({ journal, clusterFor, clock: systemClock, by: person(), mayArriveMs });
  } finally {
    await clusters.close();
    await journal.close();
  }
}

/** From the policy. Milliseconds. */
async function mayArriveMs(context: string): Promise<number> {
  const { policyFile } = await import('../../laptop/policy-file.ts');
  return policyFile(paths().policy).current().mayArriveMs(context);
}

/**
 * A yes that this very process carries out.
 * @throws ToolcribError `conflict` where it belongs to a run: nobody says yes to himself
 */
export async function notFromARun(what: string): Promise<void> {
  const { mayAnswer } = await import('../../cage/lineage.ts');
  const { liveRuns } = await import('../../cage/runs.ts');
  mayAnswer(process.pid, liveRuns(paths().runs), what);
}

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import type { Cluster, SoftenRecord } from '@toolcrib/model';
import type { SqliteJournal } from '../../journal/index.ts';
import { anAct, aSoften } from '../../journal/testing/records.ts';
import { handClock } from '../../testing/hand-clock.ts';
import { memoryCluster } from '../../undo/testing/memory-cluster.ts';
import { resumeSoftenings } from '../resume-softenings.ts';
import { claim, ON_RETAIN, volume } from './claim-on-retain.ts';
import { testDeps } from './deps.ts';

export const NOW = 1_000_000;
/** A guard with a claim whose volume is on Retain, at a time that is moved by hand; `asked` has the contexts it was asked for. */
export async function opened(t: TestContext, change: (cluster: Cluster) => Cluster = (it) => it) {
  const hand = handClock(NOW);
  const memory = memoryCluster([claim, volume]);
  const made = testDeps({ prod: change(memory), other: change(memory) });
  t.after(() => made.close());
  const asked: string[] = [];
  const clusterFor = (context: string) => {
    asked.push(context);
    return made.deps.clusterFor(context);
  };
  const deps = { ...made.deps, clock: hand.clock, clusterFor };
  const { journal } = deps;
  await journal.saveAct(anAct());
  return {
    deps,
    journal,
    asked,
    told: made.told,
    logged: made.logged,
    pass: hand.pass,
    resume: (context?: string) => resumeSoftenings(deps, context),
    soften: (more: Partial<SoftenRecord> = {}) => journal.saveSoften(aSoften({ ...ON_RETAIN, ...more })),
    state: async () => (await journal.softenings({ actId: 'act-000001' })).map(({ state }) => state),
    policy: () =>
      [...memory.objects.values()].find(({ kind }) => kind === 'PersistentVolume')?.spec
        ?.persistentVolumeReclaimPolicy,
  };
}

/** What lies in these rows can't be read any more. */
export function tear(journal: object, table: 'requests' | 'softenings', where: string): void {
  const database = new DatabaseSync((journal as SqliteJournal).file);
  assert.equal(database.prepare(`UPDATE ${table} SET body = '{' WHERE ${where}`).run().changes, 1);
  database.close();
}

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, SoftenRecord } from '@toolcrib/model';
import type { SqliteJournal } from '../../journal/index.ts';
import { anAct, aSoften } from '../../journal/testing/records.ts';
import { handClock } from '../../testing/hand-clock.ts';
import { memoryCluster } from '../../undo/testing/memory-cluster.ts';
import { resumeSoftenings } from '../resume-softenings.ts';
import { testDeps } from './deps.ts';

export const NOW = 1_000_000;
const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'shop', name: 'data', uid: 'uid-claim' },
};
const volume: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv-1', uid: 'uid-pv' },
  spec: {
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { namespace: 'shop', name: 'data', uid: 'uid-claim' },
  },
  status: { phase: 'Bound' },
};
const ofClaim: Partial<SoftenRecord> = {
  how: 'retain-first',
  owner: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace: 'shop',
    name: 'data',
    uid: 'uid-claim',
  },
  left: [],
  volumes: [{ name: 'pv-1', uid: 'uid-pv', reclaimPolicy: 'Delete' }],
};

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
    soften: (more: Partial<SoftenRecord> = {}) => journal.saveSoften(aSoften({ ...ofClaim, ...more })),
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

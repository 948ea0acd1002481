import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { SqliteJournal } from '../journal/index.ts';
import { anAct, aSoften } from '../journal/testing/records.ts';
import { testDeps } from '../way/testing/deps.ts';
import { settledFirst } from './settle-first.ts';
import { memoryCluster } from './testing/memory-cluster.ts';

test('what can’t be read of another act is in the way of none', async (t) => {
  const cluster = memoryCluster([]);
  const made = testDeps({ prod: cluster });
  t.after(() => made.close());
  const { journal } = made.deps;
  const act = anAct();
  await journal.saveAct(act);
  await journal.saveSoften(aSoften());
  await journal.saveSoften(aSoften({ actId: 'act-2', requestId: 'req-2', state: 'softened' }));
  const database = new DatabaseSync((journal as SqliteJournal).file);
  database.exec("UPDATE softenings SET body = '{' WHERE act_id = 'act-2'");
  database.close();
  const settled = await settledFirst({ ...made.deps, by: 'aiko', mayArriveMs: undefined }, cluster, act, []);
  assert.deepEqual(
    settled.map(({ state }) => state),
    ['failed'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster, ClusterIdentity, Journal } from '@toolcrib/model';
import { sessionLists } from '../act/sessions.ts';
import { randomIds } from '../hold/ids.ts';
import { anAct } from '../journal/testing/records.ts';
import { asked, testClock } from '../testing/way.ts';
import { actRegistry } from './act-registry.ts';
import { inAnotherCluster } from './same-cluster.ts';

const clusterOf = (identity: ClusterIdentity) => ({ identity: async () => identity }) as Cluster;
const HERE = { uid: '1', address: 'a' };

test('where it can not be told whether the cluster is the same, what stands there says nothing', async () => {
  const journalOf = (cluster?: ClusterIdentity): Pick<Journal, 'act'> => ({
    act: async () => anAct(cluster === undefined ? {} : { cluster }),
  });
  const why = (then: ClusterIdentity | undefined, now: ClusterIdentity) =>
    inAnotherCluster({ journal: journalOf(then) }, 'act-1', clusterOf(now));
  assert.match((await why(HERE, { address: 'b' })) ?? '', /may name another cluster/);
  assert.match((await why({ address: 'a' }, { address: 'b' })) ?? '', /may name another cluster/);
  assert.match((await why(HERE, { uid: '2', address: 'a' })) ?? '', /names another cluster/);
  assert.equal(await why(HERE, { address: 'a' }), undefined);
  assert.equal(await why(undefined, { address: 'b' }), undefined);
});

test('an act goes on in no cluster of which nobody knows whether it is its own', async () => {
  const journal = { saveAct: async () => undefined, undos: async () => [] } as unknown as Journal;
  const all = actRegistry({ journal, clock: testClock, ids: randomIds(), sessions: sessionLists() });
  const effect = { verb: 'none' } as const;
  const live = await all.assign(asked('DELETE', '/x'), effect);
  await all.bind(live, clusterOf(HERE));
  await all.bind(live, clusterOf({ address: 'a' }));
  await assert.rejects(all.bind(live, clusterOf({ address: 'b' })), { code: 'conflict' });
  assert.notEqual((await all.assign(asked('DELETE', '/x'), effect)).act.id, live.act.id);
});

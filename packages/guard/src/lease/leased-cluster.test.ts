import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '@toolcrib/model';
import { leaseView } from './lease.ts';
import { leasedCluster, STOOD_STILL } from './leased-cluster.ts';

test('nothing is changed any more once the lease has ended and can’t be renewed; reads go on', async () => {
  const did: string[] = [];
  const all = ['create', 'patch', 'replace', 'delete', 'request', 'get'] as const;
  const cluster = Object.fromEntries(
    all.map((name) => [name, async () => void did.push(name)]),
  ) as unknown as Cluster;
  let now = 0;
  let says = true;
  const lease = leaseView(
    {
      journal: { renewLease: async () => says },
      clock: { now: () => now, after: () => () => undefined },
      life: 50,
    },
    { guard: 'a', until: 100, inherited: [] },
  );
  const leased = leasedCluster(cluster, lease);
  const type = { group: '', version: 'v1', resource: 'pods' };
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } };
  const changes = [
    () => leased.create(type, object),
    () => leased.patch(type, { name: 'x' }, {}),
    () => leased.replace(type, object),
    () => leased.delete(type, { name: 'x' }, {}),
    () => leased.request({ method: 'POST', path: '/x' }),
  ];
  const reads = [() => leased.get(type, { name: 'x' }), () => leased.request({ method: 'GET', path: '/x' })];
  for (const call of [...changes, ...reads]) await call();
  assert.deepEqual(did, ['create', 'patch', 'replace', 'delete', 'request', 'get', 'request']);
  now = 100;
  await changes[0]?.();
  assert.equal(lease.until(), 150, 'late, and renewed');
  now = 200;
  says = false;
  for (const call of changes) await assert.rejects(call, { code: 'conflict', message: STOOD_STILL });
  for (const call of reads) await call();
  // It goes on as another guard, and this work is not that one's.
  lease.hear({ guard: 'b', until: 300, inherited: [] });
  for (const call of changes) await assert.rejects(call, { code: 'conflict' });
  await leasedCluster(cluster, lease).delete(type, { name: 'x' }, {});
  assert.equal(did.length, 11);
});

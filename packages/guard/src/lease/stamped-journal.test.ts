import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal } from '@toolcrib/model';
import { aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import { leaseView } from './lease.ts';
import { stampedJournal } from './stamped-journal.ts';

test('each request and softening is its own, but for those of others; what goes out renews a lease that ran out', async () => {
  const saved: (string | undefined)[] = [];
  let renewed = 0;
  const journal = {
    async renewLease() {
      renewed++;
      return true;
    },
    saveRequest: async ({ guard }: { guard?: string }) => void saved.push(guard),
    saveSoften: async ({ guard }: { guard?: string }) => void saved.push(guard),
    keep: async (_: unknown, { guard }: { guard?: string }) => void saved.push(guard),
    together: async (moment: Parameters<Journal['together']>[0]) => {
      for (const { request } of moment.keep ?? []) saved.push(request.guard);
      for (const { guard } of moment.requests ?? []) saved.push(guard);
    },
  } as unknown as Journal;
  let now = 0;
  const clock = { now: () => now, after: () => () => undefined };
  const lease = leaseView({ journal, clock, life: 50 }, { guard: 'a', until: 50, inherited: ['dead', ''] });
  const own = stampedJournal(journal, lease);
  await own.saveRequest(aRequest());
  await own.saveRequest(aRequest({ guard: 'dead' }));
  await own.saveRequest(aRequest({ guard: 'lives' }));
  await own.saveSoften(aSoften());
  await own.saveSoften(aSoften({ guard: 'lives' }));
  await own.keep(aSnapshot(), aRequest());
  const kept = { snapshot: aSnapshot(), request: aRequest() };
  await own.together({ keep: [kept], requests: [aRequest({ guard: 'dead' })] });
  assert.deepEqual(saved, ['a', 'a', 'lives', 'a', 'lives', 'a', 'a', 'a']);
  assert.equal(renewed, 0);
  const goes = [
    () => own.saveRequest(aRequest({ state: 'held' })),
    () => own.saveRequest(aRequest({ state: 'without-net' })),
    () => own.keep(aSnapshot(), aRequest()),
    () => own.together({ keep: [kept] }),
    () => own.saveSoften(aSoften({ state: 'started' })),
  ];
  for (const save of goes) {
    now = lease.until();
    await save();
  }
  assert.equal(renewed, goes.length);
  now = lease.until();
  await own.saveRequest(aRequest({ state: 'answered' }));
  await own.saveSoften(aSoften({ state: 'softened' }));
  await own.together({ requests: [aRequest({ state: 'answered' })] });
  assert.equal(renewed, goes.length, 'an end needs none');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passOver } from '@toolcrib/model';
import { aSoften } from '../journal/testing/records.ts';
import { opened, tear } from './testing/resuming.ts';

test('a workload that another act took has taken nothing by this one', async (t) => {
  const { journal, resume, logged } = await opened(t);
  await journal.saveSoften(aSoften());
  await journal.saveSoften(aSoften({ requestId: 'req-2', state: 'softened' }));
  await resume();
  const first = (await journal.softenings({ actId: 'act-000001' })).find(
    ({ requestId }) => requestId === 'req-1',
  );
  assert.deepEqual([first?.state, logged], ['failed', []]);
});

for (const actId of ['act-000001', 'act-2'])
  test(`a softening of ${actId} that can’t be read keeps none from its end, and stays as it is`, async (t) => {
    const { soften, resume, policy, journal, deps, logged } = await opened(t);
    deps.damaged = passOver;
    await soften();
    await journal.saveSoften(aSoften({ requestId: 'req-3' }));
    await journal.saveSoften(aSoften({ actId, requestId: 'req-2', state: 'softened' }));
    tear(journal, 'softenings', "request_id = 'req-2'");
    await resume();
    const ends = await journal.softenings({ actId: 'act-000001' }, undefined, passOver);
    assert.deepEqual(
      ends.map(({ requestId, state }) => [requestId, state]),
      [
        ['req-1', 'failed'],
        ['req-3', 'failed'],
      ],
    );
    assert.deepEqual([policy(), logged], ['Delete', []]);
    await assert.rejects(journal.softenings({ actId }), { code: 'damaged' });
  });

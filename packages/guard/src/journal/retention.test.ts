import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal } from './index.ts';
import { aHold, anAct, anUndo, aRequest, aSnapshot, aSoften } from './testing/records.ts';

test('prune drops old acts with all that belongs to them, and nothing that is unfinished', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-prune-'));
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder, key: randomBytes(32), clock });
  const big = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    data: randomBytes(1e5).toString('hex'),
  };
  const act = async (id: string, at: number) => {
    await journal.saveAct(anAct({ id, startedAt: at, lastAt: at }));
    const request = aRequest({ id: `r-${id}`, actId: id, at });
    await journal.keep(
      aSnapshot({ id: `s-${id}`, actId: id, requestId: request.id, objects: [big] }),
      request,
    );
    await journal.saveRequest({ ...request, state: 'answered', snapshotId: `s-${id}` });
    return request;
  };
  for (let i = 0; i < 10; i++) await act(`old-${i}`, 10);
  await act('at-the-edge', 100);
  await act('new', 200);
  const held = await act('held', 10);
  await journal.saveHold(aHold({ code: 'H', actId: 'held', requestId: held.id }));
  const softened = await act('softened', 10);
  await journal.saveSoften(aSoften({ actId: 'softened', requestId: softened.id, state: 'softened' }));
  const onItsWay = await act('on-its-way', 10);
  await journal.saveRequest({ ...onItsWay, state: 'kept', snapshotId: 's-on-its-way' });
  const finished = await act('finished', 10);
  await journal.saveSoften(aSoften({ actId: 'finished', requestId: finished.id, state: 'finished' }));
  await journal.saveHold(aHold({ code: 'F', actId: 'finished', requestId: finished.id, state: 'denied' }));
  await journal.saveUndo(anUndo({ actId: 'finished' }));

  const sizeBefore = statSync(journal.file).size + statSync(`${journal.file}-wal`).size;
  assert.deepEqual(await journal.prune(100), { acts: 11, snapshots: 11 });
  const left = (await journal.acts()).map((item) => item.id).sort();
  assert.deepEqual(left, ['at-the-edge', 'held', 'new', 'on-its-way', 'softened']);
  assert.deepEqual(await journal.snapshotsOf('finished'), []);
  assert.deepEqual(await journal.requests({ actId: 'finished' }), []);
  assert.deepEqual(await journal.softenings({ actId: 'finished' }), []);
  assert.deepEqual(await journal.undos('finished'), []);
  assert.equal(await journal.hold('F'), undefined);
  for (const id of left) assert.equal((await journal.snapshotsOf(id)).length, 1, id);
  const { snapshotBytes, ...holdings } = await journal.holdings();
  assert.deepEqual(holdings, { acts: 5, snapshots: 5, unfinished: 1 });
  assert.ok(snapshotBytes > 5e5 && snapshotBytes < 7e5, String(snapshotBytes));
  const sizeAfter = statSync(journal.file).size + statSync(`${journal.file}-wal`).size;
  assert.ok(sizeAfter < sizeBefore / 2, `${sizeBefore} to ${sizeAfter} bytes`);
  assert.doesNotMatch(readFileSync(journal.file, 'latin1'), /old-3/);
  await journal.close();
  rmSync(folder, { recursive: true });
});

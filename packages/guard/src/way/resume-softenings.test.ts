import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asUnsure, type Cluster, type SoftenRecord, ToolcribError } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import { faulty } from '../testing/faulty.ts';
import { loneLease } from '../testing/lease.ts';
import { resumeSoftenings } from './resume-softenings.ts';
import { NOW, opened } from './testing/resuming.ts';

// How a softening is carried on in a real cluster is in the recover contract; here: which of them, when, and how often.

test('a claim that stands, and whose delete can not arrive any more: its volume has its policy again, and that is told', async (t) => {
  const { soften, resume, state, policy, told, deps } = await opened(t);
  await soften();
  await resume();
  assert.deepEqual([await state(), policy()], [['failed'], 'Delete']);
  assert.deepEqual(
    told.map(({ title, text }) => [title, text]),
    [['Not softened: PersistentVolumeClaim shop/data', 'Nothing was deleted: the guard ended.']],
  );
  assert.equal(deps.softenings.underWay.size, 0);
});

test('while its delete may arrive its volume stays on Retain, and it is asked again without a pause', async (t) => {
  const { soften, resume, state, policy, asked, told, journal, pass } = await opened(t);
  await soften();
  await journal.saveRequest(asUnsure(aRequest(), 'no answer came', NOW + 1));
  await resume();
  assert.deepEqual([await state(), policy(), told], [['started'], 'Retain', []]);
  await pass(1);
  await resume();
  assert.deepEqual([await state(), policy()], [['failed'], 'Delete']);
  assert.equal(asked.length, 2);
});

test('not while it is in hand, its request on its way, or left as kept by a guard that died', async (t) => {
  const { soften, resume, state, asked, deps, journal } = await opened(t);
  await soften();
  deps.softenings.underWay.add('req-1');
  await resume();
  deps.softenings.underWay.clear();
  deps.onTheWay.handedOver(aRequest());
  await resume();
  deps.onTheWay.ended('req-1');
  await journal.keep(aSnapshot(), aRequest({ state: 'kept', snapshotId: 'snap-1' }));
  await resume();
  assert.deepEqual([await state(), asked, deps.softenings.underWay.size], [['started'], [], 0]);
});

test('only of the context that is meant, and only what is of this guard', async (t) => {
  const { soften, resume, asked, deps } = await opened(t);
  await soften();
  await soften({ requestId: 'req-2', context: 'other' });
  await resume('prod');
  assert.deepEqual(asked, ['prod']);
  await resumeSoftenings({ ...deps, lease: { ...loneLease, isOurs: () => false } });
  assert.deepEqual(asked, ['prod']);
  await resume();
  assert.deepEqual(asked, ['prod', 'other']);
});

test('what failed is tried again after a pause that doubles up to ten minutes; the others of its cluster wait', async (t) => {
  let broken = true;
  const cluster = (real: Cluster) =>
    faulty(real, (call) => (broken && call === 'get' ? { before: new Error('away') } : undefined));
  const { soften, resume, state, asked, logged, pass } = await opened(t, cluster);
  await soften();
  await resume();
  const pauses = [15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000];
  for (const [at, pause] of pauses.entries()) {
    await pass(pause - 1);
    await resume();
    assert.equal(asked.length, at + 1);
    await pass(1);
    await resume();
    assert.equal(asked.length, at + 2, String(pause));
  }
  assert.equal(logged.length, asked.length);
  await soften({ requestId: 'req-2' });
  await pass(600_000);
  await resume();
  assert.equal(asked.length, pauses.length + 2, 'one of the two');
  broken = false;
  await pass(600_000);
  await resume();
  assert.deepEqual(await state(), ['failed', 'failed']);
});

test('what only a newer version reads keeps none of the others waiting', async (t) => {
  const cluster = (real: Cluster) =>
    faulty(real, (call) =>
      call === 'get' ? { before: new ToolcribError('newer', 'of a newer version') } : undefined,
    );
  const { soften, resume, asked } = await opened(t, cluster);
  await soften();
  await soften({ requestId: 'req-2' });
  await resume();
  assert.equal(asked.length, 2);
});

test('in another cluster by now nothing is done', async (t) => {
  const { soften, resume, state, policy, journal, logged } = await opened(t);
  await journal.saveAct(anAct({ cluster: { uid: 'another', address: 'elsewhere' } }));
  await soften();
  await resume();
  assert.deepEqual([await state(), policy(), logged.length], [['started'], 'Retain', 1]);
});

test('a claim that is gone is softened, and so is its request, unless that was answered', async (t) => {
  for (const [request, then] of [
    [asUnsure(aRequest(), 'no answer came', NOW), 'softened'],
    [aRequest({ state: 'answered', status: 200 }), 'answered'],
  ] as const) {
    const { soften, resume, state, told, journal } = await opened(t);
    await journal.saveRequest(request);
    await soften({ owner: { ...aSoften().owner, kind: 'PersistentVolumeClaim', name: 'gone' } });
    await resume();
    assert.deepEqual([await state(), told.map(({ kind }) => kind)], [['softened'], ['softened']]);
    const [now] = await journal.requests({ actId: 'act-000001' });
    assert.equal(now?.state, then);
    assert.equal(now?.note, then === 'softened' ? 'cut off, and carried to its end later' : undefined);
  }
});

test('adopted: our marks are taken off; what nobody has adopted keeps them until the window ends', async (t) => {
  const { deps, journal, pass, logged } = await opened(t);
  const asked: boolean[] = [];
  let left = 1;
  const unmark = async (_cluster: Cluster, _record: SoftenRecord, all: boolean) => {
    asked.push(all);
    return left;
  };
  const resume = () => resumeSoftenings({ ...deps, unmark });
  const marked = async () => (await journal.softenings({ actId: 'act-000001' }))[0]?.marked;
  await journal.saveSoften(aSoften({ state: 'undone', marked: true, finishAfter: NOW + 1 }));
  await resume();
  assert.deepEqual([await marked(), logged], [true, []]);
  await pass(1);
  await resume();
  assert.deepEqual([await marked(), logged.length], [true, 1]);
  await pass(15_000);
  left = 0;
  await resume();
  assert.deepEqual([await marked(), asked], [undefined, [false, true, true]]);
  await resume();
  assert.equal(asked.length, 3, 'there is nothing to take off any more');
});

test('of those that failed only what still has our finalizer is taken up again', async (t) => {
  const { soften, resume, asked } = await opened(t);
  await soften({ state: 'failed' });
  await resume();
  assert.deepEqual(asked, []);
  await soften({ state: 'failed', held: true });
  await resume();
  assert.deepEqual(asked, ['prod']);
});

import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import {
  asUnsure,
  type Cluster,
  mayArriveMs,
  passOver,
  SENDING,
  type SoftenRecord,
  ToolcribError,
} from '@toolcrib/model';
import type { SqliteJournal } from '../journal/index.ts';
import { anAct, aRequest, aSnapshot, aSoften } from '../journal/testing/records.ts';
import { faulty } from '../testing/faulty.ts';
import { handClock } from '../testing/hand-clock.ts';
import { loneLease } from '../testing/lease.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { resumeSoftenings } from './resume-softenings.ts';
import { testDeps } from './testing/deps.ts';

// How a softening is carried on in a real cluster is in the recover contract; here: which of them, when, and how often.

const NOW = 1_000_000;
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
async function opened(t: TestContext, change: (cluster: Cluster) => Cluster = (it) => it) {
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

test('neither while another request for the same may take it; what stays, another object and another namespace are none', async (t) => {
  const until = NOW + 60_000;
  const namespace = (name: string) => ({
    verb: 'delete' as const,
    target: { group: '', version: 'v1', resource: 'namespaces', name },
    options: {},
    dryRun: false as const,
  });
  for (const [more, may] of [
    [{ targetUids: ['uid-claim'] }, true],
    [{ targetUids: ['uid-other'] }, false],
    [{ targetUids: [], effect: namespace('shop') }, true],
    [{ targetUids: [], effect: namespace('elsewhere') }, false],
    [{ targetUids: ['uid-claim'], effect: { verb: 'none' as const } }, false],
  ] as const) {
    const { soften, resume, state, journal } = await opened(t);
    await soften();
    const other = aRequest({ id: 'req-2', ...more, targetUids: [...more.targetUids] });
    await journal.saveRequest(asUnsure(other, 'no answer came', until));
    await resume();
    assert.deepEqual(await state(), [may ? 'started' : 'failed'], JSON.stringify(more));
  }
});

test('one that is kept and on its way may take it as well, until it can not arrive any more', async (t) => {
  const { soften, resume, state, journal, pass } = await opened(t);
  await soften();
  const kept = aRequest({
    id: 'req-2',
    at: NOW,
    state: 'kept',
    snapshotId: 'snap-1',
    targetUids: ['uid-claim'],
  });
  await journal.keep(aSnapshot({ requestId: 'req-2' }), kept);
  // A minute for the sending.
  await pass(60_000 + mayArriveMs() - 1);
  await resume();
  assert.deepEqual(await state(), ['started']);
  await pass(1);
  await resume();
  assert.deepEqual(await state(), ['failed']);
});

/** What lies in these rows can't be read any more. */
function tear(journal: object, table: 'requests' | 'softenings', where: string): void {
  const database = new DatabaseSync((journal as SqliteJournal).file);
  assert.equal(database.prepare(`UPDATE ${table} SET body = '{' WHERE ${where}`).run().changes, 1);
  database.close();
}

for (const state of ['kept', 'unsettled'] as const)
  test(`one that is ${state} and can’t be read may take it, until nothing that was sent by now can arrive any more`, async (t) => {
    const { soften, resume, state: states, policy, journal, pass, deps, logged } = await opened(t);
    const told: string[] = [];
    deps.damaged = ({ message }) => void told.push(message);
    await soften();
    await journal.saveAct(anAct({ id: 'act-2' }));
    const other = aRequest({ id: 'req-2', actId: 'act-2', at: NOW, targetUids: ['uid-elsewhere'] });
    if (state === 'unsettled') await journal.saveRequest(asUnsure(other, 'no answer came', NOW + 1));
    else {
      const snapshot = aSnapshot({ actId: 'act-2', requestId: 'req-2' });
      await journal.keep(snapshot, { ...other, state, snapshotId: snapshot.id });
    }
    tear(journal, 'requests', "id = 'req-2'");
    await resume();
    assert.deepEqual([await states(), policy()], [['started'], 'Retain']);
    await pass(SENDING + mayArriveMs() - 1);
    await resume();
    assert.deepEqual([await states(), policy()], [['started'], 'Retain']);
    await pass(1);
    await resume();
    assert.deepEqual([await states(), policy(), logged], [['failed'], 'Delete', []]);
    assert.match(told[0] ?? '', /req-2/);
  });

test('its own request can’t be read: it may arrive as long as any other', async (t) => {
  const { soften, resume, state, journal, pass, deps } = await opened(t);
  deps.damaged = passOver;
  await soften();
  await journal.saveRequest(asUnsure(aRequest(), 'no answer came', NOW + 1));
  tear(journal, 'requests', "id = 'req-1'");
  await resume();
  assert.deepEqual(await state(), ['started']);
  await pass(SENDING + mayArriveMs());
  await resume();
  assert.deepEqual(await state(), ['failed']);
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

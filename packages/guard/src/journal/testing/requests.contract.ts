import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestState } from '@toolcrib/model';
import fc from 'fast-check';
import { anAct, aRequest, aSnapshot } from './records.ts';
import { failsWith, type JournalStore, over } from './store.ts';

const thing = (n: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `t${n}`, uid: `u${n}` },
});

/** Requests and their snapshots: what is kept, and what is kept together. */
export function requestsContract(makeStore: () => Promise<JournalStore>): void {
  const { one: withOne, two: withTwo } = over(makeStore);

  test(
    'requests: oldest first, by act and by state; saving again replaces',
    withOne(async (journal) => {
      await journal.saveRequest(aRequest({ id: 'b', at: 2 }));
      await journal.saveRequest(aRequest({ id: 'a', at: 1, actId: 'act-2' }));
      await journal.saveRequest(aRequest({ id: 'c', at: 3, state: 'answered', status: 200 }));
      const ids = async (query: { actId?: string; state?: RequestState }) =>
        (await journal.requests(query)).map((request) => request.id);
      assert.deepEqual(await ids({}), ['a', 'b', 'c']);
      assert.deepEqual(await ids({ actId: 'act-000001' }), ['b', 'c']);
      assert.deepEqual(await ids({ state: 'held' }), ['a', 'b']);
      await journal.saveRequest(aRequest({ id: 'b', at: 2, state: 'refused', status: 403, note: 'no' }));
      assert.deepEqual(await ids({ state: 'held' }), ['a']);
      assert.deepEqual(await journal.requests({ state: 'refused' }), [
        aRequest({ id: 'b', at: 2, state: 'refused', status: 403, note: 'no' }),
      ]);
    }),
  );

  test(
    'keep is the only way a request becomes kept, and both are there or neither',
    withTwo(async (journal, other) => {
      await assert.rejects(journal.saveRequest(aRequest({ state: 'kept' })), failsWith('not-kept'));
      await assert.rejects(
        journal.saveRequest(aRequest({ state: 'kept', snapshotId: 'snap-1' })),
        failsWith('not-kept'),
      );
      assert.deepEqual(await journal.requests({}), []);
      await journal.keep(aSnapshot(), aRequest());
      assert.deepEqual(await other.snapshot('snap-1'), aSnapshot());
      assert.deepEqual(await other.requests({ state: 'kept' }), [
        aRequest({ state: 'kept', snapshotId: 'snap-1' }),
      ]);
      await journal.saveRequest(aRequest({ state: 'kept', snapshotId: 'snap-1', note: 'on its way' }));
      await assert.rejects(journal.keep(aSnapshot({ requestId: 'req-2' }), aRequest()), failsWith('journal'));
      // An earlier snapshot is never written over, and its request does not change either.
      await assert.rejects(journal.keep(aSnapshot({ objects: [] }), aRequest({ note: 'again' })));
      assert.deepEqual(await other.snapshot('snap-1'), aSnapshot());
      assert.equal((await other.requests({}))[0]?.note, 'on its way');
    }),
  );

  test(
    'what belongs to one moment is there whole or not at all, each with its own snapshot',
    withTwo(async (journal, other) => {
      const part = (n: number, more = {}) => ({
        snapshot: aSnapshot({
          id: `snap-1/req-${n}`,
          requestId: `req-${n}`,
          takenAt: n,
          objects: [thing(n)],
        }),
        request: aRequest({ id: `req-${n}`, at: n, ...more }),
      });
      await journal.together({ act: anAct(), keep: [part(1), part(2), part(3)] });
      assert.equal((await other.act('act-000001'))?.id, 'act-000001');
      for (const n of [1, 2, 3]) assert.deepEqual(await other.snapshot(`snap-1/req-${n}`), part(n).snapshot);
      assert.deepEqual(
        (await other.snapshotsOf('act-000001')).map(({ objects: [object] }) => object?.metadata.name),
        ['t1', 't2', 't3'],
      );
      assert.deepEqual(
        (await other.requests({ state: 'kept' })).map(({ id, snapshotId }) => [id, snapshotId]),
        [1, 2, 3].map((n) => [`req-${n}`, `snap-1/req-${n}`]),
      );
      assert.equal(await other.snapshot('snap-1/req-4'), undefined);
      assert.equal(await other.snapshot('snap-1'), undefined);
      const late = aRequest({
        id: 'req-1',
        at: 1,
        state: 'answered',
        status: 200,
        snapshotId: 'snap-1/req-1',
      });
      // A part is its own request's and nobody else's.
      await assert.rejects(
        journal.together({
          requests: [late, aRequest({ id: 'req-9', state: 'kept', snapshotId: 'snap-1/req-2' })],
        }),
        failsWith('not-kept'),
      );
      assert.equal((await other.requests({ state: 'kept' })).length, 3);
      await assert.rejects(
        journal.together({
          requests: [late],
          keep: [{ ...part(4), request: aRequest({ id: 'req-5' }) }],
        }),
        failsWith('journal'),
      );
      assert.equal((await other.requests({ state: 'kept' })).length, 3);
      await journal.together({ requests: [late] });
      assert.deepEqual(
        (await other.requests({ state: 'answered' })).map(({ id }) => id),
        ['req-1'],
      );
    }),
  );

  test(
    'only what was kept ahead and never sent is forgotten, with its snapshot',
    withTwo(async (journal, other) => {
      const part = (n: number, ahead?: true) => ({
        snapshot: aSnapshot({ id: `snap-1/req-${n}`, requestId: `req-${n}`, objects: [thing(n)] }),
        request: aRequest({ id: `req-${n}`, at: n, ...(ahead ? { ahead } : {}) }),
      });
      await journal.together({ keep: [part(1), part(2, true), part(3, true)] });
      await journal.together({ forget: ['req-1', 'req-2', 'req-7'] });
      const ids = async () => (await other.requests({})).map(({ id }) => id);
      const kept = async () => (await other.snapshotsOf('act-000001')).map(({ requestId }) => requestId);
      assert.deepEqual(await ids(), ['req-1', 'req-3']);
      assert.deepEqual(await kept(), ['req-1', 'req-3']);
      const gone = aRequest({
        id: 'req-3',
        at: 3,
        state: 'answered',
        ahead: true,
        snapshotId: 'snap-1/req-3',
      });
      await journal.saveRequest(gone);
      await journal.together({ forget: ['req-3'] });
      assert.deepEqual(await ids(), ['req-1', 'req-3']);
      await journal.together({
        keep: [4, 5].map((n) => {
          const { snapshot, request } = part(n, true);
          return { snapshot: { ...snapshot, id: `snap-2/req-${n}` }, request };
        }),
      });
      await journal.together({ forget: ['req-4', 'req-5'] });
      assert.deepEqual(await ids(), ['req-1', 'req-3']);
      assert.deepEqual(await kept(), ['req-1', 'req-3']);
    }),
  );

  test(
    'snapshots: any objects come back byte for byte, of one act in the order they were taken',
    withOne(async (journal) => {
      let n = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }),
          async (bodies) => {
            const id = `snap-${n++}`;
            const objects = bodies.map((spec, i) => ({
              kind: 'Thing',
              apiVersion: 'example.dev/v1',
              spec,
              metadata: { name: `t${i}` },
            }));
            const snapshot = aSnapshot({ id, requestId: id, objects });
            await journal.keep(snapshot, aRequest({ id }));
            assert.equal(JSON.stringify(await journal.snapshot(id)), JSON.stringify(snapshot));
          },
        ),
        { numRuns: 50 },
      );
      for (const [id, takenAt] of [
        ['late', 30],
        ['early', 10],
      ] as const) {
        const snapshot = aSnapshot({ id, requestId: id, actId: 'act-2', takenAt });
        await journal.keep(snapshot, aRequest({ id, actId: 'act-2' }));
      }
      assert.deepEqual(
        (await journal.snapshotsOf('act-2')).map((snapshot) => snapshot.id),
        ['early', 'late'],
      );
      assert.deepEqual(await journal.snapshotsOf('nobody'), []);
      assert.equal(await journal.snapshot('nothing'), undefined);
    }),
  );

  test(
    'a large snapshot (4 MB of objects) is kept whole',
    withOne(async (journal) => {
      const objects = Array.from({ length: 4000 }, (_, i) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `c${i}`, uid: crypto.randomUUID() },
        data: { text: crypto.randomUUID().repeat(25) },
      }));
      await journal.keep(aSnapshot({ objects }), aRequest());
      assert.deepEqual((await journal.snapshot('snap-1'))?.objects, objects);
    }),
  );
}

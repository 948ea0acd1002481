import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Journal, RequestState, ToolcribErrorCode } from '@toolcrib/model';
import fc from 'fast-check';
import { aHold, anAct, anUndo, aRequest, aSnapshot, aSoften } from './records.ts';

/** One store that several journals can be opened on, as several processes would. */
export interface JournalStore {
  open(): Promise<Journal>;
  dispose(): Promise<void>;
}

const thing = (n: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `t${n}`, uid: `u${n}` },
});

const failsWith = (code: ToolcribErrorCode) => (error: unknown) => (error as { code?: string }).code === code;

/** What every journal must do, whatever is behind it. */
export function journalContract(name: string, makeStore: () => Promise<JournalStore>): void {
  async function withJournals(count: number, run: (journals: Journal[]) => Promise<void>): Promise<void> {
    const store = await makeStore();
    const journals: Journal[] = [];
    try {
      for (let i = 0; i < count; i++) journals.push(await store.open());
      await run(journals);
    } finally {
      for (const journal of journals) await journal.close();
      await store.dispose();
    }
  }
  const withOne = (run: (journal: Journal) => Promise<void>) => () =>
    withJournals(1, ([journal]) => run(journal as Journal));
  const withTwo = (run: (one: Journal, other: Journal) => Promise<void>) => () =>
    withJournals(2, ([one, other]) => run(one as Journal, other as Journal));

  describe(`${name} keeps the journal's contract`, () => {
    test(
      'acts: what was saved comes back, newest first, by context, time and number',
      withOne(async (journal) => {
        for (const [n, context] of ['prod', 'test', 'prod', 'prod'].entries()) {
          await journal.saveAct(anAct({ id: `act-${n}`, context, startedAt: n * 10, lastAt: n * 10 + 5 }));
        }
        const ids = (list: { id: string }[]) => list.map((item) => item.id);
        assert.deepEqual(ids(await journal.acts()), ['act-3', 'act-2', 'act-1', 'act-0']);
        assert.deepEqual(ids(await journal.acts({ context: 'prod' })), ['act-3', 'act-2', 'act-0']);
        assert.deepEqual(ids(await journal.acts({ since: 15 })), ['act-3', 'act-2', 'act-1']);
        assert.deepEqual(ids(await journal.acts({ context: 'prod', limit: 1 })), ['act-3']);
        const older = async (before: string, more = {}) => ids(await journal.acts({ before, ...more }));
        assert.deepEqual(await older('act-3'), ['act-2', 'act-1', 'act-0']);
        assert.deepEqual(await older('act-2', { limit: 1 }), ['act-1']);
        assert.deepEqual(await older('act-1', { context: 'prod', since: 0 }), ['act-0']);
        assert.deepEqual([await older('act-0'), await older('act-none')], [[], []]);
        assert.deepEqual(
          await journal.act('act-1'),
          anAct({ id: 'act-1', context: 'test', startedAt: 10, lastAt: 15 }),
        );
        assert.equal(await journal.act('act-9'), undefined);
        await journal.saveAct(anAct({ id: 'act-1', soFar: 7 }));
        assert.equal((await journal.act('act-1'))?.soFar, 7);
        // Of one moment: each is older than those that were written after it, also where it was written once more.
        for (const id of ['act-y', 'act-z', 'act-x', 'act-y'])
          await journal.saveAct(anAct({ id, startedAt: 90 }));
        assert.deepEqual(await older('act-x', { limit: 3 }), ['act-z', 'act-y', 'act-3']);
        assert.deepEqual(await older('act-y', { limit: 1 }), ['act-3']);
      }),
    );

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
        await assert.rejects(
          journal.keep(aSnapshot({ requestId: 'req-2' }), aRequest()),
          failsWith('journal'),
        );
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
        for (const n of [1, 2, 3])
          assert.deepEqual(await other.snapshot(`snap-1/req-${n}`), part(n).snapshot);
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

    test(
      'holds: by code, by state and context, oldest first',
      withOne(async (journal) => {
        await journal.saveHold(aHold({ code: 'B', requestId: 'b', createdAt: 2 }));
        await journal.saveHold(aHold({ code: 'A', requestId: 'a', createdAt: 1, context: 'test' }));
        await journal.saveHold(aHold({ code: 'C', requestId: 'c', createdAt: 3, state: 'denied' }));
        const codes = async (query?: Parameters<Journal['holds']>[0]) =>
          (await journal.holds(query)).map((hold) => hold.code);
        assert.deepEqual(await codes(), ['A', 'B', 'C']);
        assert.deepEqual(await codes({ state: 'open' }), ['A', 'B']);
        assert.deepEqual(await codes({ state: 'open', context: 'prod' }), ['B']);
        const own = { requestId: 'd', createdAt: 4, actId: 'act-2', usedIn: 'act-3', alsoBy: ['act-4'] };
        await journal.saveHold(aHold({ code: 'D', ...own, person: 'act-5' }));
        for (const actId of ['act-2', 'act-3', 'act-4'])
          assert.deepEqual(await codes({ actId }), ['D'], actId);
        assert.deepEqual(await codes({ actId: 'act-5' }), [], 'a name is no act');
        assert.deepEqual(await codes({ actId: 'act-2', context: 'test' }), []);
        assert.deepEqual(
          await journal.hold('A'),
          aHold({ code: 'A', requestId: 'a', createdAt: 1, context: 'test', revision: 1 }),
        );
        assert.equal(await journal.hold('Z'), undefined);
      }),
    );

    test(
      'holds: no process takes back what another has answered',
      withTwo(async (guard, person) => {
        await guard.saveHold(aHold());
        const answer = { as: 'softened', by: 'aiko', at: 2_000 } as const;
        await person.saveHold({ ...aHold(), state: 'approved', answer });
        // The guard has seen the client hang up, and still believes that the hold is open.
        await assert.rejects(guard.saveHold(aHold({ waiting: false })), failsWith('conflict'));
        // A second answer, by somebody else, at the same time.
        const other = { as: 'as-sent', by: 'ben', at: 2_000 } as const;
        await assert.rejects(
          person.saveHold(aHold({ state: 'approved', answer: other })),
          failsWith('conflict'),
        );
        await assert.rejects(person.saveHold(aHold({ state: 'denied', answer })), failsWith('conflict'));
        assert.deepEqual((await guard.hold('K7QM'))?.answer, answer);
        const denied = { by: 'ben', at: 2_500 };
        // A no that knows of no yes; one that takes it back is another thing.
        await assert.rejects(person.saveHold(aHold({ state: 'denied', denied })), failsWith('conflict'));
        // Another request can't come into an approval by a code that was given out twice.
        await assert.rejects(guard.saveHold(aHold({ requestId: 'req-2' })), failsWith('conflict'));
        await guard.saveHold(aHold({ state: 'denied', answer, denied }));
        await assert.rejects(person.saveHold(aHold({ state: 'used', answer })), failsWith('conflict'));
      }),
    );

    test(
      'holds: of two that read one pass, only one can use it; used, denied and void are final',
      withTwo(async (one, other) => {
        await one.saveHold(aHold());
        const answer = { as: 'as-sent', by: 'aiko', at: 2_000 } as const;
        await one.saveHold(aHold({ state: 'approved', answer }));
        const [first, second] = [await one.hold('K7QM'), await other.hold('K7QM')];
        assert.ok(first && second);
        await one.saveHold({ ...first, state: 'used' });
        await assert.rejects(other.saveHold({ ...second, state: 'used' }), failsWith('conflict'));
        for (const state of ['open', 'approved', 'denied', 'used', 'expired', 'void'] as const) {
          await assert.rejects(one.saveHold(aHold({ state, answer })), failsWith('conflict'), state);
        }
      }),
    );

    test(
      'holds: who saves what was read saves nothing over a change made meanwhile',
      withTwo(async (one, other) => {
        await one.saveHold(aHold());
        const [mine, theirs] = [await one.hold('K7QM'), await other.hold('K7QM')];
        assert.ok(mine && theirs);
        await other.saveHold({ ...theirs, expiresAt: 99_000 });
        await assert.rejects(one.saveHold({ ...mine, waiting: false }), failsWith('conflict'));
        const now = await one.hold('K7QM');
        assert.ok(now);
        await one.saveHold({ ...now, waiting: false });
        assert.deepEqual(await other.hold('K7QM'), aHold({ expiresAt: 99_000, waiting: false, revision: 3 }));
      }),
    );

    test(
      'holds: an envelope never forgets what was used',
      withTwo(async (one, other) => {
        const envelope = {
          session: 's',
          verb: 'delete',
          kind: 'Pod',
          uids: ['1', '2'],
          used: [],
          expiresAt: 9,
        };
        await one.saveHold(aHold({ envelope }));
        await one.saveHold(aHold({ envelope: { ...envelope, used: ['1'] } }));
        await assert.rejects(
          other.saveHold(aHold({ envelope: { ...envelope, used: ['2'] } })),
          failsWith('conflict'),
        );
        await other.saveHold(aHold({ envelope: { ...envelope, used: ['1', '2'] } }));
        assert.deepEqual((await one.hold('K7QM'))?.envelope?.used, ['1', '2']);
      }),
    );

    test(
      'softenings and undos: by act and state; several owners of one request stay apart',
      withOne(async (journal) => {
        const second = { ...aSoften().owner, name: 'zookeeper', uid: 'uid-zk' };
        await journal.saveSoften(aSoften());
        await journal.saveSoften(aSoften({ owner: second, finishAfter: 1 }));
        await journal.saveSoften(aSoften({ state: 'softened' }));
        assert.deepEqual(await journal.softenings({ actId: 'act-000001' }), [
          aSoften({ owner: second, finishAfter: 1 }),
          aSoften({ state: 'softened' }),
        ]);
        assert.deepEqual(await journal.softenings({ state: 'softened' }), [aSoften({ state: 'softened' })]);
        assert.deepEqual(await journal.softenings({ actId: 'other' }), []);
        await journal.saveUndo(anUndo({ id: 'u2', at: 5 }));
        await journal.saveUndo(anUndo({ id: 'u1', at: 3 }));
        await journal.saveUndo(anUndo({ id: 'u1', at: 3, results: [] }));
        assert.deepEqual(await journal.undos('act-000001'), [
          anUndo({ id: 'u1', at: 3, results: [] }),
          anUndo({ id: 'u2', at: 5 }),
        ]);
        assert.deepEqual(await journal.undos('other'), []);
      }),
    );

    test(
      'a softening’s end stays, and that its undo was asked for: whoever writes what he had read before',
      withOne(async (journal) => {
        const state = async () => (await journal.softenings({ actId: 'act-000001' }))[0];
        const kept = { ...aSoften().owner, uid: 'uid-claim' };
        await journal.saveSoften(aSoften());
        await journal.saveSoften(aSoften({ owner: kept, how: 'retain-first', finishAfter: 9e15 }));
        assert.deepEqual(await journal.askUndo('act-000001', 7), [aSoften({ undoAsked: 7 })]);
        assert.deepEqual(await journal.askUndo('other', 8), []);
        await journal.saveSoften(aSoften({ state: 'softened' }));
        assert.deepEqual(await state(), aSoften({ state: 'softened', undoAsked: 7 }));
        await journal.saveSoften(aSoften({ state: 'finished' }));
        assert.equal((await state())?.state, 'softened', 'a finish that had not heard of it');
        await journal.saveSoften(aSoften({ state: 'undone', undoAsked: 7, marked: true }));
        await journal.saveSoften(aSoften({ state: 'finished', undoAsked: 7 }));
        assert.equal((await state())?.state, 'undone');
        await journal.saveSoften(aSoften({ state: 'undone' }));
        assert.equal((await state())?.marked, undefined, 'the rest of it may be written');
        assert.deepEqual(await journal.askUndo('act-000001', 9), []);
      }),
    );

    test(
      'fields that a newer toolcrib added survive',
      withOne(async (journal) => {
        const act = { ...anAct(), ofTomorrow: { a: [1] } };
        await journal.saveAct(act);
        assert.deepEqual(await journal.act(act.id), act);
      }),
    );

    test('what was saved is there for the next that opens', async () => {
      const store = await makeStore();
      try {
        const first = await store.open();
        await first.saveAct(anAct());
        await first.keep(aSnapshot(), aRequest());
        await first.probe();
        await first.close();
        const next = await store.open();
        assert.deepEqual(await next.act('act-000001'), anAct());
        assert.deepEqual(await next.snapshotsOf('act-000001'), [aSnapshot()]);
        await next.close();
        await assert.rejects(next.saveAct(anAct()), failsWith('journal'));
      } finally {
        await store.dispose();
      }
    });
  });
}

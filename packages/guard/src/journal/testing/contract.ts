import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { holdsContract } from './holds.contract.ts';
import { anAct, anUndo, aRequest, aSnapshot, aSoften } from './records.ts';
import { requestsContract } from './requests.contract.ts';
import { failsWith, type JournalStore, over } from './store.ts';

/** What every journal must do, whatever is behind it. */
export function journalContract(name: string, makeStore: () => Promise<JournalStore>): void {
  const { one: withOne } = over(makeStore);

  describe(`${name} keeps the journal's contract`, () => {
    requestsContract(makeStore);
    holdsContract(makeStore);

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

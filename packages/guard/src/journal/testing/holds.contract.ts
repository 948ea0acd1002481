import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal } from '@toolcrib/model';
import { aHold } from './records.ts';
import { failsWith, type JournalStore, over } from './store.ts';

/** Holds: who may answer, use and end them, of several that have the journal open. */
export function holdsContract(makeStore: () => Promise<JournalStore>): void {
  const { one: withOne, two: withTwo } = over(makeStore);

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
      for (const actId of ['act-2', 'act-3', 'act-4']) assert.deepEqual(await codes({ actId }), ['D'], actId);
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
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Journal, RequestState } from '@toolcrib/model';
import fc from 'fast-check';
import { aHold, aRequest, aSnapshot, aSoften } from './records.ts';
import { failsWith, type JournalStore, withJournals as overJournals } from './store.ts';

const NOBODY = '';

/** What a journal must do with whose its records are. To be called beside `journalContract`. */
export function leaseContract(name: string, makeStore: () => Promise<JournalStore>): void {
  const withJournals =
    (count: number, run: (...journals: Journal[]) => Promise<void>): (() => Promise<void>) =>
    () =>
      overJournals(makeStore, count, (journals) => run(...journals));

  describe(`${name} keeps the contract of leases`, () => {
    test(
      'a lease is renewed until it is ended, and an ended one never again',
      withJournals(2, async (one, other) => {
        assert.equal(await one.renewLease('a', 10), true);
        assert.equal(await other.renewLease('b', 100), true);
        assert.deepEqual(await other.takeOver('b', 10), [NOBODY], 'it has not run out before that');
        assert.equal(await one.renewLease('a', 20), true, 'late, and nobody had ended it');
        assert.equal(await one.renewLease('a', 15), true);
        assert.deepEqual(
          await other.takeOver('b', 16),
          [NOBODY],
          'an earlier end than it had shortens nothing',
        );
        assert.deepEqual(await other.takeOver('b', 21), [NOBODY, 'a']);
        assert.equal(await one.renewLease('a', 1_000), false);
        await assert.rejects(one.takeOver('a', 1_000), failsWith('conflict'));
        await assert.rejects(one.takeOver('never-was', 1_000), failsWith('conflict'));
        assert.deepEqual(await other.takeOver('b', 1_000), [NOBODY, 'a'], 'never itself');
      }),
    );

    test(
      'what a guard left is taken over by one, and by the next only once that has ended too',
      withJournals(2, async (one, other) => {
        for (const guard of ['a', 'b', 'c']) await one.renewLease(guard, 10);
        await one.endLease('a');
        const found = await Promise.all([one.takeOver('b', 0), other.takeOver('c', 0)]);
        assert.deepEqual(found.flat().sort(), [NOBODY, 'a'], 'each by one of the two');
        const heir = found[0]?.includes('a') ? 'b' : 'c';
        const next = heir === 'b' ? 'c' : 'b';
        await one.endLease(heir);
        assert.deepEqual(await other.takeOver(next, 0), [NOBODY, 'a', heir].sort());
      }),
    );

    test(
      'of any number of guards that live, stand still and end in any order, each that has ended has one heir at most',
      withJournals(3, async (...journals) => {
        let run = 0;
        await fc.assert(
          fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 25 }), async (steps) => {
            // All runs share a store: guards of earlier ones have ended, or are never meant again.
            const own = (guard: number) => `run-${String(run).padStart(3, '0')}-${guard}`;
            run++;
            let now = run * 1_000_000;
            const lives = new Map<string, number>();
            const ended = new Set<string>();
            const heirs = new Map<string, string>();
            const end = (guard: string) => {
              lives.delete(guard);
              ended.add(guard);
            };
            for (const { what, guard: number, by } of steps) {
              const guard = own(number);
              const journal = journals[by] as Journal;
              if (what === 'pass') now += 7;
              if (what === 'end' && lives.has(guard)) {
                await journal.endLease(guard);
                end(guard);
              }
              if (what === 'renew') {
                assert.equal(await journal.renewLease(guard, now + 10), !ended.has(guard));
                if (!ended.has(guard)) lives.set(guard, now + 10);
              }
              if (what !== 'take') continue;
              if (!lives.has(guard)) {
                await assert.rejects(journal.takeOver(guard, now), failsWith('conflict'));
                continue;
              }
              for (const [other, until] of lives) if (other !== guard && until < now) end(other);
              for (const one of ended) if (!lives.has(heirs.get(one) ?? '')) heirs.set(one, guard);
              const wanted = [...heirs].filter(([, heir]) => heir === guard).map(([one]) => one);
              const prefix = own(0).slice(0, -1);
              const found = (await journal.takeOver(guard, now)).filter((one) => one.startsWith(prefix));
              assert.deepEqual(found, wanted.sort());
            }
            for (const guard of lives.keys()) await journals[0]?.endLease(guard);
          }),
          { numRuns: 40 },
        );
      }),
    );

    test(
      'what is of a guard that lives is nobody else’s; its heir may have it, and it itself sends nothing any more',
      withJournals(2, async (one, other) => {
        await one.renewLease('a', 10);
        await other.renewLease('b', 1_000);
        const held = (guard: string, state: RequestState = 'held', id = 'req-h') =>
          aRequest({ id, guard, state });
        await one.keep(aSnapshot(), aRequest({ guard: 'a' }));
        await one.saveRequest(held('a'));
        await one.saveSoften(aSoften({ guard: 'a' }));
        const kept = { ...aRequest({ snapshotId: 'snap-1' }), state: 'unsettled' as const };
        const unsure = { why: 'no answer came', until: 99 };
        await assert.rejects(other.saveRequest(held('b', 'refused')), failsWith('conflict'));
        await assert.rejects(other.saveRequest({ ...kept, unsure, guard: 'b' }), failsWith('conflict'));
        await assert.rejects(other.saveRequest({ ...kept, unsure }), failsWith('conflict'), 'nor nobody’s');
        const moment = { requests: [held('b', 'refused')] };
        await assert.rejects(other.together(moment), failsWith('conflict'));
        await assert.rejects(
          other.saveSoften(aSoften({ guard: 'b', state: 'failed' })),
          failsWith('conflict'),
        );
        // A command carries on what it has read, and makes nothing its own.
        await other.saveSoften(aSoften({ guard: 'a', state: 'softened' }));
        await one.saveSoften(aSoften({ guard: 'a' }));

        await other.takeOver('b', 11);
        await assert.rejects(
          one.keep(aSnapshot({ id: 's2', requestId: 'r2' }), aRequest({ id: 'r2', guard: 'a' })),
          failsWith('conflict'),
        );
        assert.equal(await one.snapshot('s2'), undefined, 'all or nothing');
        for (const state of ['held', 'without-net'] as const)
          await assert.rejects(one.saveRequest(held('a', state)), failsWith('conflict'), state);
        await assert.rejects(one.saveRequest(held('c')), failsWith('conflict'), 'nor one that never lived');
        await assert.rejects(one.saveSoften(aSoften({ guard: 'a' })), failsWith('conflict'));
        await other.saveRequest({ ...kept, unsure, guard: 'b' });
        await other.saveSoften(aSoften({ guard: 'b', state: 'failed' }));
        // It awakes with an answer to what has another by now.
        await assert.rejects(
          one.saveRequest({ ...kept, guard: 'a', state: 'answered', status: 200 }),
          failsWith('conflict'),
        );
        await assert.rejects(
          one.saveSoften(aSoften({ guard: 'a', state: 'softened' })),
          failsWith('conflict'),
        );
        const all = await one.requests({ actId: 'act-000001' });
        assert.deepEqual(
          all.map(({ id, state, guard }) => [id, state, guard]),
          [
            ['req-1', 'unsettled', 'b'],
            ['req-h', 'held', 'a'],
          ],
        );
      }),
    );

    test(
      'a softening that was cut off under a guard that has ended: its undo is asked for, and a person carries it on',
      withJournals(2, async (one, other) => {
        await one.renewLease('a', 10);
        await other.renewLease('b', 1_000);
        await one.saveSoften(aSoften({ guard: 'a' }));
        await one.endLease('a');
        assert.deepEqual(await other.askUndo('act-000001', 7), [aSoften({ guard: 'a', undoAsked: 7 })]);
        // Also where the cluster still may carry it out, and nothing is known.
        const carried = aSoften({ guard: 'a', note: 'it may arrive yet' });
        await assert.rejects(other.saveSoften(carried), failsWith('conflict'), 'nobody else may');
        await other.saveSoften(carried, 'person');
        await other.saveSoften(aSoften({ guard: 'b', state: 'softened' }));
        assert.deepEqual(await one.softenings({ actId: 'act-000001' }), [
          aSoften({ guard: 'b', state: 'softened', undoAsked: 7 }),
        ]);
        await assert.rejects(other.saveSoften(carried, 'person'), failsWith('conflict'), 'its heir has it');
      }),
    );

    test(
      'a hold can be answered from anywhere, and is used at its own desk alone',
      withJournals(2, async (one, other) => {
        await one.renewLease('a', 10);
        await other.renewLease('b', 1_000);
        await one.saveHold(aHold({ guard: 'a' }));
        const answer = { as: 'as-sent', by: 'aiko', at: 2_000 } as const;
        const stored = await other.hold('K7QM');
        assert.ok(stored);
        await assert.rejects(
          other.saveHold({ ...stored, guard: 'b', state: 'expired' }),
          failsWith('conflict'),
        );
        await other.saveHold({ ...stored, state: 'approved', answer });
        const now = await one.hold('K7QM');
        assert.ok(now);
        await other.takeOver('b', 11);
        // It has stood still, and nobody has touched the hold yet.
        await assert.rejects(one.saveHold({ ...now, state: 'used' }), failsWith('conflict'));
        await assert.rejects(
          one.saveHold(aHold({ code: 'NEW', requestId: 'r', guard: 'a' })),
          failsWith('conflict'),
        );
        await other.saveHold({ ...now, guard: 'b', state: 'expired' });
        assert.equal((await one.hold('K7QM'))?.state, 'expired');
      }),
    );

    test(
      'records without a guard are saved and read as ever, whoever lives',
      withJournals(1, async (journal) => {
        await journal.renewLease('a', 10);
        await journal.saveHold(aHold());
        await journal.saveRequest(aRequest());
        await journal.saveSoften(aSoften());
        assert.deepEqual(await journal.requests({ state: 'held' }), [aRequest()]);
        await journal.takeOver('a', 0);
        await journal.saveHold({ ...aHold({ guard: 'a' }), state: 'expired' });
        await journal.saveRequest(aRequest({ guard: 'a', state: 'refused' }));
        await journal.saveSoften(aSoften({ guard: 'a' }));
        assert.equal((await journal.softenings({ state: 'started' }))[0]?.guard, 'a');
      }),
    );
  });
}

const aStep = fc.record({
  what: fc.constantFrom('renew' as const, 'renew' as const, 'take' as const, 'pass' as const, 'end' as const),
  guard: fc.integer({ min: 0, max: 3 }),
  by: fc.integer({ min: 0, max: 2 }),
});

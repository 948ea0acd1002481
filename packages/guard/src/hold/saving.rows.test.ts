import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { type Hold, ToolcribError } from '@toolcrib/model';
import { aHold } from '../journal/testing/records.ts';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { loneLease } from '../testing/lease.ts';
import { type Saving, saving as savingFor } from './saving.ts';
import { type Slot, slots as slotsFor } from './slots.ts';

// What stands in a hold's row, and what of it this desk has.
const CODE = 'K7QM';
const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
const envelope = { session: 's', verb: 'delete', kind: 'Pod', uids: ['1', '2'], used: [], expiresAt: 9 };
let journal = holdsInMemory();
let slot: Slot;
let saving: Saving;
let [runs, renewals] = [true, 0];
let [changed, logged]: [Hold['state'][], string[]] = [[], []];
const lease = {
  ...loneLease,
  guard: () => 'a',
  runs: () => runs,
  renew: async () => {
    renewals++;
    return runs;
  },
};

function over(rows: typeof journal): Saving {
  return savingFor({
    journal: rows,
    lease,
    changed: ({ state }) => void changed.push(state),
    adopted: () => undefined,
    log: (line, detail) => void logged.push(`${line}: ${JSON.stringify(detail)}`),
  });
}
beforeEach(() => {
  journal = holdsInMemory();
  [runs, renewals] = [true, 0];
  [changed, logged] = [[], []];
  saving = over(journal);
  slot = slotsFor({ now: () => 0 }, lease).add(aHold({ guard: 'a' }));
});
const approve = (by = saving) => by.decide(slot, () => ({ state: 'approved', answer }));
async function elsewhere(part: Partial<Hold>): Promise<void> {
  const stored = await journal.hold(CODE);
  assert.ok(stored);
  await journal.saveHold({ ...stored, ...part });
}
const full = (): typeof journal => ({
  hold: journal.hold,
  saveHold: async () => {
    throw new Error('the disk is full');
  },
});

test('a row is counted on with each write', async () => {
  await approve();
  assert.equal(slot.revision, 1);
  assert.deepEqual(saving.change(slot, { waiting: true }).waiting, true);
  await saving.look(slot);
  assert.deepEqual([slot.revision, (await journal.hold(CODE))?.revision], [2, 2]);
  assert.deepEqual([changed, logged], [['approved', 'approved'], []]);
});

test('what can’t be written down is told, and counts in memory', async () => {
  const broken = over(full());
  assert.equal(broken.change(slot, { waiting: true }).waiting, true);
  await broken.look(slot);
  assert.deepEqual(logged, ['a hold could not be written down: {"why":"Error: the disk is full"}']);
  assert.equal(slot.hold.waiting, true);
});

test('the lease is renewed for a decision only where it does not run', async () => {
  await approve();
  assert.equal(renewals, 0);
  runs = false;
  await approve();
  assert.equal(renewals, 1);
});

test('that nothing may be decided is said of the last decision alone', async () => {
  await approve();
  runs = false;
  assert.equal(await approve(over(full())), undefined);
  assert.deepEqual([slot.unwritten, logged], [true, []]);
  runs = true;
  assert.equal((await approve())?.state, 'approved');
  assert.equal(slot.unwritten, false);
});

test('what lay at an earlier desk, and was never written, is written by this one', async () => {
  slot.restored = true;
  assert.equal((await approve())?.state, 'approved');
  assert.equal((await journal.hold(CODE))?.state, 'approved');
});

test('what another process has made of it is told once', async () => {
  await saving.decide(slot, () => ({}));
  changed = [];
  await elsewhere({ state: 'denied', denied: { by: 'cho', at: 6 } });
  await saving.look(slot);
  await saving.look(slot);
  assert.deepEqual(changed, ['denied']);
});

test('a yes of nobody here is told as what it makes of the hold, and nobody waits for it any more', async () => {
  slot.hold = { ...slot.hold, waiting: true };
  await saving.decide(slot, () => ({}));
  changed = [];
  await elsewhere({ state: 'approved', answer });
  await saving.look(slot);
  assert.deepEqual([slot.hold.state, slot.hold.waiting], ['void', false]);
  assert.deepEqual(changed, ['void']);
  assert.match(logged.join(), /not given at this guard.*"code":"K7QM","by":"ben"/);
});

test('whose it is now counts, and no row brings it back', async () => {
  await saving.decide(slot, () => ({}));
  await elsewhere({ guard: 'b' });
  await saving.look(slot);
  assert.equal(slot.hold.guard, 'b');
  await elsewhere({ guard: 'a' });
  await saving.look(slot);
  assert.equal(slot.hold.guard, 'b');
});

test('of a hold that names no guard another’s name is taken', async () => {
  slot.hold = { ...slot.hold, guard: undefined };
  await saving.decide(slot, () => ({}));
  await elsewhere({ guard: 'b' });
  await saving.look(slot);
  assert.equal(slot.hold.guard, 'b');
});

test('a share that the journal has as used stays used there, whatever memory gives back', async () => {
  slot.hold = { ...slot.hold, envelope };
  await approve();
  await elsewhere({ envelope: { ...envelope, used: ['1'] } });
  await saving.look(slot);
  slot.hold = { ...slot.hold, envelope };
  saving.change(slot, {});
  await saving.look(slot);
  assert.deepEqual((await journal.hold(CODE))?.envelope?.used, ['1']);
  // What is noted of it goes on being written with that.
  assert.equal((await journal.hold(CODE))?.revision, 3);
});

test('a share that another process has used is not decided on a second time', async () => {
  slot.hold = { ...slot.hold, envelope };
  await approve();
  await elsewhere({ envelope: { ...envelope, used: ['1'] } });
  const take = await saving.decide(slot, ({ envelope: now }) =>
    now?.used.includes('1') ? undefined : { envelope: { ...envelope, used: ['1'] } },
  );
  assert.equal(take, undefined);
});

test('a row of the number that this desk wrote says nothing new, however it reads', async () => {
  await saving.decide(slot, () => ({}));
  const stored = await journal.hold(CODE);
  const read = over({ ...journal, hold: async () => stored && { ...stored, state: 'denied' } });
  await read.look(slot);
  assert.equal(slot.hold.state, 'open');
});

test('what lay at an earlier desk, and another guard has taken over since, is not decided over it', async () => {
  await journal.saveHold(aHold({ guard: 'b' }));
  slot.restored = true;
  const yes = await saving.decide(slot, ({ guard }) =>
    guard === 'a' ? { state: 'approved', answer } : undefined,
  );
  assert.equal(yes, undefined);
  const stored = await journal.hold(CODE);
  assert.deepEqual([stored?.guard, stored?.state], ['b', 'open']);
});

test('what lay at an earlier desk with a yes goes on from there', async () => {
  await journal.saveHold(aHold({ guard: 'a', state: 'approved', answer }));
  slot.restored = true;
  const tried = await saving.decide(slot, () => ({ alsoBy: ['act-2'] }));
  assert.deepEqual([tried?.state, tried?.alsoBy], ['approved', ['act-2']]);
  // Told with what was said of it here, and once more with neither.
  saving.change(slot, { usedIn: 'act-2' });
  await saving.look(slot);
  assert.deepEqual([(await journal.hold(CODE))?.usedIn, slot.hold.usedIn], ['act-2', 'act-2']);
});

test('a word on what an earlier desk had otherwise is written over what is taken over of it', async () => {
  slot.hold = { ...slot.hold, envelope };
  await journal.saveHold(aHold({ guard: 'a', envelope: { ...envelope, used: ['1'] } }));
  slot.restored = true;
  saving.change(slot, { alsoBy: ['act-2'] });
  await saving.look(slot);
  const stored = await journal.hold(CODE);
  assert.deepEqual([stored?.alsoBy, stored?.envelope?.used], [['act-2'], ['1']]);
});

test('what can not even be told keeps nothing from what comes after it', async () => {
  let tells = 0;
  const journalOf = full();
  const deaf = savingFor({
    journal: journalOf,
    lease,
    changed: () => undefined,
    adopted: () => undefined,
    log: (line) => {
      if (++tells === 1) throw new Error('nobody listens');
      logged.push(line);
    },
  });
  deaf.change(slot, { waiting: true });
  await deaf.look(slot);
  assert.deepEqual(logged, ['a hold could not be written down']);
});

test('over a row that never comes to rest nothing is decided, after five tries', async () => {
  let tries = 0;
  const restless = (more: (n: number) => Partial<Hold>): typeof journal => ({
    hold: async () => aHold({ guard: 'a', ...more(tries), revision: 10 + tries }),
    saveHold: async () => {
      tries++;
      throw new ToolcribError('conflict', 'another was faster');
    },
  });
  slot.hold = { ...slot.hold, envelope };
  const growing = restless((n) => ({
    envelope: { ...envelope, used: Array.from({ length: n }, (_, i) => `${i}`) },
  }));
  assert.equal(await approve(over(growing)), undefined);
  assert.equal(tries, 5);
  tries = 0;
  assert.equal(await approve(over(restless(() => ({ envelope: slot.hold.envelope })))), undefined);
  assert.equal(tries, 2, 'where only its number is another: once more');
  assert.equal(slot.hold.state, 'open');
});

test('an answer in a row that is open is nobody’s: a yes and a no are written down as they are given here', async () => {
  const denied = { by: 'cho', at: 6 };
  for (const part of [
    { state: 'approved', answer: { ...answer, by: 'dan' } },
    { state: 'denied', denied },
  ] as const) {
    journal = holdsInMemory();
    saving = over(journal);
    slot = slotsFor({ now: () => 0 }, lease).add(aHold({ guard: 'a' }));
    await saving.decide(slot, () => ({}));
    await elsewhere({ answer });
    assert.equal((await saving.decide(slot, () => part))?.state, part.state);
    const stored = await journal.hold(CODE);
    assert.deepEqual([stored?.state, stored?.answer?.by], [part.state, 'answer' in part ? 'dan' : undefined]);
  }
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type Hold, ToolcribError } from '@toolcrib/model';
import { aHold } from '../journal/testing/records.ts';
import { leaseView } from '../lease/lease.ts';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { type Saving, saving as savingFor } from './saving.ts';
import { type Slot, slots as slotsFor } from './slots.ts';

let now = 0;
let fails: Error | undefined;
let during: (() => void) | undefined;
let renews: boolean | Error = true;
let journal = holdsInMemory();
let saving: Saving;
let slot: Slot;
let adopted: Hold['state'][] = [];
let changed: Hold['state'][] = [];
let logged: string[] = [];
let codes = 0;
const clock = { now: () => now, after: () => () => undefined };
const full = new ToolcribError('journal', 'the disk is full');
const envelope = { session: 's', verb: 'delete', kind: 'Pod', uids: ['1', '2'], used: [], expiresAt: 9 };
const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;

beforeEach(() => {
  now = 0;
  [fails, during] = [undefined, undefined];
  renews = true;
  journal = holdsInMemory();
  [adopted, changed, logged] = [[], [], []];
  const inner = journal;
  const failing = {
    async saveHold(hold: Hold) {
      if (fails) throw fails;
      await inner.saveHold(hold);
      const then = during;
      during = undefined;
      then?.();
    },
    async hold(code: string) {
      if (fails?.message === full.message) throw fails;
      return inner.hold(code);
    },
  };
  const renewing = {
    async renewLease() {
      if (renews instanceof Error) throw renews;
      return renews;
    },
  };
  const lease = leaseView({ journal: renewing, clock, life: 50 }, { guard: 'a', until: 100, inherited: [] });
  saving = savingFor({
    journal: failing,
    lease,
    changed: ({ state }) => void changed.push(state),
    adopted: ({ hold }) => void adopted.push(hold.state),
    log: (line) => void logged.push(line),
  });
  slot = slotsFor(clock, lease).add(aHold({ guard: 'a' }));
});

/** Another process's word on the same hold. */
async function elsewhere(part: Partial<Hold>): Promise<void> {
  const stored = await journal.hold('K7QM');
  assert.ok(stored);
  await journal.saveHold({ ...stored, ...part });
}
const approve = () => saving.decide(slot, () => ({ state: 'approved', answer }));
const use = () => saving.decide(slot, ({ state }) => (state === 'approved' ? { state: 'used' } : undefined));

describe('a decision', () => {
  it('is written before it counts, after what was noted before', async () => {
    saving.change(slot, { waiting: false });
    const decided = approve();
    assert.equal(slot.hold.state, 'open');
    assert.equal((await decided)?.state, 'approved');
    const stored = await journal.hold('K7QM');
    assert.deepEqual([stored?.state, stored?.waiting, stored?.revision], ['approved', false, 2]);
    assert.deepEqual(changed, ['open', 'approved']);
  });

  it('that another process was faster with is none, and memory has what that one wrote', async () => {
    await approve();
    await elsewhere({ state: 'denied', denied: { by: 'cho', at: 6 } });
    assert.equal(await use(), undefined);
    assert.deepEqual([slot.hold.state, slot.hold.denied?.by, adopted], ['denied', 'cho', ['denied']]);
    assert.equal(await use(), undefined);
    assert.equal((await journal.hold('K7QM'))?.state, 'denied');
  });

  it('is made by the hold as it is when its turn comes', async () => {
    const both = [approve(), use(), use()];
    assert.deepEqual(
      (await Promise.all(both)).map((hold) => hold?.state),
      ['approved', 'used', undefined],
    );
  });

  it('is not made over a word that was said while it was being written', async () => {
    during = () => saving.change(slot, { state: 'void' });
    assert.equal(await approve(), undefined);
    assert.equal(await approve(), undefined, 'the journal takes no step back');
    assert.equal(slot.hold.state, 'void');
    assert.equal((await journal.hold('K7QM'))?.state, 'void');
  });

  it('is made over what another process wrote beside it, where it is possible still', async () => {
    slot.hold = { ...slot.hold, envelope };
    await approve();
    await elsewhere({ expiresAt: 9_000, alsoBy: ['act-2'], envelope: { ...envelope, used: ['9'] } });
    assert.equal((await use())?.state, 'used');
    assert.deepEqual(slot.hold.envelope?.used, ['9']);
    assert.equal((await journal.hold('K7QM'))?.state, 'used');
  });

  it('whose hold has only another number in the journal is made all the same', async () => {
    await approve();
    await elsewhere({});
    assert.equal((await use())?.state, 'used');
    assert.equal((await journal.hold('K7QM'))?.state, 'used');
    assert.deepEqual(adopted, []);
  });

  it('of a hold that a newer toolcrib wrote is not ours', async () => {
    await approve();
    fails = new ToolcribError('newer', 'of tomorrow');
    assert.equal(await use(), undefined);
  });
});

describe('a journal that can not be written', () => {
  it('lets memory decide as long as the lease runs, and says so', async () => {
    await approve();
    fails = full;
    now = 99;
    assert.equal((await use())?.state, 'used');
    assert.deepEqual(logged, ['a hold could not be written down']);
  });

  it('lets nothing be decided once the lease has ended: another may have taken it over there', async () => {
    await approve();
    fails = full;
    renews = full;
    now = 100;
    assert.equal(await use(), undefined);
    assert.equal(slot.hold.state, 'approved');
  });

  it('nor of what an earlier thread had, and nobody knows whether it wrote it', async () => {
    slot.restored = true;
    fails = full;
    renews = full;
    now = 100;
    assert.equal(await approve(), undefined);
  });

  it('leaves what was never written to memory for good: nobody else knows of it', async () => {
    fails = full;
    renews = full;
    saving.change(slot, {});
    now = 100_000;
    assert.equal((await approve())?.state, 'approved');
    assert.equal((await use())?.state, 'used');
  });

  it('a lease that only ran out is renewed first', async () => {
    await approve();
    now = 100;
    fails = full;
    assert.equal((await use())?.state, 'used');
  });
});

describe('a look', () => {
  it('takes over what another process has written, once', async () => {
    await saving.decide(slot, () => ({}));
    await saving.look(slot);
    assert.deepEqual(adopted, []);
    slot.hold = { ...slot.hold, waiting: true };
    const denied = { by: 'cho', at: 6 };
    await elsewhere({ state: 'denied', denied });
    await saving.look(slot);
    await saving.look(slot);
    assert.deepEqual([slot.hold.denied, slot.hold.waiting, adopted], [denied, false, ['denied']]);
    assert.equal('revision' in slot.hold, false);
  });

  it('takes no yes that was not given here, and its code is good for nothing from then on', async () => {
    await saving.decide(slot, () => ({}));
    await elsewhere({ state: 'approved', answer, envelope });
    await saving.look(slot);
    assert.deepEqual([slot.hold.state, slot.hold.envelope, adopted], ['void', undefined, ['void']]);
    assert.equal(await use(), undefined);
    assert.equal((await journal.hold('K7QM'))?.state, 'void');
    assert.match(logged.join(), /not given at this guard/);
  });

  it('nor where a decision finds it there', async () => {
    await saving.decide(slot, () => ({}));
    await elsewhere({ state: 'approved', answer });
    const yes = (hold: Hold) => (hold.state === 'open' ? { state: 'approved' as const, answer } : undefined);
    assert.equal(await saving.decide(slot, yes), undefined);
    assert.equal(slot.hold.state, 'void');
  });

  it('takes of a row only what takes something away: what was shown is what was judged here', async () => {
    slot.hold = { ...slot.hold, envelope, needsName: 'kafka', net: 'none' };
    await approve();
    await elsewhere({
      person: 'eve',
      requestKey: 'k2',
      fingerprint: 'f2',
      expiresAt: 1e12,
      needsName: undefined,
      net: undefined,
      envelope: { ...envelope, uids: ['1', '2', '3'], used: ['1'], likeness: 'any', expiresAt: 1e12 },
    });
    const before = slot.hold;
    await saving.look(slot);
    assert.deepEqual(slot.hold, { ...before, waiting: false, envelope: { ...envelope, used: ['1'] } });
  });

  it('takes nothing for its own that only has the same code', async () => {
    await journal.saveHold(aHold({ requestId: 'another', state: 'denied' }));
    await saving.look(slot);
    assert.equal(slot.hold.state, 'open');
    assert.equal(await approve(), undefined);
  });
});

describe('what lay at an earlier desk', () => {
  it('counts as that had written it down, also what it had not told', async () => {
    await journal.saveHold(aHold({ guard: 'a', state: 'approved', answer }));
    slot.restored = true;
    slot.hold = { ...slot.hold, state: 'approved', answer };
    await elsewhere({ state: 'used' });
    assert.equal(await use(), undefined);
    assert.equal(slot.hold.state, 'used');
  });

  it('a yes that was given there counts as it lay there at first, and no later one', async () => {
    for (const first of [true, false]) {
      const code = first ? 'FIRST' : 'LATER';
      const one: Slot = { ...slot, hold: aHold({ code, guard: 'a' }), restored: true };
      await journal.saveHold(aHold({ code, guard: 'a' }));
      if (!first) await saving.look(one);
      const stored = await journal.hold(code);
      assert.ok(stored);
      await journal.saveHold({ ...stored, state: 'approved', answer });
      await saving.look(one);
      assert.equal(one.hold.state, first ? 'approved' : 'void');
    }
  });

  it('a yes that could not be said to what was shown does not, wherever it stands', async () => {
    const named = { needsName: 'kafka', net: 'none' as const };
    for (const [shown, said] of [
      [named, { ...answer, withoutNet: false }],
      [{}, { ...answer, withoutNet: true }],
      [{}, { ...answer, as: 'softened' as const }],
    ] as const) {
      const code = `ODD${codes++}`;
      const one: Slot = { ...slot, hold: aHold({ code, guard: 'a', ...shown }), restored: true };
      await journal.saveHold(aHold({ code, guard: 'a', state: 'approved', answer: said }));
      await saving.look(one);
      assert.equal(one.hold.state, 'void', code);
    }
  });

  it('a word said to it is not lost over that', async () => {
    await journal.saveHold(aHold({ guard: 'a', state: 'approved', answer }));
    slot.restored = true;
    saving.change(slot, { state: 'void' });
    await saving.look(slot);
    assert.deepEqual([slot.hold.state, (await journal.hold('K7QM'))?.state], ['void', 'void']);
  });
});

it('a share of an envelope that was given back stays used in the journal, which takes the next', async () => {
  const take = (...used: string[]) => saving.decide(slot, () => ({ envelope: { ...envelope, used } }));
  slot.hold = { ...slot.hold, state: 'approved', answer };
  await take('1');
  slot.hold = { ...slot.hold, envelope };
  assert.deepEqual((await take('2'))?.envelope?.used, ['2']);
  assert.deepEqual((await journal.hold('K7QM'))?.envelope?.used, ['2', '1']);
});

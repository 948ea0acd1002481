import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { type Hold, ToolcribError } from '@toolcrib/model';
import { openJournal } from '../journal/index.ts';
import { aHold } from '../journal/testing/records.ts';
import { leaseView } from '../lease/lease.ts';
import { type HoldDesk, holdDesk } from './desk.ts';
import type { HoldAnswer } from './hold-answer.ts';

// A hold at the desk of one guard, and what others write of it into the same journal.
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-answering-'));
const clock = { now: () => 1_000, after: () => () => undefined };
const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
after(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

let n = 0;
let desk: HoldDesk;
let lease: ReturnType<typeof leaseView>;
let code = '';
let told: HoldAnswer | undefined;
const yes = { as: 'softened', by: 'ben', withoutNet: true } as const;
const no = { as: 'denied', by: 'cho' } as const;
const given = { as: 'as-sent', by: 'dan', at: 2_000 } as const;

beforeEach(async () => {
  const guard = `a${++n}`;
  await journal.renewLease(guard, 1e9);
  lease = leaseView({ journal, clock }, { guard, until: 1e9, inherited: [] });
  desk = holdDesk({ clock, journal, lease, log: (line) => assert.match(line, /not given at this guard/) });
  code = `C${n}`;
  told = undefined;
  void desk.place(aHold({ code, requestId: code, requestKey: code }), 90_000).then((answer) => {
    told = answer;
  });
  await desk.look();
});

async function elsewhere(part: Partial<Hold>): Promise<void> {
  await desk.look();
  const stored = await journal.hold(code);
  assert.ok(stored);
  await journal.saveHold({ ...stored, ...part });
}

describe('said at another guard', () => {
  test('a yes lets nobody go that waits here: he need not wait longer, and its code is good for nothing', async () => {
    await elsewhere({ state: 'approved', answer: { ...given, withoutNet: true } });
    await desk.look();
    while (told === undefined) await desk.look();
    assert.deepEqual(told, { as: 'expired' });
    assert.equal(desk.openFor('aiko', code), undefined);
    while ((await journal.hold(code))?.state !== 'void') await desk.look();
    assert.equal(await desk.takePass('aiko', code), undefined);
    assert.equal(await desk.answer(code, yes, 60_000), 'closed');
  });

  test('a yes where nobody waits is no pass', async () => {
    desk.gone(code);
    await elsewhere({ state: 'approved', answer: given });
    await desk.look();
    assert.equal(desk.seePass('aiko', code), undefined);
    assert.equal(await desk.takePass('aiko', code), undefined);
  });

  test('a yes that an earlier desk of this guard took is a pass at the next', async () => {
    const next = holdDesk({ clock, journal, lease, log: (line) => assert.fail(line) });
    const before = desk.get(code);
    assert.ok(before);
    await elsewhere({ state: 'approved', answer: given });
    next.restore(before);
    await next.look();
    assert.equal((await next.takePass('aiko', code))?.answer?.by, 'dan');
  });

  test('a no ends the act, and whoever waits is told', async () => {
    await elsewhere({ state: 'denied', denied: { by: 'cho', at: 2_000 } });
    await desk.look();
    assert.deepEqual(told, no);
    assert.deepEqual(desk.deniedOf('act-000001'), { code, by: 'cho', at: 2_000 });
    assert.equal(await desk.answer(code, yes, 60_000), 'closed');
  });

  test('taken over: whoever waits need not wait longer, and nothing goes by it', async () => {
    await journal.endLease(lease.guard());
    await journal.renewLease('heir', 1e9);
    await elsewhere({ guard: 'heir', state: 'expired' });
    await desk.look();
    assert.deepEqual(told, { as: 'expired' });
    assert.equal(await desk.answer(code, yes, 60_000), 'closed');
  });

  test('of two answers at the same time one counts, and who gave the other is told', async () => {
    await elsewhere({ state: 'approved', answer: given });
    assert.equal(await desk.answer(code, yes, 60_000), 'closed');
    assert.equal((await journal.hold(code))?.answer?.by, 'dan');
  });
});

describe('said here', () => {
  test('a yes, with all that was said', async () => {
    desk.gone(code);
    const from = { pid: 7 };
    const hold = await desk.answer(code, { ...yes, from }, 500);
    assert.ok(typeof hold === 'object');
    assert.deepEqual(hold.answer, { ...yes, at: 1_000, from });
    assert.deepEqual([hold.state, hold.expiresAt, hold.waiting], ['approved', 1_500, false]);
  });

  test('a no counts at once, and after a yes that was written elsewhere at the same time', async () => {
    await elsewhere({ state: 'approved', answer: given });
    const denied = desk.answer(code, no, 60_000);
    assert.equal(desk.deniedOf('act-000001')?.by, 'cho');
    assert.equal(desk.seePass('aiko', code), undefined);
    const hold = await denied;
    assert.equal(typeof hold === 'object' && hold.state, 'denied');
    assert.deepEqual(told, no);
    const stored = await journal.hold(code);
    assert.deepEqual([stored?.state, stored?.answer?.by, stored?.denied?.by], ['denied', 'dan', 'cho']);
    assert.equal(await desk.answer(code, no, 60_000), 'closed');
  });

  test('a yes while the journal can not be written: once the lease is over it is none, and not called answered', async () => {
    let full = false;
    let now = 1_000;
    const fails =
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args) => {
        if (full) throw new ToolcribError('journal', 'the disk is full');
        return work(...args);
      };
    const failing = {
      saveHold: fails(journal.saveHold),
      hold: fails(journal.hold),
      renewLease: fails(journal.renewLease),
    };
    const moving = { ...clock, now: () => now };
    const own = leaseView(
      { journal: failing, clock: moving, life: 500 },
      { guard: lease.guard(), until: 1_500, inherited: [] },
    );
    const here = holdDesk({ clock: moving, journal: failing, lease: own, log: () => undefined });
    const at = (id: string) => aHold({ code: id, requestId: id, requestKey: id });
    void here.place(at(`${code}X`), 0);
    await here.look();
    full = true;
    void here.place(at(`${code}Y`), 0);
    assert.equal(here.isOutOfReach(`${code}X`), false, 'nobody else has it as long as the lease runs');
    now = 1_500;
    assert.deepEqual([here.isOutOfReach(`${code}X`), here.isOutOfReach(`${code}Y`)], [true, false]);
    assert.equal(await here.answer(`${code}X`, yes, 60_000), 'unwritten');
    assert.equal(here.get(`${code}X`)?.state, 'open');
    const anew = await here.answer(`${code}Y`, yes, 60_000);
    assert.equal(typeof anew === 'object' && anew.state, 'approved');
    full = false;
    assert.equal(typeof (await here.answer(`${code}X`, yes, 60_000)), 'object', 'once it can be written');
  });

  test('by a guard that another has taken for dead, nothing: its lease was ended', async () => {
    await journal.endLease(lease.guard());
    assert.equal(await desk.answer(code, yes, 60_000), 'closed');
    assert.equal(told, undefined);
    lease.hear({ guard: `${lease.guard()}-again`, until: 1e9, inherited: [] });
    await desk.look();
    assert.deepEqual(told, { as: 'closed' });
    assert.deepEqual(desk.openFor('aiko', code), undefined);
    assert.equal((await journal.hold(code))?.state, 'open', 'its heir closes it');
  });
});

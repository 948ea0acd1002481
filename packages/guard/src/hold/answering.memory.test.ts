import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Hold } from '@toolcrib/model';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { loneLease } from '../testing/lease.ts';
import { type HoldDesk, holdDesk } from './desk.ts';
import { aHold, PASS, yes } from './testing/opened-desk.ts';

// What a person says to a hold at one desk, by a clock that is moved by hand.
let now = 0;
let guard = 'a';
let desk: HoldDesk;
let journal = holdsInMemory();
const LIFE = 600_000;
const no = { as: 'denied', by: 'cho' } as const;

beforeEach(() => {
  [now, guard] = [1_000_000, 'a'];
  journal = holdsInMemory();
  desk = holdDesk({
    clock: { now: () => now, after: () => () => undefined },
    journal,
    lease: { ...loneLease, guard: () => guard },
    log: () => undefined,
  });
});
const place = (waitMs = 0, more: Partial<Hold> = {}) =>
  desk.place({ ...aHold(), createdAt: now, expiresAt: now + LIFE, ...more }, waitMs);
const said = async (answer: typeof yes | typeof no) => {
  const end = await desk.answer('BCDFG', answer, PASS);
  return typeof end === 'string' ? end : end.state;
};

describe('a yes', () => {
  it('is for a hold that is open, and in its time', async () => {
    assert.equal(await said(yes), 'unknown');
    void place();
    assert.equal(await said(yes), 'approved');
    assert.equal(await said(yes), 'closed', 'once');
    assert.deepEqual(desk.get('BCDFG')?.answer, { as: 'as-sent', by: 'ben', at: now, withoutNet: false });
    assert.equal(desk.get('BCDFG')?.expiresAt, now + PASS);
  });

  it('comes too late once the time is over, also where that ends meanwhile', async () => {
    void place();
    const late = said(yes);
    now += LIFE;
    assert.equal(await late, 'closed');
    assert.equal(await said(yes), 'closed');
  });

  it('is none where somebody said no meanwhile', async () => {
    void place();
    const given = said(yes);
    const denied = said(no);
    assert.equal(await given, 'closed');
    assert.equal(await denied, 'denied');
    assert.equal(desk.get('BCDFG')?.state, 'denied');
  });

  it('is none where the guard has become another', async () => {
    void place();
    guard = 'b';
    assert.equal(await said(yes), 'closed');
    assert.equal(await said(no), 'closed');
  });

  it('lets whoever waits go', async () => {
    const answer = place(90_000);
    assert.equal(await said(yes), 'used');
    assert.deepEqual(await answer, yes);
  });
});

describe('a no', () => {
  it('closes what is open, tells whoever waits, and ends the act', async () => {
    const answer = place(90_000);
    assert.equal(await said(no), 'denied');
    assert.deepEqual(await answer, no);
    assert.deepEqual(desk.deniedOf('act-1'), { code: 'BCDFG', by: 'cho', at: now });
    assert.deepEqual((await journal.hold('BCDFG'))?.denied, { by: 'cho', at: now });
    assert.equal(await said(no), 'closed', 'once');
    assert.equal(await said(yes), 'closed');
  });

  it('comes too late once the time is over', async () => {
    void place();
    now += LIFE;
    assert.equal(await said(no), 'closed');
    assert.equal(desk.deniedOf('act-1'), undefined);
  });

  it('takes a yes back that was not used, as long as it is good', async () => {
    void place();
    await said(yes);
    assert.equal(await said(no), 'denied');
    assert.equal((await journal.hold('BCDFG'))?.state, 'denied');
    assert.equal(desk.seePass('aiko', 'key'), undefined);
  });

  it('to a yes whose time is over is none', async () => {
    void place();
    await said(yes);
    now += PASS;
    assert.equal(await said(no), 'closed');
    assert.equal(desk.get('BCDFG')?.state, 'approved');
  });

  it('to a yes that was used stops what has not left, and can be said again; the hold stays used', async () => {
    void place();
    await said(yes);
    const hold = await desk.takePass('aiko', 'key');
    assert.ok(hold);
    assert.equal(await said(no), 'used');
    assert.equal(desk.deniedOf('act-1')?.by, 'cho');
    assert.equal((await journal.hold('BCDFG'))?.state, 'used');
    assert.equal(await said(no), 'used');
    now += PASS;
    assert.equal(await said(no), 'closed');
  });

  it('as long as what was begun by a yes may go on it can be taken back', async () => {
    void place();
    await said(yes);
    const hold = await desk.takePass('aiko', 'key');
    assert.ok(hold);
    desk.prolong(hold, 0, 2 * PASS);
    now += PASS;
    assert.equal(await said(no), 'used');
  });

  it('to what another guard has taken over is none', async () => {
    void place();
    await said(yes);
    guard = 'b';
    assert.equal(await said(no), 'closed');
  });

  it('counts where a void hold has no turn any more', async () => {
    void place();
    desk.void('BCDFG');
    assert.equal(await said(no), 'closed');
    assert.equal(desk.get('BCDFG')?.state, 'void');
  });

  it('that can’t be written is the last word all the same', async () => {
    const inner = journal;
    let full = false;
    const broken = holdDesk({
      clock: { now: () => now, after: () => () => undefined },
      journal: {
        hold: inner.hold,
        async saveHold(hold) {
          if (full) throw new Error('the disk is full');
          await inner.saveHold(hold);
        },
      },
      lease: { ...loneLease, runs: () => !full, renew: async () => !full },
      log: () => undefined,
    });
    void broken.place({ ...aHold(), createdAt: now, expiresAt: now + LIFE }, 0);
    await broken.look();
    full = true;
    const end = await broken.answer('BCDFG', no, PASS);
    assert.equal(typeof end === 'object' && end.state, 'denied');
    assert.equal(await broken.answer('BCDFG', yes, PASS), 'closed');
    assert.equal(broken.get('BCDFG')?.state, 'denied');
  });
});

describe('what another process has made of it', () => {
  const elsewhere = async (part: Partial<Hold>) => {
    await desk.look();
    const stored = await journal.hold('BCDFG');
    assert.ok(stored);
    await journal.saveHold({ ...stored, ...part });
    await desk.look();
  };
  it('a no without a name is one; whoever waits is told', async () => {
    const answer = place(90_000);
    await elsewhere({ state: 'denied' });
    assert.deepEqual(await answer, { as: 'denied', by: '' });
    assert.equal(desk.deniedOf('act-1'), undefined, 'nobody has said it');
  });
  it('what is over lets nobody wait', async () => {
    const answer = place(90_000);
    await elsewhere({ state: 'void' });
    assert.deepEqual(await answer, { as: 'expired' });
  });
  it('a yes that was given at an earlier desk wakes who waits at the next', async () => {
    void place();
    await desk.look();
    const [before, stored] = [desk.get('BCDFG'), await journal.hold('BCDFG')];
    assert.ok(before && stored);
    await journal.saveHold({ ...stored, state: 'approved', answer: { as: 'as-sent', by: 'dan', at: now } });
    const next = holdDesk({
      clock: { now: () => now, after: () => () => undefined },
      journal,
      lease: { ...loneLease, guard: () => guard },
      log: () => undefined,
    });
    next.restore(before);
    const answer = next.waitOn('BCDFG', 'req-9', 90_000);
    await next.look();
    assert.deepEqual(await answer, { as: 'as-sent', by: 'dan', withoutNet: false });
  });
  it('what is only told lets him wait on', async () => {
    let told: unknown;
    void place(90_000, { envelope: undefined }).then((answer) => {
      told = answer;
    });
    await elsewhere({ guard: 'b' });
    assert.equal(told, undefined);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { leaseView } from './lease.ts';

let now = 0;
const clock = { now: () => now, after: () => () => undefined };
/** What the journal says to a renewal, and what it was asked. */
let says: boolean | Error = true;
let asked: [string, number][] = [];
const journal = {
  async renewLease(guard: string, until: number) {
    asked.push([guard, until]);
    if (says instanceof Error) throw says;
    return says;
  },
};
const view = (until = 100, inherited: string[] = []) =>
  leaseView({ journal, clock, life: 50 }, { guard: 'a', until, inherited });

beforeEach(() => {
  now = 0;
  says = true;
  asked = [];
});

describe('a lease', () => {
  it('runs until its end by the clock, whatever else has happened', () => {
    const lease = view();
    now = 99;
    assert.equal(lease.runs(), true);
    now = 100;
    assert.equal(lease.runs(), false);
  });

  it('renewed it runs from when that was asked, and never shorter than before', async () => {
    const lease = view();
    assert.equal(await lease.renew(), true);
    assert.deepEqual([asked, lease.until()], [[['a', 50]], 100]);
    now = 200;
    assert.equal(await lease.renew(), true);
    assert.equal(lease.until(), 250);
  });

  it('that was ended does not run, even before its time; one that can’t be asked for runs as it did', async () => {
    const lease = view();
    says = new Error('the disk is full');
    assert.equal(await lease.renew(), true);
    now = 100;
    assert.equal(await lease.renew(), false);
    now = 50;
    says = false;
    assert.equal(await lease.renew(), false);
    assert.equal(lease.runs(), false);
  });

  it('another thread has found out: renewed, or gone on as a new guard', async () => {
    const lease = view();
    lease.hear({ guard: 'a', until: 90, inherited: [] });
    assert.equal(lease.until(), 100, 'old news');
    lease.hear({ guard: 'a', until: 120, inherited: ['x'] });
    assert.deepEqual([lease.until(), lease.inherited()], [120, ['x']]);
    lease.hear({ guard: 'b', until: 70, inherited: [] });
    assert.deepEqual([lease.guard(), lease.until(), lease.inherited()], ['b', 70, []]);
  });

  it('of the guard that was is not taken for that of the one that is', async () => {
    const lease = view(10);
    now = 20;
    says = false;
    const renewal = lease.renew();
    lease.hear({ guard: 'b', until: 70, inherited: [] });
    assert.equal(await renewal, true);
    assert.equal(lease.until(), 70);
  });
});

describe('a record', () => {
  const lease = view(100, ['', 'dead']);

  it('is ours where we wrote it, or its guard has left it to us', () => {
    assert.deepEqual([{ guard: 'a' }, { guard: 'dead' }, {}, { guard: 'b' }].map(lease.isOurs), [
      true,
      true,
      true,
      false,
    ]);
    assert.equal(view(100, ['dead']).isOurs({}), false, 'nobody’s has one heir too');
  });

  it('is left over where its guard has ended, or the thread that wrote it', () => {
    const left = (guard: string | undefined, at: number) => lease.isLeftOver({ guard, at }, 10);
    assert.equal(left('dead', 11), true, 'whenever it was written');
    assert.equal(left('a', 9), true);
    assert.equal(left('a', 10), false, 'it is on its way');
    assert.equal(left(undefined, 9), true);
    assert.equal(left(undefined, 10), false);
    assert.equal(left('b', 9), false, 'of a guard that lives');
  });
});

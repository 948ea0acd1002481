import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HOLD_LIFE } from './life.ts';
import { aHold, desk, PASS, pass, timers, yes } from './testing/opened-desk.ts';

describe('a client that waits', () => {
  it('is answered by a yes, which then is used up', async () => {
    const answer = desk.place(aHold(), 90_000);
    assert.equal(desk.get('BCDFG')?.waiting, true);
    const hold = await desk.answer('BCDFG', yes, PASS);
    assert.deepEqual(await answer, yes);
    assert.equal(typeof hold === 'object' && hold.state, 'used');
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    assert.equal(timers.length, 0, 'its timer is cancelled');
  });

  it('is answered by a no', async () => {
    const answer = desk.place(aHold(), 90_000);
    await desk.answer('BCDFG', { as: 'denied', by: 'ben' }, PASS);
    assert.deepEqual(await answer, { as: 'denied', by: 'ben' });
    assert.equal(await desk.answer('BCDFG', yes, PASS), 'closed', 'no stays no');
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
  });

  it('is told when its time is over, and a later yes is a pass', async () => {
    const answer = desk.place(aHold(), 90_000);
    pass(89_999);
    assert.equal(desk.get('BCDFG')?.waiting, true);
    pass(1);
    assert.deepEqual(await answer, { as: 'expired' });
    assert.equal(desk.get('BCDFG')?.waiting, false);
    const hold = await desk.answer('BCDFG', yes, PASS);
    assert.equal(typeof hold === 'object' && hold.state, 'approved');
    assert.equal((await desk.takePass('aiko', 'key'))?.code, 'BCDFG');
  });

  it('goes: nothing is let go by the yes that comes after', async () => {
    const answer = desk.place(aHold(), 90_000);
    desk.gone('another');
    assert.equal(desk.get('BCDFG')?.waiting, true);
    desk.gone('req-1');
    assert.deepEqual(await answer, { as: 'gone' });
    assert.equal(desk.get('BCDFG')?.waiting, false);
  });

  it('is told when the guard ends, also where it joined an earlier hold', async () => {
    void desk.place(aHold(), 0);
    const answer = desk.waitOn('BCDFG', 'req-2', 90_000);
    desk.close();
    assert.deepEqual(await answer, { as: 'closed' });
    assert.deepEqual(await desk.place(aHold({ code: 'LATER' }), 90_000), { as: 'closed' });
  });

  it('asks again under the same code; the second one gets the answer', async () => {
    const first = desk.place(aHold(), 90_000);
    assert.equal(desk.openFor('aiko', 'key')?.code, 'BCDFG');
    const second = desk.waitOn('BCDFG', 'req-2', 90_000);
    assert.deepEqual(await first, { as: 'gone' });
    desk.gone('req-1');
    await desk.answer('BCDFG', yes, PASS);
    assert.deepEqual(await second, yes);
  });

  it('joins a hold that was answered a moment before', async () => {
    void desk.place(aHold(), 0);
    await desk.answer('BCDFG', yes, PASS);
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-2', 90_000), yes);
    assert.equal(await desk.takePass('aiko', 'key'), undefined, 'it was the pass');
    void desk.place(aHold({ code: 'XXXXX', requestKey: 'other' }), 0);
    await desk.answer('XXXXX', { as: 'denied', by: 'ben' }, PASS);
    assert.deepEqual(await desk.waitOn('XXXXX', 'req-3', 90_000), { as: 'denied', by: 'ben' });
  });
});

describe('codes', () => {
  it('unknown, answered twice, and too late', async () => {
    assert.equal(await desk.answer('NONE', yes, PASS), 'unknown');
    void desk.place(aHold(), 0);
    pass(HOLD_LIFE);
    assert.equal(await desk.answer('BCDFG', yes, PASS), 'closed');
    assert.equal(desk.openFor('aiko', 'key'), undefined);
    assert.deepEqual(desk.list(), []);
  });

  it('an open hold is the same one only for the same person and request', async () => {
    void desk.place(aHold(), 0);
    assert.equal(desk.openFor('ben', 'key'), undefined);
    assert.equal(desk.openFor('aiko', 'other'), undefined);
  });

  it('what could not be kept goes only by its name and as it was sent, and says why, once', async () => {
    const { decision } = aHold();
    void desk.place(
      aHold({ decision: { ...decision, softening: { possible: true, how: 'orphan-first' } } }),
      0,
    );
    for (const why of ['the disk is full', 'the disk is still full']) desk.requireName('BCDFG', 'kafka', why);
    const hold = desk.get('BCDFG');
    assert.deepEqual([hold?.needsName, hold?.net], ['kafka', 'none']);
    assert.equal(hold?.decision.softening?.possible, false);
    assert.equal(hold?.decision.reason, `${decision.reason}; and it could not be kept: the disk is full`);
  });

  it('who waits on a code that is void need not wait longer', async () => {
    const waiting = desk.place(aHold(), 90_000);
    desk.void('BCDFG');
    assert.deepEqual(await waiting, { as: 'expired' });
    assert.equal(await desk.answer('BCDFG', yes, PASS), 'closed');
  });
});

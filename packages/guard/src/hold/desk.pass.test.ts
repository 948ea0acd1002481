import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { HOLD_LIFE } from './life.ts';
import { aHold, desk, now, PASS, pass, stored, yes } from './testing/opened-desk.ts';

describe('a pass', () => {
  beforeEach(async () => {
    void desk.place(aHold(), 0);
    await desk.answer('BCDFG', yes, PASS);
  });

  it('is good once', async () => {
    assert.equal(desk.seePass('aiko', 'key')?.code, 'BCDFG');
    assert.equal((await desk.takePass('aiko', 'key'))?.code, 'BCDFG');
    assert.equal(desk.seePass('aiko', 'key'), undefined);
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    assert.equal((await stored())?.state, 'used');
  });

  it('is for nobody else, and for no other request', async () => {
    assert.equal(await desk.takePass('ben', 'key'), undefined);
    assert.equal(await desk.takePass('aiko', 'other'), undefined);
  });

  it('ends with its time, and stands in the way of no later one', async () => {
    pass(PASS);
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    void desk.place(aHold({ code: 'LATER', createdAt: now, expiresAt: now + HOLD_LIFE }), 0);
    await desk.answer('LATER', yes, PASS);
    assert.equal((await desk.takePass('aiko', 'key'))?.code, 'LATER');
  });

  it('is given back where nothing was sent', async () => {
    await desk.takePass('aiko', 'key');
    desk.giveBack('BCDFG');
    assert.equal((await desk.takePass('aiko', 'key'))?.code, 'BCDFG');
  });

  it('is void once what was approved has changed', async () => {
    desk.void('BCDFG');
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    assert.equal((await stored())?.state, 'void');
  });

  it('that was taken stays used in the journal when it is void', async () => {
    await desk.takePass('aiko', 'key');
    desk.void('BCDFG');
    assert.equal((await stored())?.state, 'used');
  });
});

describe('a yes that is taken back', () => {
  const no = { as: 'denied', by: 'ben' } as const;
  const actId = () => desk.get('BCDFG')?.actId ?? '';

  it('is a pass no more, and ends the act', async () => {
    void desk.place(aHold(), 0);
    await desk.answer('BCDFG', yes, PASS);
    pass(1_000);
    const hold = await desk.answer('BCDFG', no, PASS);
    assert.equal(typeof hold === 'object' && hold.state, 'denied');
    assert.equal(desk.seePass('aiko', 'key'), undefined);
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    assert.deepEqual(desk.deniedOf(actId()), { code: 'BCDFG', by: 'ben', at: now });
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-2', 90_000), no);
    assert.equal(await desk.answer('BCDFG', yes, PASS), 'closed');
    assert.equal((await stored())?.state, 'denied', 'the journal takes it');
  });

  it('that was taken already is told so; what has not left of its act is stopped', async () => {
    void desk.place(aHold(), 90_000);
    await desk.answer('BCDFG', yes, PASS);
    const hold = await desk.answer('BCDFG', no, PASS);
    assert.equal(typeof hold === 'object' && hold.state, 'used');
    assert.deepEqual(desk.deniedOf(actId()), { code: 'BCDFG', by: 'ben', at: now });
  });

  it('given back after that, it is none', async () => {
    void desk.place(aHold(), 90_000);
    await desk.answer('BCDFG', yes, PASS);
    await desk.answer('BCDFG', no, PASS);
    desk.giveBack('BCDFG');
    assert.equal(desk.seePass('aiko', 'key'), undefined);
  });

  it('is too late when its time is over', async () => {
    void desk.place(aHold(), 0);
    await desk.answer('BCDFG', yes, PASS);
    pass(PASS);
    assert.equal(await desk.answer('BCDFG', no, PASS), 'closed');
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Hold } from '@toolcrib/model';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { loneLease } from '../testing/lease.ts';
import { type HoldDesk, holdDesk } from './desk.ts';
import type { LikeRequest } from './envelope.ts';
import { HOLD_LIFE } from './life.ts';

let now = 0;
let timers: { at: number; run: () => void }[] = [];
const clock: Clock = {
  now: () => now,
  after(delay, run) {
    const timer = { at: now + delay, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  },
};
function pass(ms: number): void {
  now += ms;
  for (const timer of timers.filter(({ at }) => at <= now)) {
    timers = timers.filter((one) => one !== timer);
    timer.run();
  }
}

let journal = holdsInMemory();
let desk: HoldDesk;
const newDesk = (): HoldDesk => {
  journal = holdsInMemory();
  return holdDesk({ clock, journal, lease: loneLease, log: () => assert.fail('the journal took it not') });
};
beforeEach(() => {
  now = 1_000_000;
  timers = [];
  desk = newDesk();
});
/** As the journal has it, once all was written down. */
const stored = async (code = 'BCDFG') => {
  await turn();
  return journal.hold(code);
};

const PASS = 60_000;
const yes = { as: 'as-sent' as const, by: 'ben', withoutNet: false };

function aHold(more: Partial<Hold> = {}): Hold {
  return {
    code: 'BCDFG',
    actId: 'act-1',
    requestId: 'req-1',
    context: 'prod',
    createdAt: now,
    expiresAt: now + HOLD_LIFE,
    waiting: false,
    effect: { verb: 'none' },
    radius: {} as Hold['radius'],
    decision: { then: 'hold', rule: 'outage', reason: '' },
    fingerprint: 'f',
    state: 'open',
    person: 'aiko',
    requestKey: 'key',
    ...more,
  };
}

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

describe('an envelope', () => {
  const envelope = {
    session: 's1',
    verb: 'delete',
    kind: 'Pod',
    namespace: 'shop',
    likeness: 'aiko by kubectl',
    uids: ['u1', 'u2', 'u3'],
    used: ['u1'],
    expiresAt: 0,
  };
  const like: LikeRequest = {
    context: 'prod',
    person: 'aiko',
    session: 's1',
    verb: 'delete',
    kind: 'Pod',
    namespace: 'shop',
    likeness: 'aiko by kubectl',
    uid: 'u2',
  };
  const place = () =>
    void desk.place(aHold({ envelope: { ...envelope, expiresAt: now + HOLD_LIFE } }), 90_000);

  it('covers nothing before the yes; then each object that was shown, once', async () => {
    place();
    assert.equal(await desk.takeEnvelope(like), undefined);
    assert.equal(desk.heldAlready(like)?.code, 'BCDFG');
    await desk.answer('BCDFG', yes, PASS);
    assert.equal((await desk.takeEnvelope(like))?.code, 'BCDFG');
    assert.equal(await desk.takeEnvelope(like), undefined, 'each once');
    assert.equal(await desk.takeEnvelope({ ...like, uid: 'u1' }), undefined, "the first was the hold's own");
    assert.equal((await desk.takeEnvelope({ ...like, uid: 'u3' }))?.code, 'BCDFG');
    assert.equal(await desk.takeEnvelope({ ...like, uid: 'u4' }), undefined, 'not shown');
    assert.deepEqual((await stored())?.envelope?.used, ['u1', 'u2', 'u3']);
  });

  for (const other of [
    { context: 'test' },
    { person: 'ben' },
    { session: 's2' },
    { session: undefined },
    { verb: 'evict' },
    { kind: 'ConfigMap' },
    { namespace: 'other' },
    { likeness: 'aiko by a robot' },
  ]) {
    it(`is not for ${JSON.stringify(other)}`, async () => {
      place();
      await desk.answer('BCDFG', yes, PASS);
      assert.equal(await desk.takeEnvelope({ ...like, ...other }), undefined);
    });
  }

  it('ends with its time, with a no, and when it is void', async () => {
    place();
    await desk.answer('BCDFG', yes, PASS);
    pass(PASS);
    assert.equal(await desk.takeEnvelope(like), undefined);
    desk = newDesk();
    place();
    await desk.answer('BCDFG', { as: 'denied', by: 'ben' }, PASS);
    assert.equal(await desk.takeEnvelope(like), undefined);
    assert.equal(desk.heldAlready(like)?.state, 'denied');
    desk = newDesk();
    place();
    await desk.answer('BCDFG', yes, PASS);
    desk.void('BCDFG');
    assert.equal(await desk.takeEnvelope(like), undefined);
  });

  it('a no after the yes: none of the others goes any more', async () => {
    place();
    await desk.answer('BCDFG', yes, PASS);
    assert.ok(await desk.takeEnvelope(like));
    const hold = await desk.answer('BCDFG', { as: 'denied', by: 'ben' }, PASS);
    assert.ok(typeof hold === 'object');
    assert.deepEqual([hold.state, hold.envelope?.used], ['denied', ['u1', 'u2']]);
    assert.equal(await desk.takeEnvelope({ ...like, uid: 'u3' }), undefined);
    assert.equal(desk.heldAlready({ ...like, uid: 'u3' })?.state, 'denied');
    desk.giveBack('BCDFG', 'u2');
    assert.equal(await desk.takeEnvelope(like), undefined);
  });

  it('goes with the pass of the same call typed again', async () => {
    void desk.place(aHold({ envelope: { ...envelope, expiresAt: now + HOLD_LIFE } }), 0);
    await desk.answer('BCDFG', yes, PASS);
    assert.ok(await desk.takePass('aiko', 'key', { actId: 'act-1', session: 's2' }));
    assert.equal(await desk.takeEnvelope(like), undefined);
    assert.ok(await desk.takeEnvelope({ ...like, session: 's2' }));
  });

  it("gives one object's share back, and not what the held request itself has had", async () => {
    place();
    await desk.answer('BCDFG', yes, PASS);
    assert.ok(await desk.takeEnvelope(like));
    desk.giveBack('BCDFG', like.uid);
    assert.equal(desk.seePass('aiko', 'key'), undefined);
    assert.ok(await desk.takeEnvelope(like));
    assert.equal(await desk.takeEnvelope(like), undefined);
  });

  it('tells a no that was said at a desk before it', async () => {
    place();
    await desk.answer('BCDFG', { as: 'denied', by: 'ben' }, PASS);
    const [hold] = desk.list();
    const before = desk.deniedOf(hold?.actId ?? '');
    const another = newDesk();
    if (hold) another.restore(hold);
    assert.equal(before?.by, 'ben');
    assert.deepEqual(another.deniedOf(hold?.actId ?? ''), before);
    assert.equal(another.heldAlready(like)?.state, 'denied');
  });
});

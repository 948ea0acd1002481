import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Hold } from '@toolcrib/model';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { loneLease } from '../testing/lease.ts';
import type { LikeRequest } from './envelope.ts';
import { HOLD_LIFE } from './life.ts';
import { aHold, desk, newDesk, now, PASS, pass, stored, yes } from './testing/opened-desk.ts';

// What the desk says of a hold that lies there, by the state in which it is.

const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
const by = { actId: 'act-2', session: 's2' };
const envelope = () => ({
  session: 's1',
  verb: 'delete',
  kind: 'Pod',
  likeness: 'like',
  uids: ['u1', 'u2'],
  used: ['u1'],
  expiresAt: now + HOLD_LIFE,
});
const like: LikeRequest = {
  context: 'prod',
  person: 'aiko',
  session: 's1',
  verb: 'delete',
  kind: 'Pod',
  likeness: 'like',
  uid: 'u2',
};

describe('who asks again', () => {
  it('is told that the code is worth nothing where it is unknown or over', async () => {
    assert.deepEqual(await desk.waitOn('NONE', 'req-2', 90_000), { as: 'expired' });
    void desk.place(aHold(), 0);
    desk.void('BCDFG');
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-2', 90_000), { as: 'expired' });
    desk.void('NONE');
  });

  it('is written down, with its act, as long as a yes can come of it', async () => {
    void desk.place(aHold(), 0);
    void desk.waitOn('BCDFG', 'req-2', 0, by);
    assert.deepEqual([desk.get('BCDFG')?.usedIn, desk.get('BCDFG')?.alsoBy], ['act-2', ['act-2']]);
    void desk.place(aHold({ code: 'GIVEN', requestKey: 'other' }), 0);
    await desk.answer('GIVEN', yes, PASS);
    assert.deepEqual(await desk.waitOn('GIVEN', 'req-3', 0, by), yes);
    assert.equal((await stored('GIVEN'))?.usedIn, 'act-2');
    void desk.place(aHold({ code: 'NEVER', requestKey: 'third' }), 0);
    await desk.answer('NEVER', { as: 'denied', by: 'ben' }, PASS);
    await desk.waitOn('NEVER', 'req-4', 0, by);
    assert.equal(desk.get('NEVER')?.usedIn, undefined);
  });

  it('waits only where it has time to', async () => {
    void desk.place(aHold(), 0);
    assert.equal(desk.get('BCDFG')?.waiting, false);
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-2', 0), { as: 'expired' });
    assert.equal(desk.get('BCDFG')?.waiting, false);
    void desk.waitOn('BCDFG', 'req-2', 1);
    assert.equal(desk.get('BCDFG')?.waiting, true);
    void desk.place(aHold({ code: 'SHORT' }), 1);
    assert.equal(desk.get('SHORT')?.waiting, true);
  });

  it('for another act: it is noted as long as the hold is open', async () => {
    void desk.place(aHold(), 0);
    desk.sharedBy('BCDFG', 'act-2');
    assert.deepEqual(desk.get('BCDFG')?.alsoBy, ['act-2']);
    desk.void('BCDFG');
    desk.sharedBy('BCDFG', 'act-3');
    desk.sharedBy('NONE', 'act-3');
    assert.deepEqual(desk.get('BCDFG')?.alsoBy, ['act-2']);
  });
});

describe('a hold', () => {
  it('is written down as it is placed', async () => {
    void desk.place(aHold(), 0);
    assert.equal((await stored())?.state, 'open');
  });

  it('is forgotten once it is over, when somebody asks', () => {
    void desk.place(aHold(), 0);
    pass(HOLD_LIFE);
    assert.ok(desk.get('BCDFG'));
    desk.openFor('aiko', 'key');
    assert.equal(desk.get('BCDFG'), undefined);
  });

  it('is the open one of its act until it is answered or over', async () => {
    void desk.place(aHold(), 0);
    assert.equal(desk.openOf('act-1')?.code, 'BCDFG');
    assert.equal(desk.openOf('act-2'), undefined);
    await desk.answer('BCDFG', yes, PASS);
    assert.equal(desk.openOf('act-1'), undefined);
    void desk.place(aHold({ code: 'LATER', actId: 'act-3' }), 0);
    pass(HOLD_LIFE);
    assert.equal(desk.openOf('act-3'), undefined);
  });

  it('of like requests is one for all of them as long as nobody has said yes', async () => {
    void desk.place(aHold({ envelope: envelope() }), 90_000);
    assert.equal(desk.heldAlready(like)?.code, 'BCDFG');
    assert.equal(desk.heldAlready({ ...like, uid: 'u3' }), undefined);
    await desk.answer('BCDFG', yes, PASS);
    assert.equal(desk.heldAlready(like), undefined);
  });
});

describe('what was taken', () => {
  let changes: Hold[];
  let one: ReturnType<typeof newDesk>;
  beforeEach(() => {
    changes = [];
    one = newDesk({ changed: (hold) => void changes.push(hold) });
  });

  it('stays used where it is void, and no others follow', () => {
    one.restore(aHold({ state: 'used', answer, envelope: envelope() }));
    one.void('BCDFG');
    assert.deepEqual([one.get('BCDFG')?.state, one.get('BCDFG')?.envelope], ['used', undefined]);
    assert.deepEqual(
      changes.map(({ state, envelope: left }) => [state, left]),
      [['used', undefined]],
    );
  });

  it('is good for longer, with the rest of its act, and never for less', () => {
    one.restore(aHold({ state: 'used', answer, envelope: envelope() }));
    const end = now + HOLD_LIFE;
    one.prolong(aHold(), HOLD_LIFE + 5, 7);
    const { expiresAt, coversUntil, envelope: left } = one.get('BCDFG') ?? {};
    assert.deepEqual([expiresAt, coversUntil, left?.expiresAt], [end + 5, now + 7, end + 5]);
    one.prolong(aHold(), 1, 2);
    assert.deepEqual([one.get('BCDFG')?.expiresAt, one.get('BCDFG')?.coversUntil], [end + 5, now + 7]);
    assert.equal(changes.length, 2);
  });

  it('is known again where its time was over, and is no pass', () => {
    one.prolong(aHold({ state: 'approved', answer }), PASS, PASS);
    assert.equal(one.get('BCDFG')?.envelope, undefined);
    assert.equal(one.get('BCDFG')?.coversUntil, now + PASS);
    assert.equal(one.seePass('aiko', 'key'), undefined);
  });

  it('is not prolonged once it is void', () => {
    one.restore(aHold({ state: 'void' }));
    one.prolong(aHold(), HOLD_LIFE + 5, 7);
    assert.equal(one.get('BCDFG')?.expiresAt, now + HOLD_LIFE);
    assert.deepEqual(changes, []);
  });
});

describe('what lay at an earlier desk', () => {
  it('is a pass where its yes was not taken, and nobody waits for it', async () => {
    const plain = newDesk();
    plain.restore(aHold({ state: 'approved', answer, waiting: true }));
    assert.deepEqual([plain.seePass('aiko', 'key')?.code, plain.get('BCDFG')?.waiting], ['BCDFG', false]);
    assert.equal(plain.deniedOf('act-1'), undefined);
    assert.deepEqual(await plain.waitOn('BCDFG', 'req-2', 0), {
      as: 'as-sent',
      by: 'ben',
      withoutNet: false,
    });
    const used = newDesk();
    used.restore(aHold({ state: 'used', answer }));
    used.giveBack('BCDFG');
    assert.equal(used.seePass('aiko', 'key')?.code, 'BCDFG');
    // Its first request has had its share, as far as anybody knows.
    const many = newDesk();
    many.restore(aHold({ state: 'approved', answer, envelope: envelope() }));
    assert.equal(many.seePass('aiko', 'key'), undefined);
    // Not where nobody had said yes.
    const open = newDesk();
    open.restore(aHold({ envelope: envelope() }));
    await open.answer('BCDFG', yes, PASS);
    assert.equal(open.seePass('aiko', 'key')?.code, 'BCDFG');
  });

  it('is denied where nobody wrote down by whom', async () => {
    const one = newDesk();
    one.restore(aHold({ state: 'denied' }));
    assert.deepEqual(await one.waitOn('BCDFG', 'req-2', 0), { as: 'denied', by: '' });
  });

  it('counts as the journal has it', async () => {
    const journal = holdsInMemory();
    await journal.saveHold(aHold({ state: 'denied', denied: { by: 'cho', at: 6 } }));
    const one = newDesk({ journal });
    one.restore(aHold());
    await turn();
    assert.equal(one.get('BCDFG')?.state, 'denied');
  });

  it('may be another guard’s by now, as what was written here may', async () => {
    let runs = true;
    const one = newDesk({ lease: { ...loneLease, runs: () => runs } });
    one.restore(aHold({ code: 'OLDER' }));
    void one.place(aHold(), 0);
    await turn();
    const reach = () => ['OLDER', 'BCDFG', 'NONE'].map(one.isOutOfReach);
    assert.deepEqual(reach(), [false, false, false]);
    runs = false;
    assert.deepEqual(reach(), [true, true, false]);
  });
});

describe('a look', () => {
  it('tells who waits what another process has answered', async () => {
    const journal = holdsInMemory();
    const one = newDesk({ journal });
    const waiting = one.place(aHold(), 90_000);
    await turn();
    const row = await journal.hold('BCDFG');
    assert.ok(row);
    await journal.saveHold({ ...row, state: 'denied', denied: { by: 'cho', at: 6 } });
    await one.look();
    assert.deepEqual(await waiting, { as: 'denied', by: 'cho' });
  });

  it('sends away who waits for what is of another guard by now, which counts for none of its like', async () => {
    let guard = 'a';
    const one = newDesk({ lease: { ...loneLease, guard: () => guard } });
    const waiting = one.place(aHold({ envelope: envelope() }), 90_000);
    assert.equal(one.heldAlready(like)?.code, 'BCDFG');
    guard = 'b';
    assert.equal(one.heldAlready(like), undefined);
    await one.look();
    assert.deepEqual(await waiting, { as: 'closed' });
  });

  it('asks for what may still change, and goes on where one can not be read', async () => {
    const asked: string[] = [];
    const logged: string[] = [];
    const journal = holdsInMemory();
    const hold = async (code: string) => {
      asked.push(code);
      if (code === 'OPEN') throw new Error('no such table');
      return journal.hold(code);
    };
    const one = newDesk({ journal: { ...journal, hold }, log: (line) => void logged.push(line) });
    void one.place(aHold({ code: 'OPEN' }), 0);
    for (const code of ['GIVEN', 'USED']) {
      void one.place(aHold({ code, requestKey: code }), 0);
      await one.answer(code, yes, PASS);
    }
    await one.takePass('aiko', 'USED');
    void one.place(aHold({ code: 'OVER', expiresAt: now }), 0);
    await turn();
    asked.length = 0;
    await one.look();
    assert.deepEqual([asked, logged], [['OPEN', 'GIVEN'], ['a hold could not be read']]);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Hold } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import { holdsInMemory } from '../testing/holds-in-memory.ts';
import { loneLease } from '../testing/lease.ts';
import { type HoldDesk, holdDesk } from './desk.ts';
import type { LikeRequest } from './envelope.ts';
import { askedBy, triedBy } from './taking.ts';
import { aHold, PASS, yes } from './testing/opened-desk.ts';

// One desk over a journal in memory, step by step; what several do at once is in the test beside this one.
let now = 0;
let changed: string[] = [];
let full = false;
let runs = true;
let desk: HoldDesk;
let journal = holdsInMemory();
const clock = { now: () => now, after: () => () => undefined };

beforeEach(() => {
  [now, changed, full, runs] = [1_000_000, [], false, true];
  journal = holdsInMemory();
  desk = holdDesk({
    clock,
    journal: {
      hold: journal.hold,
      async saveHold(hold) {
        if (full) throw new ToolcribError('journal', 'the disk is full');
        await journal.saveHold(hold);
      },
    },
    lease: { ...loneLease, runs: () => runs, renew: async () => runs },
    changed: ({ state, envelope }) =>
      void changed.push(envelope ? `${state} ${envelope.used.join()}` : state),
    log: () => undefined,
  });
});

const envelope = {
  session: 's1',
  verb: 'delete',
  kind: 'Pod',
  namespace: 'shop',
  likeness: 'l',
  uids: ['u0', 'u1', 'u2'],
  used: ['u0'],
  expiresAt: 2_000_000,
};
const like = (uid: string, more: Partial<LikeRequest> = {}): LikeRequest => ({
  context: 'prod',
  person: 'aiko',
  session: 's1',
  verb: 'delete',
  kind: 'Pod',
  namespace: 'shop',
  likeness: 'l',
  uid,
  ...more,
});
async function approved(more: Partial<Hold> = {}): Promise<void> {
  void desk.place({ ...aHold(), createdAt: now, expiresAt: now + 600_000, ...more }, 0);
  await desk.answer('BCDFG', yes, PASS);
}
const state = () => desk.get('BCDFG')?.state;
const used = () => desk.get('BCDFG')?.envelope?.used;

describe('two that are for the same objects', () => {
  const both = async (uids: [string[], string[]]) => {
    await approved({ envelope: { ...envelope, uids: uids[0] } });
    const other = { code: 'OTHER', requestKey: 'other', envelope: { ...envelope, uids: uids[1] } };
    void desk.place({ ...aHold(), createdAt: now, expiresAt: now + 600_000, ...other }, 0);
    await desk.answer('OTHER', yes, PASS);
  };

  it('let each of them go once by each', async () => {
    await both([
      ['u0', 'u1'],
      ['u0', 'u1'],
    ]);
    const taken = await Promise.all([1, 2, 3].map(() => desk.takeEnvelope(like('u1'))));
    assert.deepEqual(
      taken.map((hold) => hold?.code),
      ['BCDFG', 'OTHER', undefined],
    );
  });

  it('are asked for what each is for', async () => {
    await both([['u0'], ['u0', 'u1']]);
    assert.equal((await desk.takeEnvelope(like('u1')))?.code, 'OTHER');
  });
});

describe('a pass', () => {
  it('is of the person who asked, for the same request, and for its time', async () => {
    await approved();
    assert.equal(desk.seePass('aiko', 'key')?.code, 'BCDFG');
    assert.equal(desk.seePass('ben', 'key'), undefined);
    assert.equal(desk.seePass('aiko', 'other'), undefined);
    assert.equal(await desk.takePass('ben', 'key'), undefined);
    now += PASS;
    assert.equal(desk.seePass('aiko', 'key'), undefined);
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
  });

  it('is none before somebody said yes, nor after a no', async () => {
    void desk.place(aHold({ createdAt: now, expiresAt: now + 600_000 }), 0);
    assert.equal(desk.seePass('aiko', 'key'), undefined);
    await desk.answer('BCDFG', yes, PASS);
    const denied = desk.answer('BCDFG', { as: 'denied', by: 'cho' }, PASS);
    assert.equal(desk.seePass('aiko', 'key'), undefined, 'from that moment on');
    await denied;
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
  });

  it('is taken once, and told', async () => {
    await approved();
    changed = [];
    assert.equal((await desk.takePass('aiko', 'key'))?.state, 'used');
    assert.deepEqual(changed, ['used']);
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
  });

  it('whose time ends while it is being taken lets nothing go', async () => {
    await approved();
    const taken = desk.takePass('aiko', 'key');
    now += PASS;
    assert.equal(await taken, undefined);
    assert.equal(state(), 'approved');
  });

  it('that is taken back while it is being taken lets nothing go', async () => {
    await approved();
    const taken = desk.takePass('aiko', 'key');
    void desk.answer('BCDFG', { as: 'denied', by: 'cho' }, PASS);
    assert.equal(await taken, undefined);
  });

  it('that could not be written down as taken is still there', async () => {
    await approved();
    [full, runs] = [true, false];
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    [full, runs] = [false, true];
    assert.equal((await desk.takePass('aiko', 'key'))?.state, 'used');
  });

  it('that was given back can be taken again, and each is told; only one that was taken, and not after a no', async () => {
    await approved();
    changed = [];
    desk.giveBack('BCDFG');
    assert.deepEqual(changed, [], 'it was not taken');
    await desk.takePass('aiko', 'key');
    desk.giveBack('BCDFG');
    assert.equal(desk.seePass('aiko', 'key')?.state, 'approved');
    assert.equal((await journal.hold('BCDFG'))?.state, 'used', 'the journal never takes a step back');
    await desk.takePass('aiko', 'key');
    assert.deepEqual(changed, ['used', 'approved', 'used']);
    await desk.answer('BCDFG', { as: 'denied', by: 'cho' }, PASS);
    desk.giveBack('BCDFG');
    assert.equal(state(), 'used');
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    desk.giveBack('NONE');
  });

  it('that was given back goes with its time', async () => {
    await approved();
    await desk.takePass('aiko', 'key');
    desk.giveBack('BCDFG');
    now += PASS;
    assert.equal(await desk.takePass('aiko', 'key'), undefined);
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-9', 0), { as: 'expired' });
  });

  it('is under the act that takes it from then on', async () => {
    await approved();
    const hold = await desk.takePass('aiko', 'key', { actId: 'act-2', session: 's2' });
    assert.deepEqual([hold?.usedIn, hold?.alsoBy], ['act-2', ['act-2']]);
    assert.deepEqual((await journal.hold('BCDFG'))?.alsoBy, ['act-2']);
  });
});

describe('who waits', () => {
  it('has the yes, and it is used up', async () => {
    const answer = desk.place(aHold({ createdAt: now, expiresAt: now + 600_000 }), 90_000);
    await desk.answer('BCDFG', yes, PASS);
    assert.deepEqual(await answer, yes);
    assert.equal(state(), 'used');
    assert.equal(desk.seePass('aiko', 'key'), undefined);
  });

  it('has it where it came a moment late, and nobody has it twice', async () => {
    await approved({ envelope });
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-2', 90_000), yes);
    assert.equal(state(), 'approved', 'its others go on');
    assert.deepEqual(await desk.waitOn('BCDFG', 'req-3', 90_000), { as: 'expired' });
  });
});

describe('a share of an envelope', () => {
  it('is taken once, as long as the yes is good, and told', async () => {
    await approved({ envelope });
    changed = [];
    assert.deepEqual((await desk.takeEnvelope(like('u1')))?.envelope?.used, ['u0', 'u1']);
    assert.deepEqual(changed, ['approved u0,u1']);
    assert.equal(await desk.takeEnvelope(like('u1')), undefined);
    assert.equal(await desk.takeEnvelope(like('u3')), undefined);
    assert.equal(await desk.takeEnvelope(like('u2', { person: 'ben' })), undefined);
    now += PASS;
    assert.equal(await desk.takeEnvelope(like('u2')), undefined);
  });

  it('is one of two that ask at once', async () => {
    await approved({ envelope });
    const both = await Promise.all([desk.takeEnvelope(like('u1')), desk.takeEnvelope(like('u1'))]);
    assert.deepEqual(
      both.map((hold) => hold !== undefined),
      [true, false],
    );
    assert.deepEqual(used(), ['u0', 'u1']);
  });

  it('is none before the yes, after a no, or where its time ends meanwhile', async () => {
    void desk.place(aHold({ createdAt: now, expiresAt: now + 600_000, envelope }), 0);
    assert.equal(await desk.takeEnvelope(like('u1')), undefined);
    await desk.answer('BCDFG', yes, PASS);
    const late = desk.takeEnvelope(like('u1'));
    now += PASS;
    assert.equal(await late, undefined);
    assert.deepEqual(used(), ['u0']);
  });

  it('that was given back is there again, and no other', async () => {
    await approved({ envelope });
    await desk.takeEnvelope(like('u1'));
    await desk.takeEnvelope(like('u2'));
    changed = [];
    desk.giveBack('BCDFG', 'u1');
    assert.deepEqual([used(), changed], [['u0', 'u2'], ['approved u0,u2']]);
    assert.equal(await desk.takeEnvelope(like('u2')), undefined);
    assert.ok(await desk.takeEnvelope(like('u1')));
    // The held request itself, which is none of the others.
    assert.ok(await desk.takePass('aiko', 'key'));
    desk.giveBack('BCDFG');
    assert.deepEqual(used(), ['u0', 'u2', 'u1']);
    assert.ok(desk.seePass('aiko', 'key'));
  });

  it('of a hold without one is the whole of it', async () => {
    await approved();
    await desk.takePass('aiko', 'key');
    desk.giveBack('BCDFG', 'u1');
    assert.ok(desk.seePass('aiko', 'key'));
  });
});

describe('under which acts a hold goes', () => {
  const by = { actId: 'act-2', session: 's2' };
  it('who tries it is written down once, and where it is used', () => {
    assert.deepEqual(triedBy(aHold(), by), { usedIn: 'act-2', alsoBy: ['act-2'] });
    assert.deepEqual(triedBy(aHold(), { ...by, actId: 'act-1' }), {});
    assert.deepEqual(triedBy(aHold({ usedIn: 'act-2' }), { ...by, actId: 'act-1' }), { usedIn: 'act-1' });
    assert.deepEqual(triedBy(aHold({ alsoBy: ['act-2'] }), by), { usedIn: 'act-2' });
  });
  it('its envelope goes on in the session of who tries it', () => {
    assert.deepEqual(triedBy(aHold({ envelope }), { ...by, actId: 'act-1' }), {
      envelope: { ...envelope, session: 's2' },
    });
  });
  it('others who ask are added to those who did', () => {
    assert.deepEqual(askedBy(aHold(), 'act-1'), {});
    assert.deepEqual(askedBy(aHold(), 'act-2'), { alsoBy: ['act-2'] });
    assert.deepEqual(askedBy(aHold({ alsoBy: ['act-2'] }), 'act-2'), {});
    assert.deepEqual(askedBy(aHold({ alsoBy: ['act-2'] }), 'act-3'), { alsoBy: ['act-2', 'act-3'] });
  });
});

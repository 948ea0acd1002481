import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LikeRequest } from './envelope.ts';
import { HOLD_LIFE } from './life.ts';
import { aHold, anew, desk, newDesk, now, PASS, pass, stored, yes } from './testing/opened-desk.ts';

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
    anew();
    place();
    await desk.answer('BCDFG', { as: 'denied', by: 'ben' }, PASS);
    assert.equal(await desk.takeEnvelope(like), undefined);
    assert.equal(desk.heldAlready(like)?.state, 'denied');
    anew();
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

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Journal } from '@toolcrib/model';
import fc from 'fast-check';
import { openJournal } from '../journal/index.ts';
import { aHold } from '../journal/testing/records.ts';
import { leaseView } from '../lease/lease.ts';
import { type HoldDesk, holdDesk } from './desk.ts';
import type { LikeRequest } from './envelope.ts';

// One journal in a file, and the desks of guards over it, each with its own connection to it.
const folder = mkdtempSync(join(tmpdir(), 'toolcrib-taking-'));
const clock = { now: () => 1_000, after: () => () => undefined };
const open = () => openJournal({ folder, key: Buffer.alloc(32, 7), clock });
const journals = [open(), open()] as const;
before(async () => {
  await journals[0].renewLease('a', 1e9);
});
after(async () => {
  for (const journal of journals) await journal.close();
  rmSync(folder, { recursive: true });
});

/** Of the same guard: as two threads of it that both believe to have the hold. */
function deskOver(journal: Journal): HoldDesk {
  const lease = leaseView({ journal, clock }, { guard: 'a', until: 1e9, inherited: [] });
  return holdDesk({ clock, journal, lease, log: (line) => assert.fail(line) });
}

let codes = 0;
const yes = { as: 'as-sent', by: 'ben', withoutNet: false } as const;
const envelope = {
  session: 's1',
  verb: 'delete',
  kind: 'Pod',
  namespace: 'shop',
  likeness: 'l',
  uids: ['u0', 'u1', 'u2', 'u3'],
  used: ['u0'],
  expiresAt: 99_000,
};
const like = (uid: string): LikeRequest => ({
  context: 'prod',
  person: 'aiko',
  session: 's1',
  verb: 'delete',
  kind: 'Pod',
  namespace: 'shop',
  likeness: 'l',
  uid,
});

/** One hold that lies at two desks, approved. */
async function shared(more = {}): Promise<{ desks: [HoldDesk, HoldDesk]; key: string; code: string }> {
  const key = `key-${++codes}`;
  const hold = aHold({ code: `C${codes}`, requestId: key, requestKey: key, guard: 'a', ...more });
  const desks: [HoldDesk, HoldDesk] = [deskOver(journals[0]), deskOver(journals[1])];
  void desks[0].place(hold, 0);
  assert.equal(typeof (await desks[0].answer(hold.code, yes, 60_000)), 'object');
  const stored = desks[0].get(hold.code);
  assert.ok(stored);
  desks[1].restore(stored);
  return { desks, key, code: hold.code };
}

describe('a yes', () => {
  test('lets go once, however often and wherever it is asked for at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1), { minLength: 2, maxLength: 6 }), async (at) => {
        const { desks, key, code } = await shared();
        const taken = await Promise.all(at.map((n) => (desks[n] as HoldDesk).takePass('aiko', key)));
        assert.equal(taken.filter((hold) => hold !== undefined).length, 1);
        assert.equal((await journals[1].hold(code))?.state, 'used');
      }),
      { numRuns: 15 },
    );
  });

  test('for several: each object’s share is taken once, whoever asks for it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(1), fc.constantFrom('u0', 'u1', 'u2', 'u3', 'u4')), { maxLength: 10 }),
        async (asked) => {
          const { desks, code } = await shared({ envelope });
          const taken = await Promise.all(
            asked.map(async ([n, uid]) =>
              (await (desks[n] as HoldDesk).takeEnvelope(like(uid))) ? [uid] : [],
            ),
          );
          const all = taken.flat().sort();
          assert.equal(new Set(all).size, all.length, 'none twice');
          assert.ok(!all.includes('u0') && !all.includes('u4'), 'nor what it is not for');
          assert.deepEqual(
            [...new Set(asked.map(([, uid]) => uid))].filter((uid) => /[123]/.test(uid)).sort(),
            all,
          );
          const stored = (await journals[0].hold(code))?.envelope?.used.slice().sort();
          assert.deepEqual(stored, ['u0', ...all]);
          const [, again] = desks;
          for (const uid of ['u1', 'u2', 'u3'])
            assert.equal(
              (await again.takeEnvelope(like(uid))) === undefined,
              all.some((one) => one === uid),
              uid,
            );
          await desks[0].look();
          await desks[1].look();
          for (const desk of desks) await desk.answer(code, { as: 'denied', by: 'cho' }, 1);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('that was taken and not used is a pass again, here alone', async () => {
    const { desks, key, code } = await shared();
    const [one, other] = desks;
    assert.ok(await one.takePass('aiko', key));
    one.giveBack(code);
    assert.equal(await other.takePass('aiko', key), undefined);
    assert.equal((await one.takePass('aiko', key))?.state, 'used');
    assert.equal(await one.takePass('aiko', key), undefined);
  });

  test('whose client goes while it is written down is a pass, and not lost', async () => {
    const key = `key-${++codes}`;
    const hold = aHold({ code: `C${codes}`, requestId: key, requestKey: key });
    const timer = { now: () => 1_000, after: () => () => undefined };
    const lease = leaseView({ journal: journals[0], clock }, { guard: 'a', until: 1e9, inherited: [] });
    let written: (() => void) | undefined;
    const desk = holdDesk({
      clock: timer,
      lease,
      log: (line) => assert.fail(line),
      journal: {
        hold: journals[0].hold,
        async saveHold(one) {
          await journals[0].saveHold(one);
          if (one.state === 'used') written?.();
        },
      },
    });
    const waiting = desk.place(hold, 90_000);
    written = () => desk.gone(key);
    await desk.answer(hold.code, yes, 60_000);
    assert.deepEqual(await waiting, { as: 'gone' });
    assert.equal((await desk.takePass('aiko', key))?.state, 'used');
  });
});

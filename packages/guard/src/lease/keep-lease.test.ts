import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openJournal, type SqliteJournal } from '../journal/index.ts';
import { handClock } from '../testing/hand-clock.ts';
import { keepLease } from './keep-lease.ts';
import type { LeaseNews } from './lease.ts';

const LIFE = 30_000;
const { clock, pass } = handClock(1_000_000);
/** By so much the machine's clock jumped: it was suspended, or set. Milliseconds. */
let jumped = 0;
let folder = '';
let journal: SqliteJournal;
beforeEach(() => {
  jumped = 0;
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-lease-'));
  journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
});
afterEach(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

/** One guard's own, over the one journal. `stands` is as if its process stood still. */
function keeping(name: string, more: { predecessor?: string; fails?: () => boolean } = {}) {
  const told: LeaseNews[] = [];
  const logged: string[] = [];
  let lives = 0;
  let stands = false;
  const lease = keepLease({
    journal: {
      ...journal,
      async renewLease(guard, until) {
        if (more.fails?.()) throw new Error('the disk is full');
        return journal.renewLease(guard, until);
      },
    },
    clock: {
      now: () => clock.now() + jumped,
      after: (delay, run) => clock.after(delay, () => (stands ? undefined : run())),
    },
    newId: () => `${name}${++lives}`,
    predecessor: more.predecessor,
    life: LIFE,
    told: (news) => void told.push(news),
    log: (line) => void logged.push(line),
  });
  return { lease, told, logged, stand: () => (stands = true) };
}

describe('the lease of a guard', () => {
  it('is renewed three times in its life, and told each time', async () => {
    const one = keeping('a');
    await one.lease.begin();
    const began = clock.now();
    for (let i = 0; i < 6; i++) await pass(LIFE / 3, () => one.told.length === i + 2);
    assert.deepEqual(
      one.told.map(({ guard, until }) => [guard, until - began - LIFE]),
      [0, 1, 2, 3, 4, 5, 6].map((n) => ['a1', (n * LIFE) / 3]),
    );
    assert.equal(one.lease.runs(), true);
    assert.deepEqual(one.logged, []);
    await one.lease.close();
    assert.equal(await journal.renewLease('a1', clock.now()), false, 'at its end it says so');
  });

  it('what a guard left that stands still goes to one other, a third of its life after its end', async () => {
    const [one, two, three] = [keeping('a'), keeping('b'), keeping('c')];
    for (const { lease } of [one, two, three]) await lease.begin();
    one.stand();
    const heard = (n: number) => () => two.told.length === n && three.told.length === n;
    for (let n = 2; n <= 5; n++) {
      await pass(LIFE / 3, heard(n));
      assert.ok(!two.lease.isOurs({ guard: 'a1' }) && !three.lease.isOurs({ guard: 'a1' }), `${n}`);
    }
    await pass(LIFE / 3, heard(6));
    const heirs = [two, three].filter(({ lease }) => lease.isOurs({ guard: 'a1' }));
    assert.equal(heirs.length, 1);
    // It awakes.
    assert.equal(one.lease.runs(), false);
    assert.equal(await one.lease.renew(), false);
    await one.lease.begin();
    assert.deepEqual([one.lease.guard(), one.lease.runs()], ['a2', true], 'as another guard');
    assert.equal(one.lease.isOurs({ guard: 'a1' }), false);
    assert.deepEqual([two.lease.guard(), three.lease.guard()], ['b1', 'c1']);
    assert.match(one.logged.join(), /stood still/);
    for (const { lease } of [one, two, three]) await lease.close();
  });

  it('after the machine was suspended the first that goes on leaves the others time to say that they live', async () => {
    const [one, two, dead] = [keeping('a'), keeping('b'), keeping('c')];
    await one.lease.begin();
    await dead.lease.begin();
    dead.stand();
    await pass(LIFE / 6);
    await two.lease.begin();
    jumped = 10 * LIFE;
    await pass(LIFE / 6, () => one.told.length === 2);
    assert.equal(one.lease.runs(), true);
    assert.deepEqual(one.lease.news().inherited, ['']);
    await pass(LIFE / 6, () => two.told.length === 2);
    assert.deepEqual([two.lease.guard(), two.lease.runs()], ['b1', true]);
    await pass(LIFE / 6, () => one.told.length === 3);
    assert.deepEqual(one.lease.news().inherited, ['', 'c1'], 'who has not said so by then is taken over');
    for (const { lease } of [one, two]) await lease.close();
  });

  it('its forerunner in the same place need not be waited for', async () => {
    const before = keeping('a');
    await before.lease.begin();
    before.stand();
    const after = keeping('b', { predecessor: 'a1' });
    await after.lease.begin();
    assert.equal(after.lease.isOurs({ guard: 'a1' }), true);
    await after.lease.close();
  });

  it('a journal that fails is tried again, said once, and the forerunner is ended then', async () => {
    let fails = true;
    await journal.renewLease('a1', clock.now() + 2 * LIFE);
    const one = keeping('b', { predecessor: 'a1', fails: () => fails });
    await one.lease.begin();
    await pass(LIFE / 3, () => one.told.length === 2);
    assert.equal(one.lease.runs(), false);
    assert.equal(one.logged.length, 1);
    fails = false;
    await pass(LIFE / 3, () => one.told.length === 3);
    assert.deepEqual([one.lease.runs(), one.lease.isOurs({ guard: 'a1' })], [true, true]);
    await one.lease.close();
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inTurn, type Time } from './turns.ts';

const busy = () => Object.assign(new Error('database is locked'), { errcode: 5 });

/** Time that passes where somebody waits for it, and nowhere else. `each` is told of each wait, once it is over. */
function handTime(each: (now: number) => void = () => undefined): Time {
  let now = 0;
  return {
    now: () => now,
    pause: async (ms) => {
      now += ms;
      each(now);
    },
  };
}

/** Work that another process stands in the way of until `free()`. */
function behindALock() {
  let locked = true;
  let tries = 0;
  const done: string[] = [];
  const work = (name: string) => () => {
    tries++;
    if (locked) throw busy();
    done.push(name);
    return name;
  };
  return {
    work,
    done,
    tries: () => tries,
    free: () => {
      locked = false;
    },
    lock: () => {
      locked = true;
    },
  };
}

describe('writes behind a lock', () => {
  test('wait for it, and are done in the order that they were asked for', async () => {
    const { work, done, free } = behindALock();
    const waited: number[] = [];
    const time = handTime((now) => {
      waited.push(now);
      assert.deepEqual(done, []);
      if (now > 9_000) free();
    });
    const turns = inTurn({ longest: 10_000, known: 1000 }, time);
    const all = ['a', 'b', 'c'].map((name) => turns.next(work(name)));
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c']);
    assert.deepEqual(done, ['a', 'b', 'c']);
    // Soon at first, then every 20 ms; and only the first of them had to wait.
    assert.deepEqual(waited.slice(0, 6), [1, 3, 8, 18, 38, 58]);
    assert.ok((waited.at(-1) ?? 0) <= 9_020, String(waited.at(-1)));
  });

  test('give up together: the second has waited behind the first', async () => {
    const { work } = behindALock();
    const time = handTime();
    const turns = inTurn({ longest: 500, known: 1000 }, time);
    const all = await Promise.allSettled([turns.next(work('a')), turns.next(work('b'))]);
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.ok(time.now() >= 500 && time.now() <= 520, String(time.now()));
  });

  test('once it is known, each is tried once; and waits again after one that went', async () => {
    const { work, tries, free, lock } = behindALock();
    const turns = inTurn({ longest: 100, known: 60_000 }, handTime());
    await assert.rejects(turns.next(work('a')), { errcode: 5 });
    const so = tries();
    await assert.rejects(turns.next(work('b')));
    assert.equal(tries(), so + 1);
    free();
    await turns.next(work('c'));
    lock();
    await assert.rejects(turns.next(work('d')));
    assert.ok(tries() > so + 3, 'it was waited for again');
  });

  test('once that was long ago, it is waited for again', async () => {
    const { work, tries } = behindALock();
    const turns = inTurn({ longest: 100, known: 0 }, handTime());
    await assert.rejects(turns.next(work('a')));
    const so = tries();
    await assert.rejects(turns.next(work('b')));
    assert.ok(tries() > so + 3);
  });

  test('any other error is thrown at once, and the next goes on', async () => {
    const turns = inTurn({ longest: 10_000, known: 1000 }, handTime());
    let tries = 0;
    const failing = turns.next(() => {
      tries++;
      throw new Error('the disk is full');
    });
    const next = turns.next(() => 'b');
    await assert.rejects(failing, /full/);
    assert.equal(tries, 1);
    assert.equal(await next, 'b');
  });

  test('all that was asked for is done before nothing is waited for any more', async () => {
    const { work, done, free } = behindALock();
    const turns = inTurn({ longest: 10_000, known: 1000 }, handTime(free));
    void turns.next(work('a'));
    void turns.next(work('b'));
    await turns.done();
    assert.deepEqual(done, ['a', 'b']);
  });

  test('wait by the time of the machine where no other is given, and leave it to others meanwhile', async () => {
    const { work, free } = behindALock();
    const waiting = inTurn().next(work('a'));
    setImmediate(free);
    assert.equal(await waiting, 'a');
    await assert.rejects(inTurn({ longest: 0, known: 0 }).next(behindALock().work('b')), { errcode: 5 });
  });
});

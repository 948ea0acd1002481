import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { inTurn } from './turns.ts';

const busy = () => Object.assign(new Error('database is locked'), { errcode: 5 });

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
    const turns = inTurn({ longest: 10_000, known: 1000 });
    const all = ['a', 'b', 'c'].map((name) => turns.next(work(name)));
    await pause(50);
    assert.deepEqual(done, []);
    free();
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c']);
    assert.deepEqual(done, ['a', 'b', 'c']);
  });

  test('give up together: the second has waited behind the first', async () => {
    const { work } = behindALock();
    const turns = inTurn({ longest: 500, known: 1000 });
    const before = performance.now();
    const all = await Promise.allSettled([turns.next(work('a')), turns.next(work('b'))]);
    const took = performance.now() - before;
    assert.deepEqual(
      all.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.ok(took >= 499 && took < 990, String(took));
  });

  test('once it is known, each is tried once; and waits again after one that went', async () => {
    const { work, tries, free, lock } = behindALock();
    const turns = inTurn({ longest: 100, known: 60_000 });
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
    const turns = inTurn({ longest: 100, known: 0 });
    await assert.rejects(turns.next(work('a')));
    const so = tries();
    await assert.rejects(turns.next(work('b')));
    assert.ok(tries() > so + 3);
  });

  test('any other error is thrown at once, and the next goes on', async () => {
    const turns = inTurn({ longest: 10_000, known: 1000 });
    const failing = turns.next(() => {
      throw new Error('the disk is full');
    });
    const next = turns.next(() => 'b');
    await assert.rejects(failing, /full/);
    assert.equal(await next, 'b');
    await turns.done();
  });
});

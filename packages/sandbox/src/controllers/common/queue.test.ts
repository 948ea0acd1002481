import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../testing/fake-clock.ts';
import { workQueue } from './queue.ts';

test('asking several times before a key runs is asking once', () => {
  const clock = fakeClock();
  const runs: string[] = [];
  const queue = workQueue(clock, (key) => runs.push(key));
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  assert.equal(clock.pending(), 1);
  assert.deepEqual(runs, [], 'nothing runs inside the caller');
  clock.advance(0);
  assert.deepEqual(runs, ['a', 'b']);
});

test('a failed key is tried again with growing delays, and begins anew after a success', () => {
  const clock = fakeClock();
  const at: number[] = [];
  let failing = true;
  const start = clock.now();
  const queue = workQueue(clock, () => {
    at.push(clock.now() - start);
    if (failing) throw new Error('not yet');
  });
  queue.add('a');
  clock.advance(40);
  assert.deepEqual(at, [0, 5, 15, 35]);
  failing = false;
  clock.advance(1000);
  assert.deepEqual(at, [0, 5, 15, 35, 75]);
  failing = true;
  queue.add('a');
  clock.advance(5);
  assert.deepEqual(at.slice(5), [1040, 1045]);
});

test('of several delays the earliest counts', () => {
  const clock = fakeClock();
  const at: number[] = [];
  const start = clock.now();
  const queue = workQueue(clock, () => at.push(clock.now() - start));
  queue.addAfter('a', 100);
  queue.addAfter('a', 30);
  queue.addAfter('a', 60);
  clock.advance(500);
  assert.deepEqual(at, [30]);
});

test('a key that asks for itself does not keep others from running', () => {
  const clock = fakeClock();
  const runs: string[] = [];
  const queue = workQueue(clock, (key) => {
    runs.push(key);
    if (key === 'busy' && runs.length < 5) queue.add('busy');
  });
  queue.add('busy');
  queue.add('calm');
  clock.advance(0);
  assert.deepEqual(runs.slice(0, 2), ['busy', 'calm']);
});

test('after stop nothing runs and no timer is left', () => {
  const clock = fakeClock();
  const runs: string[] = [];
  const queue = workQueue(clock, (key) => {
    runs.push(key);
    throw new Error('again');
  });
  queue.add('a');
  clock.advance(0);
  queue.add('b');
  queue.addAfter('c', 50);
  queue.stop();
  queue.add('d');
  queue.addAfter('e', 1);
  assert.equal(clock.pending(), 0);
  clock.advance(1000);
  assert.deepEqual(runs, ['a']);
});

test('stopped by a run, what waits does not run any more', () => {
  const clock = fakeClock();
  const runs: string[] = [];
  const queue = workQueue(clock, (key) => {
    runs.push(key);
    queue.stop();
    queue.add('c');
  });
  queue.add('a');
  queue.add('b');
  clock.advance(0);
  assert.deepEqual([runs, clock.pending()], [['a'], 0]);
});

test('what waits no time comes before what is asked for later; what waits a millisecond does not', () => {
  const clock = fakeClock();
  const runs: string[] = [];
  const queue = workQueue(clock, (key) => runs.push(key));
  queue.addAfter('a', 0);
  queue.addAfter('late', 1);
  queue.add('b');
  clock.advance(0);
  assert.deepEqual(runs, ['a', 'b']);
  clock.advance(1);
  assert.deepEqual(runs, ['a', 'b', 'late']);
});

test('a failure is told with its key', () => {
  const clock = fakeClock();
  const told: unknown[] = [];
  const failure = new Error('not yet');
  const options = { report: (key: string, error: unknown) => void told.push([key, error]) };
  const queue = workQueue(
    clock,
    () => {
      throw failure;
    },
    options,
  );
  queue.add('a');
  clock.advance(0);
  assert.deepEqual(told, [['a', failure]]);
});

test('one tick runs 50 keys, or as many as ten milliseconds allow; the next follows at once', () => {
  for (const [cost, share] of [
    [0, 50],
    [4, 3],
  ] as const) {
    const clock = fakeClock();
    let worked = 0;
    let runs = 0;
    const queue = workQueue({ ...clock, now: () => clock.now() + worked }, () => {
      worked += cost;
      runs++;
    });
    for (let key = 0; key < 60; key++) queue.add(String(key));
    let between = 0;
    clock.after(0, () => {
      between = runs;
    });
    clock.advance(0);
    assert.deepEqual([between, runs], [share, 60]);
  }
});

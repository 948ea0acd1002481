import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '../testing/fake-clock.ts';
import { workQueue } from './queue.ts';

test('asking several times before a key runs is asking once', () => {
  const clock = fakeClock();
  const runs: string[] = [];
  const queue = workQueue(clock, (key) => runs.push(key));
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
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

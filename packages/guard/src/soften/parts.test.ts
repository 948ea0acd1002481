import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { away, busy, refused } from '../testing/faulty.ts';
import { object } from '../undo/testing/kept.ts';
import { defaultTiming, insist, leftOf, selectorOf, statusOf, typesLeftBy } from './parts.ts';

/** A clock that goes on by what is slept. */
function timed(limit = 10_000) {
  let now = 0;
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    slept.push(ms);
    now += ms;
  };
  return { timing: { ...defaultTiming, now: () => now, sleep, poll: 150, limit }, slept };
}
const failing = (errors: unknown[]) => async () => {
  const next = errors.shift();
  if (next !== undefined) throw next;
  return 'done';
};

test('what may pass is tried again, more and more seldom', async () => {
  const { timing, slept } = timed();
  const errors = [away(), busy(503), busy(429), busy(404), busy(504)];
  assert.equal(await insist(timing, failing(errors)), 'done');
  assert.deepEqual(slept, [150, 300, 600, 1_000, 1_000]);
});

test('a certain no, and what is none of the cluster’s, is an error at once', async () => {
  const { timing, slept } = timed();
  for (const error of [
    refused(403, 'Forbidden'),
    new ToolcribError('conflict', 'x'),
    new Error('y'),
    new ToolcribError('credentials', 'z'),
  ])
    await assert.rejects(insist(timing, failing([error])), error);
  assert.deepEqual(slept, []);
});

test('after its time it is given up with the last error', async () => {
  const { timing, slept } = timed(1_000);
  await assert.rejects(insist(timing, failing(Array(99).fill(away()))), { code: 'unreachable' });
  assert.deepEqual(slept, [150, 300, 600]);
});

test('what a workload leaves, by its plural', () => {
  const kinds = (resource: string) => typesLeftBy(resource).map((one) => one.resource);
  assert.deepEqual(kinds('deployments'), ['replicasets', 'pods']);
  assert.deepEqual(kinds('replicasets'), ['pods']);
  assert.deepEqual(kinds('statefulsets'), ['pods', 'controllerrevisions', 'persistentvolumeclaims']);
  assert.deepEqual(kinds('daemonsets'), ['pods', 'controllerrevisions']);
  assert.deepEqual(kinds('services'), []);
});

test('an object that is left is named by its UID', () => {
  const pod = object('v1 Pod', 'p', { spec: { selector: { matchLabels: { a: 'b' } } } });
  assert.deepEqual(leftOf(pod), {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: 'p',
    uid: 'Pod-p',
  });
  assert.deepEqual(selectorOf(pod), { matchLabels: { a: 'b' } });
  assert.equal(selectorOf(object('v1 Pod', 'q')), undefined);
});

test('the status of a no is the cluster’s', () => {
  assert.equal(statusOf(busy(503)), 503);
  assert.equal(statusOf(away()), undefined);
  assert.equal(statusOf({ cause: { status: 503 } }), undefined);
});

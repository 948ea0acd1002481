import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import * as numbers from './numbers.ts';

function object(spec: Body = {}, status: Body = {}, annotations: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'X', metadata: { name: 'x', annotations }, spec, status };
}
const rolling = (replicas: number, maxSurge?: unknown, maxUnavailable?: unknown) =>
  object({ replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } });
const room = (...args: Parameters<typeof rolling>) => Object.values(numbers.roomOf(rolling(...args)));

test('counts and their defaults', () => {
  assert.equal(numbers.replicasOf(object({ replicas: 0 })), 0);
  assert.equal(numbers.replicasOf(object()), 1);
  assert.equal(numbers.statusNumber(object({}, { replicas: 3 }), 'replicas'), 3);
  assert.equal(numbers.statusNumber(object(), 'replicas'), 0);
  assert.equal(numbers.statusNumber(undefined, 'replicas'), 0);
  assert.equal(numbers.sum([object({ replicas: 2 }), object({ replicas: 3 })], numbers.replicasOf), 5);
  assert.equal(numbers.isRollingUpdate(object()), true);
  assert.equal(numbers.isRollingUpdate(object({ strategy: { type: 'Recreate' } })), false);
});

test('the room of a rolling update: surge rounds up, absence down', () => {
  assert.deepEqual(room(10), [3, 2]);
  assert.deepEqual(room(10, '25%', '25%'), [3, 2]);
  assert.deepEqual(room(10, 1, 0), [1, 0]);
  assert.deepEqual(room(10, 0, 4), [0, 4]);
  // Both zero would never get anywhere.
  assert.deepEqual(room(10, 0, 0), [0, 1]);
  assert.deepEqual(room(3, 0, '25%'), [0, 1]);
  assert.deepEqual(room(2, 0, 5), [0, 2]);
  assert.deepEqual(room(0, 0, 0), [0, 0]);
  assert.deepEqual(numbers.roomOf(object({ replicas: 10, strategy: { type: 'Recreate' } })), {
    maxSurge: 0,
    maxUnavailable: 0,
  });
  assert.deepEqual(numbers.roomOf(object({ replicas: 4 })), { maxSurge: 1, maxUnavailable: 1 });
});

test('the newest set grows as far as there is room', () => {
  const set = (replicas: number) => object({ replicas });
  const next = (all: number[], newest: number) =>
    numbers.newReplicas(rolling(10, 3, 0), all.map(set), newest);
  assert.equal(next([10, 0], 0), 3);
  assert.equal(next([10, 3], 3), 3);
  assert.equal(next([7, 3], 3), 6);
  assert.equal(next([0, 9], 9), 10);
  assert.equal(next([12, 3], 3), 3);
  const recreate = object({ replicas: 4, strategy: { type: 'Recreate' } });
  assert.equal(numbers.newReplicas(recreate, [set(9)], 0), 4);
});

test('annotations that count', () => {
  const set = object({}, {}, { a: '12', b: 'x', c: '-1', d: '0' });
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].map((key) => numbers.countAnnotation(set, key)),
    [12, undefined, undefined, 0, undefined],
  );
  assert.equal(
    numbers.countAnnotation({ apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } }, 'a'),
    undefined,
  );
});

test('a set’s share of a scaling in the middle of a rollout', () => {
  const set = (replicas: number, max?: string) =>
    object({ replicas }, {}, max ? { 'deployment.kubernetes.io/max-replicas': max } : {});
  const share = (
    replicas: number,
    toAdd: number,
    added: number,
    max: string | undefined = '10',
    wanted = 20,
  ) => numbers.proportionOf(set(replicas, max), rolling(wanted, 0, 1), toAdd, added);
  // From 10 to 20: each doubles, as far as something is left.
  assert.equal(share(5, 10, 0), 5);
  assert.equal(share(5, 10, 7), 3);
  assert.equal(share(3, 10, 0), 3);
  assert.equal(share(0, 10, 0), 0);
  assert.equal(share(5, 0, 0), 0);
  assert.equal(share(5, 10, 10), 0);
  // From 10 down to 4.
  assert.equal(share(5, -6, 0, '10', 4), -3);
  assert.equal(share(5, -6, -4, '10', 4), -2);
  assert.equal(share(5, -5, 0, '10', 0), -5);
  // Surge counts too: 20 and 5 more.
  assert.equal(numbers.proportionOf(set(4, '10'), rolling(20, 5, 1), 15, 0), 6);
  // Without the annotation the status says what there was before.
  const before = object({ ...rolling(20, 0, 1).spec }, { replicas: 5 });
  assert.equal(numbers.proportionOf(set(2), before, 10, 0), 6);
  assert.equal(numbers.proportionOf(set(2), rolling(20, 0, 1), 10, 0), 0);
});

test('one of one is a share, too, and one that is to be got is got', () => {
  const set = (replicas: number, max: string) =>
    object({ replicas }, {}, { 'deployment.kubernetes.io/max-replicas': max });
  assert.equal(numbers.proportionOf(set(1, '10'), rolling(20, 0, 1), 10, 0), 1);
  assert.equal(numbers.proportionOf(set(5, '10'), rolling(20, 0, 1), 1, 0), 1);
  // To nothing each goes whole, whatever may surge; to one by its share.
  assert.equal(numbers.proportionOf(set(5, '10'), rolling(0, 5, 1), -5, 0), -5);
  assert.equal(numbers.proportionOf(set(3, '10'), rolling(1, 0, 1), -9, 0), -3);
  // All has been given: nothing is taken for it.
  assert.equal(numbers.proportionOf(set(5, '40'), rolling(20, 0, 1), 10, 10), 0);
  const all = [set(2, '4'), set(2, '4')];
  assert.equal(numbers.newReplicas(rolling(4, 1, 1), all, 2), 3);
});

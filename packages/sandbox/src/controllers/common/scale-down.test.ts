import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { victimsFirst } from './scale-down.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

interface Traits {
  node?: string;
  phase?: string;
  ready?: boolean;
  readyFor?: number;
  cost?: string;
  restarts?: number[];
  age?: number;
  uid?: string;
  going?: boolean;
}

/** A Pod that is like all others but for what is named. Times in seconds before now. */
function pod(name: string, traits: Traits = {}): KubeObject {
  const {
    node = 'n',
    phase = 'Running',
    ready = true,
    readyFor = 1000,
    cost,
    restarts = [0],
    age = 1000,
    uid = name,
    going,
  } = traits;
  const condition: Body = {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    lastTransitionTime: ago(readyFor),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid,
      creationTimestamp: ago(age),
      ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
      ...(going ? { deletionTimestamp: ago(0) } : {}),
    },
    spec: node === '' ? {} : { nodeName: node },
    status: {
      phase,
      conditions: [condition],
      containerStatuses: restarts.map((restartCount) => ({ restartCount })),
    },
  };
}

function order(pods: KubeObject[], related = pods): string {
  const names = (list: KubeObject[]) => list.map(({ metadata }) => metadata.name).join(' ');
  const sorted = names(victimsFirst(pods, related, NOW));
  assert.equal(names(victimsFirst([...pods].reverse(), related, NOW)), sorted, 'whatever the order before');
  return sorted;
}

test('each reason goes before all that come after it', () => {
  // Every Pod but the last is worse by exactly one reason, and better by all that follow.
  const better = { cost: '100', restarts: [0], age: 9e6, readyFor: 9e6 };
  assert.equal(
    order(
      [
        pod('kept', { ...better, node: 'k' }),
        pod('younger', { ...better, node: 'y', age: 10 }),
        pod('restarted', { ...better, node: 'r', restarts: [1, 3] }),
        pod('lately-ready', { ...better, node: 'l', readyFor: 10 }),
        pod('cheap', { ...better, node: 'c', cost: '1' }),
        pod('unready', { ...better, node: 'u', ready: false }),
        pod('unknown', { ...better, node: 'o', phase: 'Unknown' }),
        pod('pending', { ...better, node: 'p', phase: 'Pending' }),
        pod('unassigned', { ...better, node: '' }),
      ],
      [],
    ),
    'unassigned pending unknown unready cheap lately-ready restarted younger kept',
  );
});

test('of Pods on a crowded Node one goes first, by all Pods of the workload that stay', () => {
  const pods = [pod('a', { node: 'one' }), pod('b', { node: 'two' })];
  const crowd = [...pods, pod('c', { node: 'two' })];
  assert.equal(order(pods, crowd), 'b a');
  const leaving = [
    ...pods,
    pod('c', { node: 'one' }),
    pod('d', { node: 'two', going: true }),
    pod('e', { node: 'two', going: true }),
  ];
  assert.equal(order(pods, leaving), 'a b');
});

test('about the same age is the same age: then the UID decides', () => {
  assert.equal(order([pod('a', { readyFor: 600, uid: '2' }), pod('b', { readyFor: 1000, uid: '1' })]), 'b a');
  assert.equal(order([pod('a', { readyFor: 10, uid: '2' }), pod('b', { readyFor: 1000, uid: '1' })]), 'a b');
  // Ready from now on counts as the youngest of all.
  assert.equal(order([pod('a', { readyFor: 0, uid: '2' }), pod('b', { readyFor: 0.001, uid: '1' })]), 'a b');
});

test('the container that was restarted most often counts', () => {
  assert.equal(order([pod('a', { restarts: [2, 2] }), pod('b', { restarts: [0, 3] })]), 'b a');
  assert.equal(order([pod('a', { restarts: [] }), pod('b', { restarts: [1] })]), 'b a');
});

test('a price that is no whole number is none', () => {
  assert.equal(
    order([pod('a', { cost: 'much' }), pod('b', { cost: '-1' }), pod('c', { cost: '1' })]),
    'b a c',
  );
  assert.equal(order([pod('a', { cost: '1.5' }), pod('b', { cost: '1' })]), 'a b');
});

test('the list that was given stays as it was', () => {
  const pods = [pod('a'), pod('b', { node: '' })];
  victimsFirst(pods, pods, NOW);
  assert.equal(pods[0]?.metadata.name, 'a');
});

test('a Node that none of the workload is on is the emptiest', () => {
  const pods = [pod('a', { node: 'one' }), pod('b', { node: 'two', restarts: [0] })];
  assert.equal(
    order([pod('a', { node: 'one', restarts: [5] }), pod('b', { node: 'two' })], [pods[1] as KubeObject]),
    'b a',
  );
});

test('a phase that is none counts as Pending, and what says nothing of its containers as never restarted', () => {
  assert.equal(order([pod('a', { phase: 'Unknown' }), pod('b', { phase: 'Odd' })]), 'b a');
  const bare = pod('a', { uid: '1' });
  delete bare.status.containerStatuses;
  assert.equal(order([bare, pod('b', { restarts: [1] })]), 'b a');
  assert.equal(order([pod('a'), pod('b', { restarts: [1] })]), 'b a');
});

test('where one does not say since when it is ready, that decides nothing', () => {
  const timeless = pod('a', { uid: '1' });
  delete timeless.status.conditions[0].lastTransitionTime;
  assert.equal(order([timeless, pod('b', { restarts: [1], readyFor: 1e6 })]), 'b a');
  assert.equal(order([timeless, pod('b', { restarts: [1], readyFor: 1 })]), 'b a');
});

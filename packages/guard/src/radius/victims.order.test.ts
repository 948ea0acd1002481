import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, ownerGraph } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, type Extra, object, pod, statefulSet, view } from './testing/objects.ts';
import { first, scale } from './testing/told.ts';
import { condemned } from './victims.ts';
import { ownerFacts } from './view.ts';

const labels = { app: 'web' };
const [top, set] = deployment('shop/web', 0) as [KubeObject, KubeObject];
const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);
const taken = (objects: KubeObject[], workload: KubeObject, replicas: number) =>
  condemned(ownerGraph(ownerFacts(view(objects))), objects, workload, replicas);

/** A Pod of the Deployment: assigned, running, ready since `since` unless told otherwise. */
function one(name: string, more: Extra & { created?: string; cost?: string } = {}): KubeObject {
  const { created, cost, ...extra } = more;
  const made = pod(`shop/${name}`, set, {
    labels,
    ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
    ...extra,
  });
  if (created) made.metadata.creationTimestamp = created;
  return made;
}
const ready = (lastTransitionTime?: string, status = 'True') => ({
  phase: 'Running',
  conditions: [
    { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-09T00:00:00Z' },
    { type: 'Ready', status, ...(lastTransitionTime ? { lastTransitionTime } : {}) },
  ],
});
const restarted = (...counts: (number | undefined)[]) => ({
  ...ready(),
  containerStatuses: counts.map((restartCount) => (restartCount === undefined ? {} : { restartCount })),
});
const on = (nodeName: string) => ({ nodeName });

// What the ReplicaSet controller takes first, of two that differ in one thing: pkg/controller/controller_utils.go.
for (const [what, goes, stays] of [
  ['not assigned before assigned', one('a', { spec: {} }), one('b', { status: { phase: 'Pending' } })],
  [
    'Pending before Unknown',
    one('a', { status: { phase: 'Pending' } }),
    one('b', { status: { phase: 'Unknown' } }),
  ],
  [
    'Unknown before Running',
    one('a', { status: { phase: 'Unknown' } }),
    one('b', { status: { phase: 'Running' } }),
  ],
  ['not ready before ready', one('a', { status: ready('2026-01-01T00:00:00Z', 'False') }), one('b')],
  ['a lower cost of deletion', one('a', { cost: '-1' }), one('b')],
  ['a lower cost of deletion than one that is given', one('a'), one('b', { cost: '1' })],
  ['a cost that is no number is none', one('a', { cost: '-1' }), one('b', { cost: 'dear' })],
  [
    'ready for a shorter time',
    one('a', { status: ready('2026-01-02T00:00:00Z') }),
    one('b', { status: ready('2026-01-01T00:00:00Z') }),
  ],
  [
    'ready since a time before since nobody knows when',
    one('a', { status: ready('2026-01-01T00:00:00Z') }),
    one('b'),
  ],
  [
    'more restarts of one container',
    one('a', { status: restarted(2, undefined) }),
    one('b', { status: restarted(1, 1) }),
  ],
  [
    'a restart before one that is not told',
    one('a', { status: restarted(1) }),
    one('b', { status: restarted(undefined) }),
  ],
  ['a restart before none', one('a', { status: restarted(1) }), one('b', { status: restarted() })],
  [
    'the younger',
    one('a', { created: '2026-01-02T00:00:00Z' }),
    one('b', { created: '2026-01-01T00:00:00Z' }),
  ],
  ['one whose age is known', one('a', { created: '2026-01-01T00:00:00Z' }), one('b')],
] as const)
  test(`of two Pods goes: ${what}`, () => {
    for (const pods of [
      [goes, stays],
      [stays, goes],
    ])
      assert.deepEqual(names(taken([top, set, ...pods], top, 1).pods), ['a']);
  });

test('earlier reasons come before later ones, and Pods that are alike stay in their order', () => {
  const pending = one('pending', {
    status: { phase: 'Pending' },
    cost: '9',
    created: '2025-01-01T00:00:00Z',
  });
  const cheap = one('cheap', { cost: '-9', created: '2026-01-01T00:00:00Z' });
  const young = one('young', { created: '2026-01-02T00:00:00Z' });
  const [x, y] = [one('x'), one('y')];
  assert.deepEqual(names(taken([top, set, x, y, young, cheap, pending], top, 1).pods), [
    'pending',
    'cheap',
    'young',
    'x',
  ]);
});

test('of several on a node one goes before one that is alone on its own', () => {
  const pods = [
    one('alone', { spec: on('n1'), created: '2026-01-02T00:00:00Z' }),
    one('two', { spec: on('n2') }),
    one('beside', { spec: on('n2') }),
  ];
  assert.deepEqual(names(taken([top, set, ...pods], top, 2).pods), ['two']);
  const unassigned = [one('first', { spec: {} }), one('second', { spec: {} })];
  assert.deepEqual(names(taken([top, set, ...unassigned], top, 1).pods), ['first']);
});

test('only what lives is counted, in its namespace, below that workload', () => {
  const [a, b] = [one('a'), one('b')];
  const others = [
    one('done', { status: { phase: 'Succeeded' } }),
    one('dying', { terminating: true }),
    pod('shop/naked', undefined, { labels }),
    pod('shop/cart', object('apps/v1 ReplicaSet', 'shop/cart'), { labels }),
    pod('other/abroad', set, { labels }),
    object('v1 Secret', 'shop/key', { owners: [set] }),
  ];
  const all = [top, set, a, b, ...others];
  assert.deepEqual(names(taken(all, top, 1).pods), ['a']);
  assert.deepEqual(names(taken(all, top, 0).pods), ['a', 'b']);
  assert.deepEqual(taken(all, top, 2), { pods: [], claims: [], estimated: true });
  assert.deepEqual(taken(all, top, 3), { pods: [], claims: [], estimated: true });
});

test('which Pods go is a guess, but where all of them do', () => {
  const all = [top, set, one('a'), one('b')];
  assert.equal(taken(all, top, 1).estimated, true);
  assert.equal(taken(all, top, 0).estimated, false);
  const kafka = statefulSet('shop/kafka', 2);
  assert.equal(taken(kafka, first(kafka, 'StatefulSet'), 1).estimated, false);
});

test('a ReplicaSet scaled by itself takes the Pods that it controls, and none that it only owns', () => {
  const other = object('apps/v1 ReplicaSet', 'shop/web-old', { owners: [top], labels });
  const owned = pod('shop/owned', other, { labels });
  owned.metadata.ownerReferences?.push({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: 'web-5d8f',
    uid: set.metadata.uid ?? '',
  });
  const all = [top, set, other, one('a'), pod('shop/old', other, { labels }), owned];
  assert.deepEqual(names(taken(all, set, 0).pods), ['a']);
  assert.deepEqual(names(taken(all, other, 0).pods), ['old', 'owned']);
});

test('a StatefulSet counts from its first ordinal, and takes what is before it as well', () => {
  const kafka = statefulSet('shop/kafka', 4, { whenScaled: 'Delete' });
  const set = first(kafka, 'StatefulSet');
  set.spec.ordinals = { start: 1 };
  const { pods, claims } = taken(kafka, set, 2);
  assert.deepEqual(names(pods), ['kafka-0', 'kafka-3']);
  assert.deepEqual(names(claims), ['data-kafka-0', 'data-kafka-3']);
  first(kafka, 'Pod', 'kafka-3').metadata.deletionTimestamp = '2026-11-23T00:00:00Z';
  assert.deepEqual(names(taken(kafka, set, 2).pods), ['kafka-0'], 'the other goes already');
  assert.deepEqual(names(taken(kafka, set, 2).claims), ['data-kafka-0']);
  // It goes on as a radius: nothing of a guess.
  assert.ok(radiusOf(view(kafka), [aim(set, scale(2))]).members.every(({ estimated }) => !estimated));
});

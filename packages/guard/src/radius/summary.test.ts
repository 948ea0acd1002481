import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVERYTHING, type Radius, type RadiusMember } from '@toolcrib/model';
import { countOf, firstFew, many, summary } from './summary.ts';

const member = (kind: string, name: string, fate: RadiusMember['fate'] = 'deleted'): RadiusMember => ({
  ref: { apiVersion: 'v1', kind, name, uid: name },
  fate,
  loss: 'restorable',
  why: '',
  owners: [],
});
const radius = (
  members: RadiusMember[],
  more: Partial<Radius> = {},
  counts: Partial<Radius['counts']> = {},
): Radius => ({
  state: 'complete',
  targets: members[0] ? [members[0].ref] : [],
  members,
  unseen: [],
  opaque: [],
  counts: {
    objects: members.length,
    pods: 0,
    podsNotReplaced: 0,
    workloads: 0,
    workloadsLeftWithoutPods: 0,
    claims: 0,
    volumesLost: 0,
    servicesCut: 0,
    podsOnNodes: 0,
    usedByPods: 0,
    setsBelowHalf: 0,
    statefulPods: 0,
    ...counts,
  },
  seenAt: 0,
  ...more,
});

test('what goes, by kind, targets first; figures only where there are some', () => {
  assert.equal(summary(radius([member('ConfigMap', 'a')])), 'would delete 1 ConfigMap; 0 volumes lost');
  const set = radius(
    [member('StatefulSet', 's'), member('Pod', 'a'), member('Pod', 'b')],
    {},
    { pods: 2, podsNotReplaced: 1, workloadsLeftWithoutPods: 1, volumesLost: 1 },
  );
  assert.equal(
    summary(set),
    'would delete 1 StatefulSet, 2 Pods; 1 Pod not replaced; 1 workload left without Pods; 1 volume lost',
  );
  assert.equal(summary(radius([])), 'would delete nothing; 0 volumes lost');
});

test('what is scaled, and what only loses its owner', () => {
  const web = member('Deployment', 'web', 'stops');
  assert.equal(
    summary(radius([web, member('Pod', 'a')])),
    'would scale Deployment web to 0, which deletes 1 Pod; 0 volumes lost',
  );
  const service = member('Service', 's', 'stops');
  const pod = member('Pod', 'a');
  assert.equal(
    summary(radius([pod, service])),
    'would delete 1 Pod; 0 volumes lost',
    'only a target is scaled',
  );
  assert.match(
    summary(radius([pod, member('ReplicaSet', 'r', 'orphaned')])),
    /^would delete 1 Pod, would orphan 1 ReplicaSet;/,
  );
});

test('what was not seen, and where others decide, is said; of what nobody looked at no figure is made up', () => {
  const opaque = [{ ref: member('Pod', 'a').ref, why: 'x' }];
  assert.match(summary(radius([member('Pod', 'a')], { opaque })), /; others decide what else goes$/);
  const unseen = [{ kind: 'Secret', why: 'x' }];
  assert.match(summary(radius([member('Pod', 'a')], { unseen })), /; not everything could be seen$/);
  assert.doesNotMatch(
    summary(radius([member('Pod', 'a')], { unseen: [{ kind: 'X.y', why: 'x', unlikely: true }] })),
    /seen/,
  );
  const nothing = [{ kind: EVERYTHING, why: 'x' }];
  assert.equal(summary(radius([], { unseen: nothing })), 'would take what could not be looked at');
  assert.equal(summary(radius([], { unseen })), 'would take what could not be looked at');
  assert.equal(
    summary(radius([member('Pod', 'a')], { unseen: nothing })),
    'would delete 1 Pod; what else goes with it could not be looked at',
  );
});

test('English', () => {
  assert.deepEqual(
    ['Pod', 'Ingress', 'NetworkPolicy', 'Gateway', 'Endpoints', 'Box', 'Batch', 'Mesh'].map(many),
    ['Pods', 'Ingresses', 'NetworkPolicies', 'Gateways', 'Endpoints', 'Boxes', 'Batches', 'Meshes'],
  );
  assert.deepEqual([countOf(0, 'Pod'), countOf(1, 'Pod'), countOf(2, 'Pod')], ['0 Pods', '1 Pod', '2 Pods']);
  assert.equal(firstFew(['a', 'b', 'c']), 'a, b, c');
  assert.equal(firstFew(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
});

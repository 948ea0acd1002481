import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { ownRadius, unlooked } from './own-radius.ts';

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  more: Partial<KubeObject> = {},
): KubeObject => ({
  apiVersion,
  kind,
  ...more,
  metadata: { name, uid: name, namespace: 'shop', ...more.metadata },
});
const running = object('v1', 'Pod', 'runs', { status: { phase: 'Running' } });
const finished = object('v1', 'Pod', 'done', { status: { phase: 'Succeeded' } });
const claim = object('v1', 'PersistentVolumeClaim', 'data', { spec: { volumeName: 'pv' } });
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'n1' } };

test('where the effect alone tells, the targets are all that goes', () => {
  const one = object('v1', 'Pod', 'a', {
    metadata: {
      name: 'a',
      finalizers: ['x'],
      generation: 3,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs' }],
    },
  });
  const radius = ownRadius([one, object('v1', 'ConfigMap', 'b')], 7);
  assert.deepEqual([radius.state, radius.seenAt, radius.unseen], ['complete', 7, []]);
  assert.deepEqual(
    radius.targets.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual([radius.counts.objects, radius.counts.pods], [2, 1]);
  const [first] = radius.members;
  assert.deepEqual(
    [first?.fate, first?.loss, first?.finalizers, first?.generation, first?.owners],
    ['deleted', 'returns', ['x'], 3, ['rs']],
  );
});

test('a finished Pod does not come back', () => {
  const [done, runs] = ownRadius([finished, running], 0).members;
  assert.deepEqual([done?.loss, done?.spent], ['lost', true]);
  assert.deepEqual([runs?.loss, runs?.spent], ['returns', undefined]);
});

test('where the look failed nothing is promised, and what holds others is taken for lost', () => {
  const unseen = [{ kind: 'every kind', why: 'the cluster is away' }];
  const radius = unlooked([running, claim, node, finished], 7, unseen);
  assert.equal(radius.state, 'incomplete');
  assert.deepEqual(radius.unseen, unseen);
  const [pod, data, machine, done] = radius.members;
  assert.deepEqual([pod?.loss, pod?.why], ['restorable', 'what hangs on it could not be looked at']);
  assert.equal(data?.loss, 'lost');
  assert.match(machine?.why ?? '', /taken for lost/);
  assert.equal(machine?.loss, 'lost');
  assert.equal(done?.loss, 'lost');
  const { podsNotReplaced, claims, volumesLost, objects } = radius.counts;
  // The finished one ran nowhere any more.
  assert.deepEqual([podsNotReplaced, claims, volumesLost, objects], [1, 1, 1, 4]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { softening } from './softenable.ts';
import { aim, deployment, object, pod, view } from './testing/objects.ts';
import type { View } from './view.ts';

/** `possible`, or why the first of these can't be softened where it is deleted. */
function told(objects: KubeObject[], extra: Partial<View> = {}): string {
  const seen = view(objects, extra);
  const one = aim(objects[0] as KubeObject);
  const answer = softening(seen, radiusOf(seen, [one]), one);
  return answer.possible ? `possible ${answer.how}` : answer.why;
}
const MIDWAY = 'a rollout is under way, and which Pods are of which version would be forgotten';
const FIRST = 'possible orphan-first';

test('what is not there any more can’t be softened', () => {
  const seen = view([]);
  const gone = aim(object('apps/v1 Deployment', 'shop/web'));
  assert.deepEqual(softening(seen, radiusOf(seen, [gone]), gone), {
    possible: false,
    why: 'it is gone already',
  });
});

test('a rollout of a Deployment: generation, and replicas of this version, of all, and as wanted', () => {
  const at = (spec: object, status: object, generation: number | undefined = 1) =>
    told([object('apps/v1 Deployment', 'shop/web', { generation, spec, status })]);
  const rests = { observedGeneration: 1, replicas: 3, updatedReplicas: 3 };
  assert.equal(at({ replicas: 3 }, rests), FIRST);
  assert.equal(at({ replicas: 3 }, { ...rests, observedGeneration: undefined }), MIDWAY);
  assert.equal(at({ replicas: 3 }, rests, 2), MIDWAY);
  assert.equal(at({ replicas: 3 }, { ...rests, updatedReplicas: 2 }), MIDWAY);
  assert.equal(at({ replicas: 3 }, { ...rests, replicas: 4, updatedReplicas: 4 }), MIDWAY);
  assert.equal(at({ replicas: 3 }, { ...rests, updatedReplicas: undefined }), MIDWAY);
  assert.equal(
    at({}, { observedGeneration: 1, replicas: 1, updatedReplicas: 1 }),
    FIRST,
    'one, where nothing is said',
  );
  assert.equal(at({}, { observedGeneration: 1, replicas: 2, updatedReplicas: 2 }), MIDWAY);
  assert.equal(at({ replicas: 0 }, { observedGeneration: 1 }), FIRST, 'none is left out of a status');
  assert.equal(at({ replicas: 1 }, { observedGeneration: 1 }), MIDWAY);
  const never = object('apps/v1 Deployment', 'shop/web', { spec: { replicas: 0 } });
  assert.equal(told([never]), FIRST, 'a cluster that counts no generations');
});

test('a rollout of a DaemonSet: Pods of this version on fewer Nodes than wanted', () => {
  const at = (status: object) => told([object('apps/v1 DaemonSet', 'shop/agent', { spec: {}, status })]);
  assert.equal(at({ desiredNumberScheduled: 2, updatedNumberScheduled: 2 }), FIRST);
  assert.equal(at({ desiredNumberScheduled: 2, updatedNumberScheduled: 1 }), MIDWAY);
  assert.equal(at({ desiredNumberScheduled: 1 }), MIDWAY);
  assert.equal(at({}), FIRST);
  assert.equal(at({ updatedNumberScheduled: 0 }), FIRST);
  const set = object('apps/v1 ReplicaSet', 'shop/web', {
    spec: {},
    status: { desiredNumberScheduled: 2, updatedNumberScheduled: 1 },
  });
  assert.equal(told([set]), FIRST, 'a ReplicaSet has no rollout');
});

test('who controls it would interfere, or makes it again', () => {
  const owned = (owner: KubeObject) =>
    object('apps/v1 ReplicaSet', 'shop/web', { owners: [owner], spec: {} });
  const rollout = object('argoproj.io/v1 Rollout', 'shop/web');
  assert.equal(told([owned(rollout), rollout]), 'Rollout web controls it: its operator would interfere');
  assert.equal(told([owned(rollout)]), 'Rollout web controls it: its operator would interfere');
  const set = object('apps/v1 StatefulSet', 'shop/odd');
  assert.equal(told([owned(set), set]), 'StatefulSet odd controls it');
  const [web, ours] = deployment('shop/web', 1) as [KubeObject, KubeObject];
  assert.equal(told([ours]), 'Deployment web controls it', 'it was not seen');
  assert.match(told([ours, web]), /^Deployment web makes it again at once/);
});

test('what was not seen is said, and nothing is promised', () => {
  const unseen = [{ group: '', kind: 'Secret', namespaced: true, why: 'forbidden' }];
  assert.equal(told(deployment('shop/web', 1), { unseen }), 'Secret could not be seen (forbidden)');
  const unlikely = [{ group: 'm.io', kind: 'Monitor', namespaced: true, why: 'forbidden' }];
  assert.equal(told(deployment('shop/web', 1), { unseen: unlikely }), FIRST);
});

test('only a controller that takes such orphans, and whose selector matches them, is in the way', () => {
  const web = deployment('shop/web', 1);
  const rival = (type: string, spec?: object) => told([...web, object(type, 'shop/rival', { spec })]);
  const matching = { selector: { matchLabels: { app: 'web' } } };
  const takes = (what: string) => `the selector of ${what} matches`;
  for (const kind of ['ReplicaSet', 'StatefulSet', 'DaemonSet'])
    assert.ok(rival(`apps/v1 ${kind}`, matching).startsWith(takes(`${kind} rival`)), kind);
  assert.ok(rival('batch/v1 Job', matching).startsWith(takes('Job rival')));
  // A Deployment takes ReplicaSets, and all others take Pods.
  assert.match(rival('apps/v1 Deployment', matching), /ReplicaSet web-5d8f too/);
  assert.match(rival('apps/v1 ReplicaSet', matching), /Pod web-5d8f-0 too/);
  assert.equal(rival('apps/v1 ReplicaSet', { selector: { matchLabels: { app: 'db' } } }), FIRST);
  assert.equal(rival('apps/v1 ReplicaSet', {}), FIRST);
  assert.equal(rival('k.io/v1 Kafka', matching), FIRST);
  assert.equal(rival('v1 Service', { selector: { app: 'web' } }), FIRST);
  assert.equal(rival('v1 ReplicationController', { selector: { app: 'db' } }), FIRST);
  assert.equal(rival('v1 ReplicationController', { selector: {} }), FIRST);
  assert.equal(rival('v1 ReplicationController'), FIRST);
  assert.match(
    rival('v1 ReplicationController', { selector: { app: 'web' } }),
    /ReplicationController rival/,
  );
  // Of a Deployment that has no ReplicaSet there is nothing that another takes.
  const alone = object('apps/v1 Deployment', 'shop/rival', { spec: matching });
  const set = object('apps/v1 StatefulSet', 'shop/db', {
    spec: {},
    status: { currentRevision: 'a', updateRevision: 'a' },
  });
  const member = pod('shop/db-0', set, { labels: { app: 'web' } });
  assert.equal(told([set, member, alone]), FIRST);
  // What carries such labels itself is deleted, and not taken.
  const labelled = { ...web[0], metadata: { ...web[0]?.metadata, labels: { app: 'web' } } } as KubeObject;
  const db = object('apps/v1 Deployment', 'shop/rival', {
    spec: { selector: { matchLabels: { app: 'web' } } },
  });
  assert.match(told([labelled, ...web.slice(1), db]), /ReplicaSet web-5d8f too/);
});

test('of a Namespace each lost claim has its own volume, or was not seen', () => {
  const shop = object('v1 Namespace', 'shop');
  const claim = (name: string) =>
    object('v1 PersistentVolumeClaim', `shop/${name}`, { spec: { volumeName: `pv-${name}` } });
  const volume = (of: KubeObject) =>
    object('v1 PersistentVolume', `pv-${of.metadata.name}`, {
      spec: {
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'shop', name: of.metadata.name, uid: of.metadata.uid },
      },
    });
  const [a, b] = [claim('a'), claim('b')];
  assert.equal(told([shop, a, b, volume(a), volume(b)]), 'possible retain-first');
  assert.equal(
    told([shop, a, b, volume(a)]),
    'the volume of b could not be seen, so it cannot be set to Retain',
  );
});

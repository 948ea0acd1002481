import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { chainOf, neededBySoftened } from './needed.ts';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, statefulSet, view } from './testing/objects.ts';

/** As if the first object had been softened away. */
function softened(objects: KubeObject[]): { left: KubeObject[]; record: SoftenRecord } {
  const [owner, ...left] = structuredClone(objects);
  assert.ok(owner);
  for (const { metadata } of left) {
    metadata.ownerReferences = metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid);
  }
  const ref = ({ apiVersion, kind, metadata }: KubeObject) => ({
    apiVersion,
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid ?? '',
  });
  const record: SoftenRecord = {
    actId: 'act-1',
    requestId: 'r1',
    context: 'prod',
    owner: ref(owner),
    left: left.filter(({ kind }) => kind !== 'PersistentVolume').map(ref),
    finishAfter: 0,
    state: 'softened',
  };
  return { left, record };
}
const needed = (objects: KubeObject[], targets: KubeObject[], record?: SoftenRecord, unread = false) => {
  const seen = view(objects);
  return neededBySoftened(
    seen,
    radiusOf(
      seen,
      targets.map((target) => aim(target)),
    ),
    record ? [record] : [],
    unread,
  );
};

test('a claim, and what its owner would take with it, that a softened Pod uses', () => {
  const { left, record } = softened(statefulSet('shop/kafka', 1, { reclaim: 'Retain' }));
  const claim = left.find(({ kind }) => kind === 'PersistentVolumeClaim') as KubeObject;
  assert.match(
    needed(left, [claim], record) ?? '',
    /^Pod kafka-0, which act act-1 .* uses .*Claim data-kafka-0/,
  );
  const above = object('v1 ConfigMap', 'shop/above');
  claim.metadata.ownerReferences = [
    { apiVersion: 'v1', kind: 'ConfigMap', name: 'above', uid: above.metadata.uid ?? '' },
  ];
  assert.match(needed([...left, above], [above], record) ?? '', /uses .*Claim data-kafka-0/);
});

test('a Pod that a softened Deployment has had replaced since', () => {
  const { left, record } = softened(deployment('shop/web', 1));
  const pod = left[1] as KubeObject;
  pod.metadata.uid = 'made since';
  pod.spec.volumes = [{ name: 'c', configMap: { name: 'conf' } }];
  const conf = object('v1 ConfigMap', 'shop/conf');
  assert.match(needed([...left, conf], [conf], record) ?? '', /uses ConfigMap conf/);
});

test('nothing is said of what no softened Pod uses, of Pods that go too, and of others', () => {
  const { left, record } = softened(statefulSet('shop/kafka', 1, { reclaim: 'Retain' }));
  const pod = left.find(({ kind }) => kind === 'Pod') as KubeObject;
  const claim = left.find(({ kind }) => kind === 'PersistentVolumeClaim') as KubeObject;
  const conf = object('v1 ConfigMap', 'shop/conf');
  assert.equal(needed([...left, conf], [conf], record), undefined);
  assert.equal(needed(left, [claim, pod], record), undefined);
  assert.equal(needed(left, [pod], record), undefined);
  const finished = left.map((one) => (one === pod ? { ...pod, status: { phase: 'Succeeded' } } : one));
  assert.equal(needed(finished, [claim], record), undefined, 'a Pod that has finished');
  const { left: other } = softened(statefulSet('shop/zookeeper', 1, { reclaim: 'Retain' }));
  const its = other.find(({ kind }) => kind === 'PersistentVolumeClaim') as KubeObject;
  assert.equal(needed([...left, ...other], [its], record), undefined);
});

test('an owner of more objects than a call takes', () => {
  const owner = object('v1 ConfigMap', 'shop/owner');
  const many = Array.from({ length: 200_000 }, (_none, at) => object('v1 ConfigMap', `shop/c${at}`));
  const graph = { dependentsOf: (uid: string) => (uid === owner.metadata.uid ? many : []) };
  assert.equal(chainOf(graph, owner).size, many.length + 1);
});

test('where a record can’t be read, whatever Pod it may have left running counts', () => {
  const conf = object('v1 ConfigMap', 'shop/conf');
  const uses = { volumes: [{ name: 'c', configMap: { name: 'conf' } }] };
  const [owner, set, pod] = deployment('shop/web', 1);
  assert.ok(owner && set && pod);
  pod.spec = { ...pod.spec, ...uses };
  const whole = [owner, set, pod, conf];
  const unread = (objects: KubeObject[], targets = [conf]) => needed(objects, targets, undefined, true);
  assert.equal(needed(whole, [conf]), undefined);
  assert.equal(unread(whole), undefined, 'its Deployment stands, and was not softened');

  const without = (one: KubeObject) => whole.filter((other) => other !== one);
  const said =
    /^Pod web-\S+, which a softened act may have left running, uses ConfigMap conf: .* can’t be read/;
  assert.match(unread(without(owner)) ?? '', said, 'its ReplicaSet is of a Deployment that is not there');
  assert.match(unread(without(set)) ?? '', said, 'its controller was not seen');
  assert.equal(unread(without(owner), [conf, pod]), undefined, 'it goes too');
  const but = (one: KubeObject, metadata: object) =>
    whole.map((other) => (other === one ? { ...one, metadata: { ...one.metadata, ...metadata } } : other));
  for (const [which, metadata] of [
    [pod, { ownerReferences: undefined }],
    [pod, { labels: { 'toolcrib.dev/act': 'act-1' } }],
    [set, { ownerReferences: undefined }],
    [set, { labels: { 'toolcrib.dev/act': 'act-1' } }],
    [owner, { finalizers: ['toolcrib.dev/orphan-first'] }],
  ] as const)
    assert.match(unread(but(which, metadata)) ?? '', said, JSON.stringify([which.kind, metadata]));
  const job = object('batch/v1 Job', 'shop/job');
  const run = object('v1 Pod', 'shop/run', { owners: [job], spec: uses, status: { phase: 'Running' } });
  assert.equal(unread([job, run, conf]), undefined, 'no softened act leaves a Job’s Pods with their Job');
});

test('only Pods use what a softened act left; and where nothing is unread, only its own', () => {
  const conf = object('v1 ConfigMap', 'shop/conf');
  const uses = { volumes: [{ name: 'c', configMap: { name: 'conf' } }] };
  const { record } = softened(statefulSet('shop/kafka', 1));
  const like = object('example.com/v1 Runner', 'shop/like', { spec: uses });
  const left = [{ ...record.owner, kind: 'Runner', uid: like.metadata.uid ?? '' }];
  assert.equal(needed([like, conf], [conf], { ...record, left }), undefined);
  const other = object('v1 Pod', 'shop/other', { spec: uses, status: { phase: 'Running' } });
  const seen = view([other, conf]);
  assert.equal(neededBySoftened(seen, radiusOf(seen, [aim(conf)]), [record]), undefined);
  assert.match(neededBySoftened(seen, radiusOf(seen, [aim(conf)]), [record], true) ?? '', /^Pod other/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { ofAnother, remadeBy } from './remade.ts';
import { but, factsOf, object, owned } from './testing/kept.ts';

const said = (kept: KubeObject, all: KubeObject[], standing: KubeObject[], more: Partial<PlanFacts> = {}) => {
  const left = remadeBy(factsOf([kept, ...all], standing, more), kept);
  return left && `${left.result}: ${left.note}${left.by ? ` [${left.by.metadata.name}]` : ''}`;
};
const set = object('apps/v1 ReplicaSet', 'set', { spec: { replicas: 1 } });
const pod = object('v1 Pod', 'p', { metadata: owned(set) });

test('nobody’s object is ours to make; a mirror Pod is its node’s', () => {
  assert.equal(said(object('v1 ConfigMap', 'c'), [], []), undefined);
  const annotations = { 'kubernetes.io/config.mirror': 'x' };
  assert.equal(
    said(object('v1 Pod', 'm', { metadata: { annotations } }), [], []),
    'skipped: its node shows it again',
  );
});

test('what had done its work is not done again', () => {
  const done = object('v1 Pod', 'done', { status: { phase: 'Succeeded' } });
  assert.equal(said(done, [], []), 'skipped: it had finished');
});

test('a controller that stands, comes back or stands again makes it', () => {
  const makes = 'skipped: ReplicaSet set makes it again [set]';
  assert.equal(said(pod, [set], [set]), makes);
  assert.equal(said(pod, [], [set]), makes, 'it stayed: no snapshot has it');
  assert.equal(said(pod, [set], [], { created: new Set(['ReplicaSet-set']) }), makes);
  assert.equal(said(pod, [set], [], { again: new Map([['ReplicaSet-set', 'x']]) }), makes);
  const going = but(set, { metadata: { deletionTimestamp: 'x' } });
  assert.notEqual(said(pod, [set], [going]), makes);
});

test('a Pod of what is gone, and not by this act, is left: alone it would get the traffic', () => {
  assert.match(
    said(pod, [], []) ?? '',
    /^conflict: ReplicaSet set, which controlled it, is gone, and not by this act; a Pod alone would get its traffic/,
  );
  const web = object('apps/v1 Deployment', 'web');
  const alone = object('apps/v1 ReplicaSet', 'alone', { metadata: owned(web), spec: { replicas: 1 } });
  assert.match(said(alone, [], []) ?? '', /^conflict: .* alone it is nobody’s/);
  const revision = object('apps/v1 ControllerRevision', 'r', {
    metadata: owned(object('apps/v1 DaemonSet', 'd')),
  });
  assert.match(said(revision, [], []) ?? '', /^conflict/);
  const map = object('v1 ConfigMap', 'c', { metadata: owned(web) });
  assert.equal(said(map, [], []), undefined, 'data is made again');
  assert.equal(said(pod, [set], []), undefined, 'its controller went with the act');
});

test('a Pod whose controller stands and does not want it: that decides, and who is scaled back makes it', () => {
  const web = object('apps/v1 Deployment', 'web');
  const none = but(set, { metadata: owned(web), spec: { replicas: 0 } });
  assert.equal(said(pod, [none], [none]), 'skipped: ReplicaSet set decides whether it makes it again');
  const scaled = { scaled: new Set(['Deployment-web']) };
  assert.equal(said(pod, [none], [none], scaled), 'skipped: ReplicaSet set makes it again [set]');
  const another = { scaled: new Set(['Deployment-other']) };
  assert.equal(
    said(pod, [none], [none], another),
    'skipped: ReplicaSet set decides whether it makes it again',
  );
  const loose = but(set, { spec: { replicas: 0 } });
  assert.equal(
    said(pod, [loose], [loose], scaled),
    'skipped: ReplicaSet set decides whether it makes it again',
  );
});

test('what a living controller was said not to make again is made from what was kept', () => {
  const web = object('apps/v1 Deployment', 'web', {
    metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } },
  });
  const current = object('apps/v1 ReplicaSet', 'web-2', {
    metadata: { ...owned(web), annotations: { 'deployment.kubernetes.io/revision': '2' } },
    spec: { replicas: 1 },
  });
  const by = 'skipped: Deployment web makes it again [web]';
  assert.equal(said(current, [], [web]), by);
  const promised = (loss: 'restorable' | 'returns') => ({ promised: new Map([['ReplicaSet-web-2', loss]]) });
  assert.equal(said(current, [], [web], promised('returns')), by);
  assert.equal(said(current, [], [web], promised('restorable')), undefined);
  assert.equal(
    said(current, [web], [web], promised('restorable')),
    by,
    'it was kept: what it says itself counts',
  );
  const history = but(current, { spec: { replicas: 0 } });
  assert.equal(said(history, [], [web]), undefined, 'history of which nothing was written down');
  assert.equal(said(history, [], [web], promised('returns')), by);
  const unsized = but(current, { spec: {} });
  assert.equal(said(unsized, [], [web]), undefined);
  const ofPod = { promised: new Map([['Pod-p', 'restorable' as const]]) };
  assert.equal(said(pod, [], [set], ofPod), 'skipped: ReplicaSet set makes it again [set]');
});

test('a StatefulSet with fewer replicas makes no Pod beyond them', () => {
  const db = (replicas: number | undefined, more: object = {}) =>
    object('apps/v1 StatefulSet', 'db', { spec: { replicas, ...more } });
  const third = object('v1 Pod', 'db-2', { metadata: owned(db(3)) });
  const beyond = 'conflict: StatefulSet db has 2 replicas now: scale it up, and it makes this again';
  assert.equal(said(third, [db(3)], [db(2)]), beyond);
  assert.equal(said(third, [], [db(2)]), beyond);
  assert.match(said(third, [db(3)], [db(3)]) ?? '', /^skipped: StatefulSet db makes it again/);
  assert.match(said(third, [db(3)], [db(2, { ordinals: { start: 1 } })]) ?? '', /^skipped/);
  const second = object('v1 Pod', 'db-1', { metadata: owned(db(3)) });
  assert.match(said(second, [db(3)], [db(undefined)]) ?? '', /^conflict: StatefulSet db has 1 replicas now/);
  assert.doesNotMatch(
    said(third, [db(3)], [db(2)], { scaled: new Set(['StatefulSet-db']) }) ?? '',
    /scale it up/,
  );
  assert.doesNotMatch(
    said(third, [db(3)], [db(2)], { created: new Set(['StatefulSet-db']) }) ?? '',
    /scale it up/,
  );
  const claim = object('v1 PersistentVolumeClaim', 'data-db-2', { metadata: owned(db(3)) });
  assert.equal(said(claim, [db(3)], [db(2)]), undefined);
  const odd = object('v1 Pod', 'odd', { metadata: owned(db(3)) });
  assert.doesNotMatch(said(odd, [db(3)], [db(2)]) ?? '', /scale it up/);
  const replicaSet = but(set, { metadata: { name: 'web' }, spec: { replicas: 1 } });
  const like = object('v1 Pod', 'web-2', { metadata: owned(replicaSet) });
  assert.match(said(like, [replicaSet], [replicaSet]) ?? '', /^skipped/);
});

test('an operator is known to work by what it has made since', () => {
  const kafka = object('k.io/v1 Kafka', 'k');
  const broker = object('v1 Pod', 'k-0', { metadata: owned(kafka) });
  const made = (more: object = {}) =>
    object('v1 Pod', 'k-9', {
      metadata: { ...owned(kafka), creationTimestamp: '1970-01-01T00:00:05Z', ...more },
    });
  const with_ = (pods: KubeObject[] | undefined, takenAt = 5_400, more: Partial<PlanFacts> = {}) => {
    const facts = factsOf([broker, kafka], [], { takenAt, ...more });
    facts.live.pods = pods;
    return remadeBy(facts, broker)?.note;
  };
  const others = 'the operator of Kafka k has made others meanwhile';
  assert.equal(with_([made()]), others, 'the API server’s clock is in whole seconds');
  assert.equal(with_(undefined), undefined);
  assert.equal(with_([made()], 6_000), undefined, 'it stood before');
  assert.equal(with_([made({ creationTimestamp: undefined })]), undefined);
  assert.equal(with_([made({ deletionTimestamp: 'x' })]), undefined);
  assert.equal(with_([made({ uid: 'Pod-k-0' })]), undefined, 'it was kept');
  const renewed = made(owned(but(kafka, { metadata: { uid: 'anew' } })));
  assert.equal(with_([renewed]), undefined);
  assert.equal(with_([renewed], 5_400, { again: new Map([['Kafka-k', 'anew']]) }), others);
  const secret = object('v1 Secret', 's', { metadata: owned(kafka) });
  const facts = factsOf([secret], [], { takenAt: 1 });
  facts.live.pods = [made()];
  assert.equal(remadeBy(facts, secret), undefined, 'data is ours to make');
});

test('what was of a controller that is another one now is nobody’s', () => {
  const other = but(set, { metadata: { uid: 'other' } });
  const why = "ReplicaSet set is another one now; what was the old one's is not brought back";
  const found = (
    kept: KubeObject,
    all: KubeObject[],
    standing: KubeObject[],
    more: Partial<PlanFacts> = {},
  ) => ofAnother(factsOf([kept, ...all], standing, more), kept);
  assert.equal(found(pod, [set], [other]), why);
  assert.equal(found(pod, [set], [set]), undefined);
  assert.equal(found(pod, [set], []), undefined);
  assert.equal(found(pod, [], [other]), undefined, 'it was not kept');
  assert.equal(found(pod, [set], [other], { again: new Map([['ReplicaSet-set', 'other']]) }), undefined);
  assert.equal(found(pod, [set], [other], { created: new Set(['ReplicaSet-set']) }), undefined);
  const claim = object('v1 PersistentVolumeClaim', 'data', { metadata: owned(set) });
  assert.equal(found(claim, [set], [other]), undefined, 'a claim is data');
  assert.equal(found(object('v1 Pod', 'free'), [set], [other]), undefined);
});

test('a Pod below a set that another makes again is waited for there', () => {
  const web = object('apps/v1 Deployment', 'web', {
    metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
  });
  const below = but(set, {
    metadata: { ...owned(web), annotations: { 'deployment.kubernetes.io/revision': '1' } },
  });
  assert.equal(
    said(pod, [below, web], [], { created: new Set(['Deployment-web']) }),
    'skipped: ReplicaSet set makes it again [set]',
  );
  const over = object('batch/v1 Job', 'j', { spec: { completions: 1 } });
  const worker = object('v1 Pod', 'w', { metadata: owned(over) });
  assert.match(
    said(worker, [over], [], { created: new Set(['Job-j']) }) ?? '',
    /^skipped: Job j makes it again/,
  );
});

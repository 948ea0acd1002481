import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { PlanFacts } from './facts.ts';
import { stepFor } from './step-for.ts';
import { keyOfObject } from './steps.ts';
import { but, factsOf, object, owned } from './testing/kept.ts';

const map = object('v1 ConfigMap', 'c', { data: { a: '1' } });
const said = (kept: KubeObject, standing: KubeObject[], more: Partial<PlanFacts> = {}, all = [kept]) => {
  const step = stepFor(factsOf(all, standing, more), kept);
  if (step.do === 'none') return `${step.result.result}: ${step.result.note}`;
  return step.do === 'create' && step.waitGone ? `create once ${step.waitGone} is gone` : step.do;
};

test('absent: it is created; with its UID, it stands; what differs is named', () => {
  assert.equal(said(map, []), 'create');
  assert.equal(said(map, [map]), 'unchanged: it stands as it stood');
  const changed = but(map, { data: { a: '2' } });
  assert.equal(said(map, [changed]), 'unchanged: it stands; changed since it was kept: data.a');
});

test('on its way out: it is made again once it is gone, unless it was going before the act', () => {
  const going = but(map, { metadata: { deletionTimestamp: 'x' } });
  assert.equal(said(map, [going]), 'create once ConfigMap-c is gone');
  assert.equal(said(going, [going]), 'unchanged: it was being deleted before the act, and still is');
  const claim = object('v1 PersistentVolumeClaim', 'data', { metadata: { deletionTimestamp: 'x' } });
  assert.equal(said(claim, [claim]), 'create once PersistentVolumeClaim-data is gone', 'data can be saved');
  const owner = object('v1 ConfigMap', 'owner');
  const child = but(map, { metadata: owned(owner) });
  const collected = 'create once ConfigMap-c is gone';
  assert.equal(said(child, [child], {}, [child, owner]), collected, 'the collector will come');
  assert.equal(said(child, [child, owner], {}, [child, owner]), 'unchanged: it stands as it stood');
});

test('what its controller makes again is left to that, and looked for in the end', () => {
  const set = object('apps/v1 ReplicaSet', 'web', { spec: { replicas: 1 } });
  const pod = object('v1 Pod', 'p', { metadata: owned(set) });
  const going = but(pod, { metadata: { deletionTimestamp: 'x' } });
  const left = 'skipped: ReplicaSet web makes it again';
  assert.equal(said(pod, [set], {}, [set, pod]), left);
  assert.equal(said(pod, [set, going], {}, [set, pod]), left);
  const step = stepFor(factsOf([set, pod], [set]), pod);
  assert.deepEqual(step.do === 'none' && step.awaited, { object: pod, by: set });
  const anew = but(pod, { metadata: { uid: 'anew' } });
  assert.equal(said(pod, [set, anew], {}, [set, pod]), 'unchanged: it has come back by itself');
});

test('what took a Pod over makes it again, and by its name is it counted', () => {
  const set = object('apps/v1 ReplicaSet', 'web', { spec: { replicas: 1 } });
  const bare = object('v1 Pod', 'bare');
  for (const standing of [[], [but(bare, { metadata: { deletionTimestamp: 'x' } })]]) {
    const step = stepFor(factsOf([bare], standing, { takenOver: new Map([['Pod-bare', set]]) }), bare);
    assert.ok(step.do === 'none', step.do);
    assert.equal(step.awaited?.object.metadata.ownerReferences?.[0]?.name, 'web');
  }
});

test('another one under its name: the same again, a bare default account, or in the way', () => {
  const anew = but(map, { metadata: { uid: 'anew' } });
  assert.equal(said(map, [anew]), 'unchanged: the same stands there again');
  const other = but(anew, { data: { a: '2' } });
  assert.equal(said(map, [other]), 'conflict: something else stands under its name now; it is left as it is');
  const account = object('v1 ServiceAccount', 'default', { imagePullSecrets: [{ name: 's' }] });
  const bare = object('v1 ServiceAccount', 'default', { metadata: { uid: 'anew' } });
  assert.equal(said(account, [bare]), 'create');
});

test('of another controller’s it is nobody’s to bring back', () => {
  const set = object('apps/v1 StatefulSet', 'db', { spec: { replicas: 1 } });
  const pod = object('v1 Pod', 'db-0', { metadata: owned(set) });
  const other = but(set, { metadata: { uid: 'other' }, spec: { replicas: 2 } });
  assert.match(said(pod, [other], {}, [set, pod]), /^skipped: StatefulSet db is another one now/);
});

test('unreadable, or of a kind that is not served: said, unless its definition comes back', () => {
  const facts = factsOf([map]);
  facts.live.unreadable[keyOfObject(map)] = 'forbidden';
  const unread = stepFor(facts, map);
  assert.deepEqual(unread.do === 'none' && [unread.result.result, unread.result.note], [
    'failed',
    'what stands there now could not be read: forbidden',
  ]);
  const ring = object('acme.io/v1 Ring', 'one');
  assert.equal(said(ring, []), 'failed: the cluster serves no Ring any more');
  const spec = { group: 'acme.io', names: { kind: 'Ring', plural: 'rings' }, scope: 'Namespaced' };
  const crd = (more: object = {}) =>
    object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'rings.acme.io', {
      spec: { ...spec, ...more },
    });
  const back = { created: new Set(['CustomResourceDefinition-rings.acme.io']) };
  const step = stepFor(factsOf([ring, crd()], [], back), ring);
  assert.deepEqual(step.do === 'create' && step.info, {
    group: 'acme.io',
    version: 'v1',
    resource: 'rings',
    kind: 'Ring',
    namespaced: true,
    verbs: [],
    subresources: [],
  });
  const cluster = stepFor(factsOf([ring, crd({ scope: 'Cluster' })], [], back), ring);
  assert.equal(cluster.do === 'create' && cluster.info.namespaced, false);
  const others = [{ group: 'other.io' }, { names: { kind: 'Wheel', plural: 'wheels' } }];
  for (const more of others) assert.match(said(ring, [], back, [ring, crd(more)]), /^failed/);
  assert.match(said(ring, [], {}, [ring, crd()]), /^failed/, 'it does not come back');
  const created = { created: new Set(['ConfigMap-c']) };
  assert.match(said(ring, [], created, [ring, map]), /^failed/);
});

test('in a Namespace that goes or comes back, what still stands is made again', () => {
  const namespace = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const going = but(namespace, { metadata: { deletionTimestamp: 'x' } });
  assert.equal(said(map, [map, going]), 'create');
  assert.equal(said(map, [map, namespace]), 'unchanged: it stands as it stood');
  const back = { created: new Set(['Namespace-shop']) };
  assert.equal(said(map, [map], back, [map, namespace]), 'create');
  const another = object('v1 Namespace', 'other', { metadata: { namespace: undefined } });
  const elsewhere = { created: new Set(['Namespace-other']) };
  assert.equal(said(map, [map], elsewhere, [map, another]), 'unchanged: it stands as it stood');
});

test('given to owners that are not there: its own are given back', () => {
  const disowned = { disowned: new Set(['ConfigMap-c']) };
  const ghost = but(map, { metadata: owned(object('v1 ConfigMap', 'ghost')) });
  assert.equal(said(map, [ghost], disowned), 'own');
  assert.equal(said(map, [ghost]), 'unchanged: it stands as it stood');
  assert.equal(said(map, [map], disowned), 'unchanged: it stands as it stood');
});

test('helm’s record is set back only while it says what an uninstall writes', () => {
  const record = (status: string, more = {}) =>
    object('v1 Secret', 'sh.helm.release.v1.web.v1', {
      type: 'helm.sh/release.v1',
      metadata: { labels: { owner: 'helm', status } },
      data: { release: status },
      ...more,
    });
  const kept = record('deployed');
  assert.equal(said(kept, [record('uninstalling')]), 'revert');
  assert.equal(said(kept, [record('uninstalled')]), 'revert');
  assert.match(said(kept, [record('superseded')]), /^unchanged: it stands; changed/);
  assert.match(said(kept, [kept]), /^unchanged: it stands as it stood/);
  assert.match(said(record('uninstalling'), [record('uninstalling', { data: {} })]), /^unchanged/);
  const step = stepFor(factsOf([kept], [record('uninstalling')]), kept);
  assert.equal(step.do === 'revert' && step.from, 'uninstalling');
  const plain = object('v1 Secret', 'plain', {
    metadata: { labels: { status: 'deployed' } },
    data: { a: '1' },
  });
  const marked = but(plain, { metadata: { labels: { status: 'uninstalling' } }, data: { a: '2' } });
  assert.match(said(plain, [marked]), /^unchanged/);
});

test('of a request that was not understood every difference is told, and none written back', () => {
  const blind = { notUnderstood: new Set(['ConfigMap-c']) };
  assert.equal(said(map, [map], blind), 'unchanged: it stands, with nothing changed that toolcrib can see');
  const labelled = but(map, { metadata: { labels: { a: 'b' } } });
  assert.match(said(map, [labelled], blind), /^conflict: .*not understood.*metadata\.labels\.a/);
});

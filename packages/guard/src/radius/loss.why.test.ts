import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ObjectRef } from '@toolcrib/kube';
import { named } from './loss.ts';
import { radiusOf } from './radius-of.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import { first, policy, scale } from './testing/told.ts';
import type { Aim, View } from './view.ts';

/** `Kind name`: loss and why, of what goes where the first of these is asked for. */
function told(objects: KubeObject[], effect?: Aim['effect'], extra: Partial<View> = {}) {
  const { members } = radiusOf(view(objects, extra), [aim(objects[0] as KubeObject, effect)]);
  return Object.fromEntries(
    members.map(({ ref, loss, why }) => [`${ref.kind} ${ref.name}`, `${loss}: ${why}`]),
  );
}
const evict: Aim['effect'] = { does: 'evict', options: {} };
const kafka = object('k.io/v1 Kafka', 'shop/my');

test('an object and a reference to one are named by kind and name', () => {
  assert.equal(named(pod('shop/web')), 'Pod web');
  assert.equal(
    named({ apiVersion: 'v1', kind: 'Node', name: 'worker-1' } satisfies ObjectRef),
    'Node worker-1',
  );
});

test('what was asked for, and what is to be known of it', () => {
  const controlled = object('v1 Secret', 'shop/s', { owners: [kafka] });
  const cases: [KubeObject[], string, Aim['effect']?][] = [
    [[pod('shop/x')], 'restorable: asked for; no controller makes it again'],
    [[pod('shop/x')], 'restorable: to be evicted; no controller makes it again', evict],
    [
      [pod('shop/x', kafka), kafka],
      'restorable: asked for; if the operator of Kafka my makes another first, that one is left',
    ],
    [
      [object('v1 Service', 'shop/x', { spec: { type: 'LoadBalancer' } })],
      'restorable: asked for; its load balancer goes with it, a new one may get another address',
    ],
    [[object('v1 Service', 'shop/x', { spec: { type: 'ClusterIP' } })], 'restorable: asked for'],
    [[object('v1 ConfigMap', 'shop/x', { spec: { type: 'LoadBalancer' } })], 'restorable: asked for'],
    [
      [object('apiregistration.k8s.io/v1 APIService', 'x')],
      "restorable: asked for; what it serves can't be reached without it",
    ],
    [[object('k.io/v1 Kafka', 'shop/x')], 'restorable: asked for; its operator decides what else goes'],
    [
      [{ ...controlled, metadata: { ...controlled.metadata, name: 'x' } }, kafka],
      'restorable: asked for; if the operator of Kafka my makes another first, that one is left',
    ],
    [[object('v1 Secret', 'shop/x')], 'restorable: asked for'],
  ];
  for (const [objects, why, effect] of cases) {
    const { kind } = objects[0] as KubeObject;
    assert.equal(told(objects, effect)[`${kind} x`], why, kind);
  }
});

test('what goes with something else says with what', () => {
  const shop = object('v1 Namespace', 'shop');
  const owner = object('v1 ConfigMap', 'shop/owner');
  const below = object('v1 Secret', 'shop/below', { owners: [owner], noController: true });
  assert.equal(told([owner, below])['Secret below'], 'restorable: owned by ConfigMap owner');
  assert.equal(told([shop, object('v1 Secret', 'shop/s')])['Secret s'], 'restorable: in Namespace shop');
  const others = object('v1 Secret', 'shop/s', { owners: [below], noController: true });
  assert.equal(told([shop, others, below, owner])['ConfigMap owner'], 'restorable: in Namespace shop');
  const node = object('v1 Node', 'worker-1');
  assert.equal(told([node, pod('shop/x')])['Pod x'], 'restorable: runs on Node worker-1');
  const account = object('v1 ServiceAccount', 'shop/bot');
  const annotations = { 'kubernetes.io/service-account.uid': account.metadata.uid ?? '' };
  assert.equal(
    told([account, object('v1 Secret', 'shop/token', { annotations })])['Secret token'],
    'restorable: token of ServiceAccount bot; a new one differs',
  );
  const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'kafkas.k.io', {
    spec: { group: 'k.io', names: { kind: 'Kafka' } },
  });
  assert.equal(told([crd, kafka])['Kafka my'], 'restorable: defined by CustomResourceDefinition kafkas.k.io');
  const service = object('v1 Service', 'shop/db', { spec: {} });
  assert.equal(
    told([service, object('v1 Endpoints', 'shop/db')])['Endpoints db'],
    'restorable: goes with Service db',
  );
});

test('of a claim: its volume, who takes it, and who still uses it', () => {
  const all = statefulSet('shop/db', 1, { reclaim: 'Retain' });
  const claim = first(all, 'PersistentVolumeClaim');
  const rest = all.filter((one) => one !== claim);
  const user = first(all, 'Pod');
  const what = 'PersistentVolumeClaim data-db-0';
  const volume = ' on volume pv-data-db-0 (Retain)';
  assert.equal(
    told([claim, ...rest])[what],
    `restorable: claim${volume}; it goes when Pod db-0, which uses it, is gone`,
  );
  const unused = rest.filter((one) => one !== user);
  assert.equal(told([claim, ...unused])[what], `restorable: claim${volume}`);
  const ending = { ...user, metadata: { ...user.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } };
  assert.equal(told([claim, ...unused, ending])[what], `restorable: claim${volume}`, 'its user goes already');
  const bare = object('v1 PersistentVolumeClaim', 'shop/data-db-0');
  assert.equal(told([bare])[what], 'restorable: claim');
  const shop = object('v1 Namespace', 'shop');
  assert.equal(told([shop, ...all])[what], `restorable: claim of Namespace shop${volume}`);
});

test('of a scale-down: to how many, and what a Deployment puts back', () => {
  const web = deployment('shop/web', 2);
  const [top, set, ...pods] = web as [KubeObject, KubeObject];
  assert.equal(told(web, scale(1))['Pod web-5d8f-0'], 'restorable: Deployment web is scaled to 1');
  assert.equal(told(web, scale(0))['Pod web-5d8f-0'], 'restorable: Deployment web is scaled to 0');
  const back = 'returns: Deployment web scales ReplicaSet web-5d8f back';
  assert.equal(told([set, top, ...pods], scale(0))['Pod web-5d8f-0'], back);
  const alone = 'restorable: ReplicaSet web-5d8f is scaled to 0';
  assert.equal(told([set, ...pods], scale(0))['Pod web-5d8f-0'], alone, 'its Deployment is not there');
  const going = { ...top, metadata: { ...top.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } };
  assert.equal(told([set, going, ...pods], scale(0))['Pod web-5d8f-0'], alone, 'its Deployment goes');
  const rollout = object('argoproj.io/v1 Rollout', 'shop/web');
  const its = object('apps/v1 ReplicaSet', 'shop/web-1', { owners: [rollout] });
  assert.equal(
    told([its, rollout, pod('shop/x', its)], scale(0))['Pod x'],
    'restorable: ReplicaSet web-1 is scaled to 0',
    'what its operator does with it is not known',
  );
});

test('of a StatefulSet that is scaled down under whenScaled Delete: claims with data are lost, others come back', () => {
  for (const [reclaim, why] of [
    ['Delete', 'restorable: StatefulSet db is scaled to 0'],
    ['Retain', 'restorable: StatefulSet db is scaled to 0'],
  ] as const) {
    const all = statefulSet('shop/db', 1, { whenScaled: 'Delete', reclaim });
    assert.equal(told(all, scale(0))['PersistentVolumeClaim data-db-0'], why, reclaim);
  }
  const blind = statefulSet('shop/db', 1, { whenScaled: 'Delete' }).filter(
    ({ kind }) => kind !== 'PersistentVolume',
  );
  assert.equal(
    told(blind, scale(0))['PersistentVolumeClaim data-db-0'],
    'lost: its volume pv-data-db-0 was not seen: taken for lost',
  );
});

test('a workload that is created takes Pods over: with the same containers they may be given back', () => {
  const containers = [{ name: 'main', image: 'web:1' }];
  const creates = object('apps/v1 StatefulSet', 'shop/web', {
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { spec: { containers } },
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' },
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
    },
  });
  const at = (image: string, owner: KubeObject | undefined = creates) =>
    pod('shop/web-0', owner, { labels: { app: 'web' }, spec: { containers: [{ name: 'main', image }] } });
  const claim = object('v1 PersistentVolumeClaim', 'shop/data-web-0');
  const effect: Aim['effect'] = { does: 'scale', replicas: 0, creates };
  const taken = (one: KubeObject) => told([creates, one, claim], effect);
  const over = 'StatefulSet web takes it over, for 0 Pods';
  assert.equal(taken(at('web:1'))['Pod web-0'], `restorable: ${over}`);
  assert.equal(taken(at('web:2'))['Pod web-0'], `lost: ${over}, and makes others than this one`);
  assert.equal(
    taken(at('web:1'))['PersistentVolumeClaim data-web-0'],
    'restorable: StatefulSet web is scaled to 0',
  );
});

test('what every namespace gets again returns, but with its Namespace, or owned by somebody', () => {
  const ca = object('v1 ConfigMap', 'shop/kube-root-ca.crt');
  const again = 'returns: every namespace gets it again';
  const shop = object('v1 Namespace', 'shop');
  assert.equal(told([ca])['ConfigMap kube-root-ca.crt'], again);
  assert.equal(told([ca, shop])['ConfigMap kube-root-ca.crt'], again);
  assert.equal(told([shop, ca])['ConfigMap kube-root-ca.crt'], 'restorable: in Namespace shop');
  const other = object('v1 Namespace', 'other');
  assert.equal(told([ca, other])['ConfigMap kube-root-ca.crt'], again);
  const secret = object('v1 Secret', 'shop/kube-root-ca.crt');
  assert.equal(told([secret])['Secret kube-root-ca.crt'], 'restorable: asked for');
  const owned = object('v1 ConfigMap', 'shop/kube-root-ca.crt', { owners: [ca], noController: true });
  owned.metadata.uid = 'another';
  assert.equal(told([owned, ca])['ConfigMap kube-root-ca.crt'], 'restorable: asked for');
});

test('a reference to an owner of another life makes nothing come back', () => {
  const web = deployment('shop/web', 1);
  const [, set, one] = web as [KubeObject, KubeObject, KubeObject];
  assert.equal(
    told([one, ...web.slice(0, 2)])['Pod web-5d8f-0'],
    'returns: ReplicaSet web-5d8f makes it again',
  );
  const stale = structuredClone(one);
  for (const owner of stale.metadata.ownerReferences ?? []) owner.name = 'another';
  assert.equal(told([stale, ...web.slice(0, 2)])['Pod web-5d8f-0'], 'restorable: asked for');
  const going = { ...set, metadata: { ...set.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } };
  assert.notEqual(told([one, going])['Pod web-5d8f-0'], 'returns: ReplicaSet web-5d8f makes it again');
});

test('the claim of a generic ephemeral volume comes back with its Pod, and not by itself', () => {
  const web = deployment('shop/web', 1);
  const [top, set, one] = web as [KubeObject, KubeObject, KubeObject];
  one.spec.volumes = [{ name: 'scratch', ephemeral: {} }];
  const claim = object('v1 PersistentVolumeClaim', 'shop/web-5d8f-0-scratch', { owners: [one] });
  const what = 'PersistentVolumeClaim web-5d8f-0-scratch';
  assert.match(told([claim, ...web])[what] ?? '', /^restorable: claim/);
  assert.equal(
    told([one, claim, top, set], policy('Background'))[what],
    'returns: Pod web-5d8f-0 makes it again',
  );
});
